"""How a stage starts and ends: one error form, exit codes, the time it took.

Exit codes: 0 done; 1 an error the user can mend; 130 interrupted. The seconds
and the peak memory go to the ignored ``reports/local/``, never to an output.
"""

import contextlib
import errno
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from dipmaster.errors import DipMasterError

TIMES = Path("reports/local/times.txt")


@contextlib.contextmanager
def telling(label: str) -> Iterator[None]:
    """Show on a terminal what a stage is doing; in a log, nothing."""
    from rich.console import Console

    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield
        return
    with console.status(label):
        yield


def run(name: str, main: Callable[[], None]) -> None:
    """Run a stage's `main` and leave with its exit code."""
    started = time.perf_counter()
    sys.exit(_outcome(name, main) or _note_time(name, time.perf_counter() - started))


def _outcome(name: str, main: Callable[[], None]) -> int:
    try:
        main()
    except DipMasterError as error:
        return _failed(name, str(error), 1)
    except KeyboardInterrupt:
        return _failed(name, "interrupted; nothing half-written was left behind", 130)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise
        where = f" at {error.filename}" if error.filename else ""
        return _failed(
            name,
            f"cannot write{where}: {error.strerror}.\n  Cure: free some space or "
            "give write permission, then run again; nothing was left behind",
            1,
        )
    return 0


def _failed(name: str, message: str, code: int) -> int:
    print(f"{name}: error: {message}", file=sys.stderr, flush=True)
    return code


def _note_time(name: str, seconds: float) -> int:
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    TIMES.parent.mkdir(parents=True, exist_ok=True)
    with TIMES.open("a", encoding="utf-8") as lines:
        lines.write(f"{name:<12}{seconds:>8.1f} s{peak_mb:>8.0f} MB\n")
    return 0
