"""What a run of DVC overwrites, and how it is taken back: params, lock, metrics, outputs.

`dvc exp run` writes the params of an experiment into params.yaml before the first stage runs, and
leaves them there where a stage fails.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dipmaster.cli import git
from dipmaster.cli.dvc_failure import RESTORE, DvcFailure, explain_failure
from dipmaster.cli.project import build_environment, find_program
from dipmaster.core import catalog, store

WRITTEN = (store.PARAMS_FILE, catalog.LOCK, catalog.METRICS)
"""Committed files that DVC writes; nothing else is ever restored."""

BACKUP = Path("reports/local/params-before-restore.yaml")


@dataclass(frozen=True)
class Snapshot:
    """The files that DVC writes as they are at one time, edits of the user included."""

    contents: dict[Path, bytes]


def take_snapshot() -> Snapshot:
    """Read all of them."""
    files = [path for place in WRITTEN for path in _list_files(place)]
    return Snapshot({path: path.read_bytes() for path in files})


def put_back(snapshot: Snapshot) -> list[Path]:
    """Write those that changed since, remove those that are new; return them."""
    changed = []
    present = {path for place in WRITTEN for path in _list_files(place)}
    for path in sorted(present - set(snapshot.contents)):
        path.unlink()
        changed.append(path)
    for path, content in snapshot.contents.items():
        if not path.is_file() or path.read_bytes() != content:
            with store.atomic_file(path) as partial:
                partial.write_bytes(content)
            changed.append(path)
    return changed


def list_kept_trials() -> list[Path]:
    """Records of trials that the last commit does not have: what was looked at stays on record."""
    return [*git.list_changed([catalog.TRIALS]), *git.list_new([catalog.TRIALS])]


def list_overwritten() -> list[Path]:
    """Those of the files that differ from the last commit, or are gone."""
    return git.list_changed(WRITTEN)


def restore_committed(paths: list[Path]) -> Path | None:
    """Bring files back to the last commit; params.yaml as it is now is kept in `BACKUP`.

    Returns
    -------
    Path or None
        `BACKUP` where it was written.
    """
    is_kept = store.PARAMS_FILE in paths and store.PARAMS_FILE.is_file()
    if is_kept:
        with store.atomic_file(BACKUP) as partial:
            shutil.copyfile(store.PARAMS_FILE, partial)
    git.checkout_committed(paths)
    return BACKUP if is_kept else None


def checkout_outputs(retry: str = f"`{RESTORE}`") -> DvcFailure | None:
    """Have DVC bring the outputs of the stages to dvc.lock; None where all of them are there.

    Sets under data/raw are the user's and are left alone. Only the verbose lines say why a file
    cannot be written.

    Parameters
    ----------
    retry
        Command that brings what is not there, once it can.
    """
    done = subprocess.run(
        [find_program("dvc"), "checkout", "--verbose", "--force", "dvc.yaml"],
        env=build_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    return explain_failure(done.stdout, retry) if done.returncode else None


def _list_files(place: Path) -> list[Path]:
    if place.is_dir():
        return sorted(path for path in place.rglob("*") if path.is_file())
    return [place] if place.is_file() else []
