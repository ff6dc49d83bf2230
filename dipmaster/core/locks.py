"""Who may write and who may read the outputs of a stage: one writer, or any number of readers.

A stage outlives a dvc that was killed, and dvc may then start a second one
beside it. The locks are the kernel's, taken by the stage itself: they end with
the process that holds them, however it ends.
"""

import contextlib
import errno
import fcntl
from collections.abc import Iterator, Sequence
from pathlib import Path

from dipmaster.core.errors import PipelineError

DATA = Path("data")
_IN_USE = (errno.EWOULDBLOCK, errno.EACCES)


@contextlib.contextmanager
def hold(stage: str, reads: Sequence[str] = ()) -> Iterator[None]:
    """Hold the outputs of a stage alone, and those of the stages it reads with other readers.

    Parameters
    ----------
    stage
        Name of the stage that writes.
    reads
        Names of the stages whose outputs it reads.

    Raises
    ------
    PipelineError
        At once, where another process holds one of them, or where the file
        system knows no locks.
    """
    with contextlib.ExitStack() as files:
        for name, kind in [(stage, fcntl.LOCK_EX), *((name, fcntl.LOCK_SH) for name in reads)]:
            path = DATA / f".{name}.lock"
            path.parent.mkdir(parents=True, exist_ok=True)
            file = files.enter_context(path.open("a", encoding="utf-8"))
            _lock(file.fileno(), kind, path, name)
        yield


def _lock(descriptor: int, kind: int, path: Path, name: str) -> None:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _IN_USE:
            raise PipelineError(
                f"expected the outputs of stage {name} to be free, found another process that "
                f"still works on them ({path} is locked).\n"
                "  Fix: wait until it has ended, or end it (`pgrep -af stages` lists it; a stage "
                "outlives a dvc that was killed), then run again."
            ) from error
        raise PipelineError(
            f"{path}: expected a file system with locks, found {error.strerror}.\n"
            "  Fix: put the project on a local disk."
        ) from error
