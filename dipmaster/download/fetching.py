"""All files of a request, several at a time, and the manifest of the set they make."""

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from dipmaster.core import locks
from dipmaster.download.archive import ArchiveFile, Request
from dipmaster.download.client import Client
from dipmaster.download.errors import (
    DownloadError,
    NotPublishedError,
    RefusedError,
    UnreachableError,
    describe,
)
from dipmaster.download.limits import TransferLimits
from dipmaster.download.placing import Placed, place_file
from dipmaster.download.record import (
    Outcome,
    begin_manifest,
    finish_manifest,
    forget,
    is_fetched,
    undo_begin,
)
from dipmaster.market.raw.manifest import FetchedFile, FetchManifest, MissingFile

NOT_PUBLISHED: Final = "not in the archive"
BY_THE_DAY: Final = "month not published yet: its days instead"
REFUSED: Final = "refused: not what the archive announces"
NOT_OVER: Final = "month not over, and published by the month only"
NOT_RECEIVED: Final = "not received: the server failed"
FAILURES: Final = (REFUSED, NOT_RECEIVED)


class Progress(Protocol):
    """What a fetch tells while it runs; called from one thread at a time but for `receive`."""

    def expect(self, files: int) -> None:
        """So many more files will be asked for."""

    def receive(self, size: int) -> None:
        """So many bytes arrived."""

    def finish_file(self) -> None:
        """A file is there, or will not be."""


@dataclass(frozen=True)
class FetchResult:
    """What a fetch brought.

    Attributes
    ----------
    placed
        Files that are there and verified, those of before included.
    missing
        Files that are not there, with the reason.
    """

    placed: tuple[Placed, ...]
    missing: tuple[MissingFile, ...]

    @property
    def failed(self) -> tuple[MissingFile, ...]:
        """Those that the archive has, but that did not come whole."""
        return tuple(entry for entry in self.missing if entry.reason in FAILURES)


@dataclass
class _Run:
    """The parts of a fetch that its files share."""

    client: Client
    raw: Path
    progress: Progress
    placed: list[Placed] = field(default_factory=list)
    absent: list[ArchiveFile] = field(default_factory=list)
    failed: list[MissingFile] = field(default_factory=list)
    has_news: bool = False


def fetch_archive(
    request: Request,
    base_url: str,
    raw: Path,
    progress: Progress,
    *,
    choice: str,
    limits: TransferLimits | None = None,
) -> FetchResult:
    """Bring what is asked for into data/raw; what is there and good stays as it is.

    Months come first, then the days of months that may not be published yet. Files that cannot
    be had do not stop the others; they are in the result and in the manifest with the reason. A
    set of which there is nothing at all is not begun.

    Parameters
    ----------
    base_url
        Address of the archive.
    raw
        data/raw.
    choice
        How the coins were chosen, for the manifest.

    Raises
    ------
    DownloadError
        Where the set is another market's, the server never answers, or the disk takes no file.
    PipelineError
        Where another fetch runs.
    """
    run = _Run(Client(base_url, limits or TransferLimits()), raw, progress)
    folder = raw / request.set
    with locks.hold("fetch"):
        is_new = not is_fetched(folder)
        old = begin_manifest(folder, run.client.base_url, request.market, choice)
        with _undoing(run, folder, old, is_new=is_new):
            missing = _fetch_months_and_days(run, request)
        if is_new and not (run.placed or run.failed):
            forget(folder)
            return FetchResult((), missing)
        files = tuple(_describe(one) for one in run.placed)
        today = request.today.isoformat()
        finish_manifest(folder, old, Outcome(files, run.has_news, missing, today, choice))
    placed = sorted(run.placed, key=lambda one: one.file)
    return FetchResult(tuple(placed), missing)


def _fetch_months_and_days(run: _Run, request: Request) -> tuple[MissingFile, ...]:
    """Fill the run; what is missing in the end, with the reasons."""
    _fetch_all(run, request.list_first())
    days = request.list_days(run.absent)
    replaced = _drop_replaced(run, days)
    _fetch_all(run, days)
    absent = [_missing(file, NOT_PUBLISHED) for file in run.absent]
    not_over = [_missing(file, NOT_OVER) for file in request.list_not_over()]
    missing = [*run.failed, *replaced, *absent, *not_over]
    return tuple(sorted(missing, key=lambda entry: entry.file))


@contextlib.contextmanager
def _undoing(run: _Run, folder: Path, old: FetchManifest, *, is_new: bool) -> Iterator[None]:
    """A fetch that ends before anything came leaves the set as it was."""
    try:
        yield
    except BaseException:
        if not run.has_news:
            undo_begin(folder, old, is_new=is_new)
        raise


def _fetch_all(run: _Run, files: Sequence[ArchiveFile]) -> None:
    """Each file once; the first error that is not of a file alone stops all."""
    run.progress.expect(len(files))
    with ThreadPoolExecutor(run.client.limits.connections) as pool, _stopping(run, pool):
        tasks = {pool.submit(_place, run, file): file for file in files}
        for task in _as_they_end(tasks):
            _record(run, tasks[task], task)
            run.progress.finish_file()


@contextlib.contextmanager
def _stopping(run: _Run, pool: ThreadPoolExecutor) -> Iterator[None]:
    """On any error, Ctrl-C included: nothing new begins, what waits or reads ends."""
    try:
        yield
    except BaseException:
        run.client.pace.stop()
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def _as_they_end(tasks: dict[Future[Placed], ArchiveFile]) -> Iterator[Future[Placed]]:
    pending = set(tasks)
    while pending:
        done, pending = wait(pending, return_when=FIRST_COMPLETED)
        yield from done


def _place(run: _Run, file: ArchiveFile) -> Placed:
    placed = place_file(run.client, file, run.raw, run.progress.receive)
    run.has_news = run.has_news or placed.is_new
    return placed


def _record(run: _Run, file: ArchiveFile, task: Future[Placed]) -> None:
    missing = partial(MissingFile, file=f"{file.folder}/{file.name}", source=file.path)
    try:
        run.placed.append(task.result())
    except NotPublishedError:
        run.absent.append(file)
    except UnreachableError:
        raise
    except OSError as error:
        found = f"{error.strerror or error}"
        fix = "make room or correct the folder; the same command goes on from there"
        where = str(run.raw / file.folder / file.name)
        raise DownloadError(describe(where, "a file that can be written", found, fix)) from error
    except RefusedError as error:
        run.failed.append(missing(reason=REFUSED, detail=str(error)))
    except DownloadError as error:
        run.failed.append(missing(reason=NOT_RECEIVED, detail=str(error)))


def _drop_replaced(run: _Run, days: Sequence[ArchiveFile]) -> tuple[MissingFile, ...]:
    """Months whose days are asked for are no longer absent; the manifest says why."""
    late = {(day.name.partition("-")[0], day.month) for day in days}
    replaced = [
        file
        for file in run.absent
        if not file.is_daily and (file.name.partition("-")[0], file.month) in late
    ]
    run.absent = [file for file in run.absent if file not in replaced]
    return tuple(_missing(file, BY_THE_DAY) for file in replaced)


def _describe(one: Placed) -> FetchedFile:
    name = f"{one.file.folder}/{one.file.name}"
    return FetchedFile(file=name, source=one.file.path, sha256=one.sha256, bytes=one.bytes)


def _missing(file: ArchiveFile, reason: str) -> MissingFile:
    name = f"{file.folder}/{file.name}"
    return MissingFile(file=name, source=file.path, reason=reason, detail="")
