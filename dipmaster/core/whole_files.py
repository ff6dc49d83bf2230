"""Files and folders that are written whole or not at all."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from dipmaster.core.errors import PipelineError


@contextlib.contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder that becomes `target` only if the block ends well.

    Whatever an earlier run that was killed left behind is removed first. Files
    of `target` are never mixed from two runs.

    Raises
    ------
    PipelineError
        Where somebody removed the folder while it was filled.
    """
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    with _hold_open(partial) as is_unchanged:
        try:
            yield partial
            if not is_unchanged():
                raise _removed_error(partial)
            if target.exists():
                shutil.rmtree(target)
            partial.rename(target)
        except FileNotFoundError as error:
            if is_unchanged():
                raise
            raise _removed_error(partial) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)


@contextlib.contextmanager
def _hold_open(folder: Path) -> Iterator[Callable[[], bool]]:
    """Yield a test whether `folder` still is this one; an inode that is held is not reused."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield lambda: folder.is_dir() and os.path.samestat(folder.stat(), os.fstat(descriptor))
    finally:
        os.close(descriptor)


def _removed_error(path: Path) -> PipelineError:
    return PipelineError(
        f"{path} was removed while the stage wrote it, so the output would lack files.\n"
        "  Fix: leave data/ alone while the pipeline runs, then run `dvc repro` again."
    )


@contextlib.contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """Yield a path beside `target` that replaces it only if the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        yield partial
        if not partial.exists():
            raise _removed_error(partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
