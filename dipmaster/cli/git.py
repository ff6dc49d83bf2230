"""What git knows of the project: files of a commit, what differs from it, experiments."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from dipmaster.cli import unwritable
from dipmaster.core.errors import PipelineError

_EXPERIMENT = re.compile(r"refs/exps/[0-9a-f]{2}/[0-9a-f]{38}/(?P<name>.+)")


def run_git(*arguments: str) -> str:
    """What a git command prints.

    Raises
    ------
    PipelineError
        Where it fails.
    """
    done = _call(arguments)
    if done.returncode != 0:
        raise _explain(arguments[0], done.stderr)
    return done.stdout


def _explain(command: str, printed: str) -> PipelineError:
    cause = unwritable.find_cause(printed)
    lines = printed.strip().splitlines() or ["no message"]
    fix = "use a clone made with git, with at least one commit; `git status` says more"
    if cause is not None:
        lines = [line for line in lines if cause.lower() in line.lower()]
        fix = f"{unwritable.choose_fix(cause)}, then type the command again"
    return PipelineError(f"git {command}: {lines[-1]}.\n  Fix: {fix}.")


def read_file(commit: str, path: Path) -> str | None:
    """Text of a file in a commit; None where it has none."""
    done = _call(("show", f"{commit}:./{path.as_posix()}"))
    return done.stdout if done.returncode == 0 else None


def is_tracked(path: Path) -> bool:
    """Whether git knows a file at this place; not where there is no repository."""
    return _call(("ls-files", "--error-unmatch", "--", path.as_posix())).returncode == 0


def resolve_commit(name: str) -> str | None:
    """Hash of the commit that a branch, tag or hash stands for; None where there is none."""
    done = _call(("rev-parse", "--quiet", "--verify", f"{name}^{{commit}}"))
    return done.stdout.strip() if done.returncode == 0 else None


def is_shallow() -> bool:
    """Whether the clone holds only the newest commits of the history."""
    return _call(("rev-parse", "--is-shallow-repository")).stdout.strip() == "true"


def list_new(paths: Sequence[Path]) -> list[Path]:
    """Files under some paths that git neither knows nor ignores."""
    names = [path.as_posix() for path in paths]
    listed = run_git("ls-files", "--others", "--exclude-standard", "--", *names)
    return [Path(name) for name in listed.splitlines()]


def list_changed(paths: Sequence[Path]) -> list[Path]:
    """Committed files under some paths whose content differs from the last commit, or are gone.

    Contents are compared, not what `git status` says: after a failed `dvc exp run -S` it takes
    params.yaml for unchanged, because size and time are those that DVC noted in git's index.
    """
    names = [path.as_posix() for path in paths]
    listed = run_git("ls-tree", "-r", "HEAD", "--", *names).splitlines()
    committed = {
        Path(name): facts.split()[2] for facts, name in (row.split("\t") for row in listed)
    }
    present = [path for path in committed if path.is_file()]
    hashes = run_git("hash-object", "--", *map(str, present)).split() if present else []
    current = dict(zip(present, hashes, strict=True))
    return [
        path for path, committed_hash in committed.items() if current.get(path) != committed_hash
    ]


def checkout_committed(paths: Sequence[Path]) -> None:
    """Bring files back to the last commit.

    They are removed first: git leaves a file alone that it takes for unchanged (see above).
    """
    for path in paths:
        path.unlink(missing_ok=True)
    run_git("checkout", "HEAD", "--", *(path.as_posix() for path in paths))


def list_experiments() -> dict[str, str]:
    """Name to commit of every experiment that DVC keeps, the oldest first."""
    listed = run_git(
        "for-each-ref", "--sort=committerdate", "--format=%(objectname) %(refname)", "refs/exps"
    )
    pairs = [line.split(" ", 1) for line in listed.splitlines()]
    matches = [(commit, _EXPERIMENT.fullmatch(reference)) for commit, reference in pairs]
    return {match["name"]: commit for commit, match in matches if match}


def _call(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", *arguments], capture_output=True, text=True, encoding="utf-8", check=False
        )
    except FileNotFoundError as error:
        raise PipelineError("expected the program git, found none.\n  Fix: install git.") from error
