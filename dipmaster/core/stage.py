"""How a stage starts and ends: one error form, exit codes, the time it took.

Exit codes: 0 done; 1 an error the user can fix; 130 interrupted;
143 terminated. Seconds and peak memory go to the ignored ``reports/local/``,
never to an output.
"""

import argparse
import contextlib
import errno
import gc
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

from dipmaster.core import lock_record, locks
from dipmaster.core.errors import DipMasterError
from dipmaster.core.unchanged import refuse_changes

TIMES_FILE = Path("reports/local/times.txt")
UNWRITABLE = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EIO,
    errno.EACCES,
    errno.EROFS,
    errno.EEXIST,
    errno.ENOTDIR,
)


@contextlib.contextmanager
def progress_step(label: str) -> Iterator[None]:
    """Show on a terminal what a stage is doing; in a log, nothing."""
    from rich.console import Console

    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield
        return
    with console.status(label):
        yield


def run(
    name: str,
    main: Callable[[], None],
    reads: Sequence[str] = (),
    *,
    searches_cycles: bool = True,
) -> None:
    """Run a stage's `main` and leave with its exit code.

    While it runs, no other process writes or reads the outputs of stage
    `name`, and none writes those of the stages in `reads`; params and code
    must stay as they are. Started by hand, it says which inputs are not those
    of dvc.lock.

    Parameters
    ----------
    searches_cycles
        False for a stage whose millions of small objects stay until its end, so that there is
        nothing to free before.
    """
    _read_arguments(name)
    started = time.perf_counter()
    if searches_cycles:
        _search_cycles()
    signal.signal(signal.SIGTERM, _raise_exit)

    def run_timed() -> None:
        with locks.hold(name, reads), refuse_changes():
            if not lock_record.is_started_by_dvc():
                _warn_of_unrecorded(name, reads)
            main()
        _log_time(name, time.perf_counter() - started)

    sys.exit(_exit_code(name, run_timed))


def _search_cycles() -> None:
    """Search for cycles from now on, but among what was imported: that stays."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _read_arguments(name: str) -> None:
    """Answer `--help` and refuse every other argument, where the stage is the program."""
    program, module = sys.modules["__main__"], f"stages.{name.replace('-', '_')}"
    if getattr(program.__spec__, "name", None) == module:
        usage = "`dvc repro` and `dipmaster run` start it when its inputs have changed."
        argparse.ArgumentParser(
            prog=f"python -m {module}", description=program.__doc__, epilog=usage
        ).parse_args()


def _raise_exit(number: int, frame: FrameType | None) -> None:
    """Leave like any other error, so that unfinished files are removed."""
    raise SystemExit(128 + number)


def _exit_code(name: str, main: Callable[[], None]) -> int:
    try:
        main()
    except DipMasterError as error:
        return _report_failure(name, str(error), 1)
    except KeyboardInterrupt:
        return _report_failure(name, "interrupted; nothing half-written was left behind", 130)
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        where = f" at {error.filename}" if error.filename else ""
        return _report_failure(
            name,
            f"cannot write{where}: {error.strerror}.\n  Fix: free some space or "
            "give write permission, then run again; no file was left half-written",
            1,
        )
    return 0


def _warn_of_unrecorded(name: str, reads: Sequence[str]) -> None:
    paths = lock_record.find_unrecorded(reads)
    if paths:
        print(
            f"{name}: warning: {', '.join(paths)} not as dvc.lock records: edited, or written by a "
            "stage that was started by hand. The result is not one of params.yaml alone; "
            "`dvc repro` computes that.",
            file=sys.stderr,
        )


def _report_failure(name: str, message: str, code: int) -> int:
    print(f"{name}: error: {message}{_describe_restoring()}", file=sys.stderr, flush=True)
    return code


def _describe_restoring() -> str:
    """How to take back what DVC removed and wrote before the stage; empty where nothing is lost.

    An experiment in a copy leaves the workspace as it is; there DVC names another root.
    """
    if not lock_record.is_started_by_dvc() or not Path(".git").exists():
        return ""
    if Path(os.environ["DVC_ROOT"]).resolve() != Path.cwd():
        return ""
    return (
        "\n  To go back instead: `dipmaster restore` brings params.yaml, dvc.lock, metrics and "
        "outputs of the last commit back."
    )


def _log_time(name: str, seconds: float) -> None:
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    TIMES_FILE.parent.mkdir(parents=True, exist_ok=True)
    with TIMES_FILE.open("a", encoding="utf-8") as log:
        log.write(f"{name:<12}{seconds:>8.1f} s{peak_mb:>8.0f} MB\n")
