"""Work spread over threads or processes, with the same result for any number of workers.

Results come back in the order of the items and each item is computed alone,
so the number of workers can change only the time.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from joblib import Parallel, delayed
from rich.console import Console
from rich.progress import track

from dipmaster.core.errors import PipelineError

Item = TypeVar("Item")
Result = TypeVar("Result")

_forked: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []
"""What the copies of `map_in_forks` work on; empty in every other process."""


def count_workers() -> int:
    """Number of workers: ``DIPMASTER_WORKERS``, else the cores this process may use.

    One in a copy made by `map_in_forks`: its siblings use the other cores.
    """
    if _forked:
        return 1
    text = os.environ.get("DIPMASTER_WORKERS", "")
    if not text:
        return len(os.sched_getaffinity(0))
    if not text.isdigit() or int(text) < 1:
        raise PipelineError(
            f"environment variable DIPMASTER_WORKERS: expected a whole number of 1 or more, "
            f"found {text!r}.\n  Fix: correct it, or leave it unset."
        )
    return int(text)


def map_in_threads(
    function: Callable[[Item], Result], items: Sequence[Item], label: str
) -> list[Result]:
    """Map in threads: for kernels that release the interpreter lock, and for parquet."""
    return _map(function, items, label, "threads")


def map_in_processes(
    function: Callable[[Item], Result], items: Sequence[Item], label: str
) -> list[Result]:
    """Map in processes: for Python code whose items take seconds each."""
    return _map(function, items, label, "processes")


def map_in_forks(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Map in copies of this process: for large inputs and functions that cannot be handed over.

    A copy starts with all that this process has read and imported; only results are sent back.
    No thread may be at work when a copy is made; the function maps alone. After an error no further
    item is begun; copies are waited for and never signalled, since one that is still starting
    could lose the signal and would be waited for without end.

    Raises
    ------
    PipelineError
        Where a copy was killed.
    """
    workers = min(count_workers(), len(items))
    if workers < 2:
        return [function(item) for item in items]
    context = multiprocessing.get_context("fork")
    initial = (_start_fork, (function, items))
    with _refusing_killed(), ProcessPoolExecutor(workers, context, *initial) as executor:
        return list(executor.map(_apply_in_fork, range(len(items))))


@contextmanager
def _refusing_killed() -> Iterator[None]:
    """Say what a worker that was killed means; one that broke otherwise keeps its traceback."""
    try:
        yield
    except BrokenProcessPool as error:
        if error.__cause__ is not None:
            raise
        raise PipelineError(
            "a worker process was killed before it answered, most likely for want of memory.\n"
            "  Fix: close other programs, or use fewer workers: DIPMASTER_WORKERS=1."
        ) from error


def call_in_forks(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Call jobs in copies of this process, as `map_in_forks` does."""
    return map_in_forks(_call, jobs)


def _call(job: Callable[[], Any]) -> Any:
    return job()


def _start_fork(function: Callable[[Item], Any], items: Sequence[Item]) -> None:
    """Leave interrupts to the process that waits, which then ends its copies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _forked.append((function, items))


def _apply_in_fork(position: int) -> Any:
    function, items = _forked[-1]
    return function(items[position])


def _map(
    function: Callable[[Item], Result], items: Sequence[Item], label: str, prefer: str
) -> list[Result]:
    parallel = Parallel(n_jobs=count_workers(), prefer=prefer, return_as="generator")
    with _refusing_killed():
        results = parallel(delayed(function)(item) for item in items)
        return list(show_progress(results, label, len(items)))


def show_progress(items: Iterable[Item], label: str, total: int) -> Iterable[Item]:
    """Show a progress bar on a terminal; in a log or in a copy, nothing but the work."""
    console = Console(file=sys.stderr)
    return track(
        items,
        description=label,
        total=total,
        console=console,
        transient=True,
        disable=bool(_forked) or not console.is_terminal,
    )
