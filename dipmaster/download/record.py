"""The manifest before and after a fetch: what was there stays in it, what is new is added."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from dipmaster.download.errors import DownloadError, describe
from dipmaster.market.raw.manifest import (
    MANIFEST,
    FetchedFile,
    FetchManifest,
    MissingFile,
    read_manifest,
    write_manifest,
)

_DAY = re.compile(r"(-\d{4}-\d\d)-\d\d\.zip$")


@dataclass(frozen=True)
class Outcome:
    """What a fetch brought on a day, and how its coins were chosen.

    Attributes
    ----------
    has_news
        Whether a file is new or longer than before.
    """

    files: tuple[FetchedFile, ...]
    has_news: bool
    missing: tuple[MissingFile, ...]
    today: str
    choice: str


def is_fetched(folder: Path) -> bool:
    """Whether a fetch was ever begun in the folder of a set."""
    return (folder / MANIFEST).is_file()


def begin_manifest(folder: Path, source: str, market: str, choice: str) -> FetchManifest:
    """Mark a set as unfinished before the first request.

    Returns
    -------
    FetchManifest
        As it was; an empty one for a new set.

    Raises
    ------
    DownloadError
        Where the set holds another market or is from another source: their bars of one coin
        disagree.
    """
    found = read_manifest(folder)
    if found is not None and (found.market, found.source) != (market, source):
        raise DownloadError(
            describe(
                str(folder),
                f"a set of {market} from {source}",
                f"one of {found.market} from {found.source}",
                "give the new files a set of their own with --set",
            )
        )
    manifest = found or FetchManifest(
        source=source, market=market, fetched_on="", choice=choice, finished=False,
        files=(), missing=(),
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    write_manifest(replace(manifest, finished=False), folder)
    return manifest


def finish_manifest(folder: Path, old: FetchManifest, outcome: Outcome) -> None:
    """Add what a fetch brought, and mark the set as finished.

    Where nothing changed the bytes are those of before: the date is that of the last new file.
    """
    files = {one.file: one for one in (*old.files, *outcome.files)}
    named = {entry.file for entry in outcome.missing} | files.keys()
    missing = [entry for entry in old.missing if not {entry.file, _name_month(entry.file)} & named]
    is_dated = bool(old.fetched_on) and not outcome.has_news
    manifest = replace(
        old,
        fetched_on=old.fetched_on if is_dated else outcome.today,
        choice=_join_choices(old.choice, outcome.choice),
        finished=True,
        files=tuple(files[name] for name in sorted(files)),
        missing=_sort_missing([*missing, *outcome.missing]),
    )
    write_manifest(manifest, folder)


def _name_month(file: str) -> str:
    """The file of the month that a file of a day is part of; any other name as it is."""
    return _DAY.sub(r"\1.zip", file)


def undo_begin(folder: Path, old: FetchManifest, *, is_new: bool) -> None:
    """Leave a set as finished as it was, a new one not begun: nothing came, so nothing is cut."""
    if is_new:
        forget(folder)
    elif old.finished:
        write_manifest(old, folder)


def forget(folder: Path) -> None:
    """Leave no trace of a set that was begun and got nothing; files of the user's stay."""
    (folder / MANIFEST).unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _join_choices(old: str, new: str) -> str:
    return old if new in old else f"{old}; then {new}"


def _sort_missing(entries: Iterable[MissingFile]) -> tuple[MissingFile, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.file))
