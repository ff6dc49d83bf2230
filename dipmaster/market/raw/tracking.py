"""What is read must be what DVC tracks: no links, no sets left behind, no change meanwhile.

DVC re-runs `ingest` when data/raw changes, and records data/raw when `ingest`
has ended. What it does not look at, or what changed while it was read, would
leave an old result that counts as up to date.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from dipmaster.core.errors import MAX_SHOWN, Fault, data_error, data_errors

# A file that DVC itself linked into its cache: named after its content, never changed.
_IN_DVC_CACHE = re.compile(r".*/files/md5/[0-9a-f]{2}/[0-9a-f]{30}")

FolderState = dict[str, tuple[int, int, int] | None]


def check_tracked(folder: Path) -> None:
    """Refuse what is read under `folder` but not watched by DVC.

    Raises
    ------
    DataError
        For links (DVC does not look into linked folders; its own links into
        its cache are fine) and for folders that are a DVC project themselves.
    """
    faults = list(_find_untracked(folder))
    if faults:
        raise data_errors(faults, "files and folders")


def check_all_carried(folder: Path, workspace: Path | None, selected_set: str | None) -> None:
    """Refuse to work on a part of the files.

    Parameters
    ----------
    folder
        data/raw of the copy in which ``dvc exp run --temp`` or ``--queue`` works.
    workspace
        data/raw of the workspace that the experiment was started in; None
        where there is no copy.
    selected_set
        The only folder that is read; None: all of them.

    Raises
    ------
    DataError
        Where the workspace has files that did not come along.
    """
    if workspace is None:
        return
    prefix = "" if selected_set is None else f"{selected_set}/"
    names = _list_names(workspace) - _list_names(folder)
    missing = sorted(name for name in names if name.startswith(prefix))
    if not missing:
        return
    sets = sorted({name.partition("/")[0] for name in missing})
    raise data_error(
        str(folder),
        f"every file of {workspace} in this experiment's copy",
        f"{_format_names(missing)} missing",
        f"{format_carry_commands(sets)}, then start or queue the experiment again",
    )


def find_workspace_raw(folder: Path) -> Path | None:
    """data/raw of the workspace where an experiment runs in a copy of it: DVC names its root."""
    root = Path(os.environ.get("DVC_ROOT", "."))
    return None if root.resolve() == Path.cwd() else root / folder


def format_carry_commands(sets: list[str]) -> str:
    """Commands after which ``dvc exp run --temp`` and ``--queue`` carry `sets` along."""
    return (
        f"`dvc add {' '.join(f'data/raw/{name}' for name in sets)}` and "
        f"`git add {' '.join(f'data/raw/{name}.dvc' for name in sets)}`"
    )


def read_state(folder: Path) -> FolderState:
    """Size, time of change and inode of every file, by name."""
    return {path.relative_to(folder).as_posix(): _read_state(path) for path in list_files(folder)}


def check_unchanged(folder: Path, state_before: FolderState) -> None:
    """Refuse files that changed, came or went since `state_before` was taken.

    Raises
    ------
    DataError
        With the names of these files.
    """
    state_now = read_state(folder)
    changed = sorted(
        name
        for name in state_before.keys() | state_now.keys()
        if state_before.get(name) != state_now.get(name)
    )
    if changed:
        raise data_error(
            str(folder),
            "files that stay as they are while they are read",
            f"{_format_names(changed)} changed meanwhile",
            "wait until the download or copy has ended, then run again",
        )


def _read_state(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.lstat()
    except FileNotFoundError:  # renamed since the folder was listed: a download that ends
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino


def _format_names(names: list[str]) -> str:
    more = f" and {len(names) - MAX_SHOWN} more" if len(names) > MAX_SHOWN else ""
    return ", ".join(names[:MAX_SHOWN]) + more


def _find_untracked(folder: Path) -> Iterator[Fault]:
    for path in sorted(_walk(folder)):
        if path.is_symlink():
            target = str(path.readlink())
            if not _IN_DVC_CACHE.fullmatch(target):
                yield Fault(
                    str(path),
                    "a file or folder itself",
                    f"a link to {target}, behind which DVC may not see a change",
                    "put the files there: `cp -rL` copies them, `cp -rlL` needs no space on "
                    "the same disk (hard links, which DVC sees)",
                )
        elif (path / ".dvc").is_dir():
            yield Fault(
                str(path),
                "a folder of files",
                "a DVC project of its own, into which DVC does not look",
                "move its files into a plain folder under data/raw",
            )


def list_files(folder: Path) -> Iterator[Path]:
    """Files and links under `folder`; hidden ones and ``<set>.dvc`` are no data.

    Raises
    ------
    DataError
        For a folder that cannot be read.
    """
    for path in _walk(folder):
        if path.is_symlink() or not path.is_dir():
            yield path


def _list_names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in list_files(folder)}


def _walk(folder: Path) -> Iterator[Path]:
    for folder_path, folders, files in os.walk(folder, onerror=_raise_unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in (*folders, *files):
            if not name.startswith(".") and not name.endswith(".dvc"):
                yield Path(folder_path, name)


def _raise_unreadable(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        where = str(error.filename)
        raise data_error(where, "a folder that can be read", str(error.strerror), "chmod it")
