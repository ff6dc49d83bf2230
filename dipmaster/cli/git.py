"""What git knows of the project: files of a commit, what differs from it, experiments."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

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
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise PipelineError(
            f"git {arguments[0]}: {reason}.\n"
            "  Fix: use a clone made with git, with at least one commit; `git status` says more."
        )
    return done.stdout


def read_file(commit: str, path: Path) -> str | None:
    """Text of a file in a commit; None where it has none."""
    done = _call(("show", f"{commit}:./{path.as_posix()}"))
    return done.stdout if done.returncode == 0 else None


def resolve_commit(name: str) -> str | None:
    """Hash of the commit that a branch, tag or hash stands for; None where there is none."""
    done = _call(("rev-parse", "--quiet", "--verify", f"{name}^{{commit}}"))
    return done.stdout.strip() if done.returncode == 0 else None


def list_changed(paths: Sequence[Path]) -> list[Path]:
    """Committed files under some paths that differ from the last commit, or are gone."""
    names = [path.as_posix() for path in paths]
    changed = run_git("diff", "--name-only", "--relative", "--no-renames", "HEAD", "--", *names)
    return [Path(name) for name in changed.splitlines()]


def list_experiments() -> dict[str, str]:
    """Name to commit of every experiment that DVC keeps, the oldest first."""
    listed = run_git(
        "for-each-ref", "--sort=committerdate", "--format=%(objectname) %(refname)", "refs/exps"
    )
    pairs = [line.split(" ", 1) for line in listed.splitlines()]
    found = [(commit, _EXPERIMENT.fullmatch(reference)) for commit, reference in pairs]
    return {match["name"]: commit for commit, match in found if match}


def _call(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", *arguments], capture_output=True, text=True, encoding="utf-8", check=False
        )
    except FileNotFoundError as error:
        raise PipelineError("expected the program git, found none.\n  Fix: install git.") from error
