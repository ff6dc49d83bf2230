"""Lines of the registry that git has in any commit before HEAD."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NO_REPOSITORY = "this folder is no git repository with a commit: committed lines were not sought"
SHALLOW = "the clone lacks the older commits: their lines were not sought"
_LOG = (
    "log", "-m", "-p", "--unified=0", "--text", "--no-color", "--no-ext-diff", "--no-textconv",
    "--no-renames", "--src-prefix=a/", "--dst-prefix=b/", "--format=commit %H", "HEAD", "--",
)  # fmt: skip


@dataclass(frozen=True)
class CommittedLines:
    """What was found.

    Attributes
    ----------
    lines
        (Name of a file, text of a line) to the newest commit that changed the file to have it.
    unchecked
        What was not looked at and why; empty where all was.
    """

    lines: Mapping[tuple[str, str], str]
    unchecked: str


def find_committed_lines(folder: Path) -> CommittedLines:
    """Every line that a commit before HEAD, or HEAD, added to a file of the folder.

    Nothing is asked of a repository around the project, such as that of a copy under build/.
    """
    top = _run("rev-parse", "--show-toplevel")
    if top is None or Path(top.strip()).resolve() != Path.cwd().resolve():
        return CommittedLines({}, NO_REPOSITORY)
    log = _run(*_LOG, folder.as_posix())
    if log is None:
        return CommittedLines({}, NO_REPOSITORY)
    is_shallow = (_run("rev-parse", "--is-shallow-repository") or "").strip() == "true"
    return CommittedLines(_parse(log), SHALLOW if is_shallow else "")


def _parse(log: str) -> dict[tuple[str, str], str]:
    lines: dict[tuple[str, str], str] = {}
    commit = name = ""
    for line in log.splitlines():
        if line.startswith("commit "):
            commit = line.removeprefix("commit ").split()[0]
        elif line.startswith("+++ "):
            name = line.rpartition("/")[2]
        elif line.startswith("+{"):
            lines.setdefault((name, line.removeprefix("+")), commit)
    return lines


def _run(*arguments: str) -> str | None:
    """What a git command prints; None where it fails or there is no git."""
    try:
        done = subprocess.run(
            ["git", *arguments], capture_output=True, text=True, encoding="utf-8", check=False
        )
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
