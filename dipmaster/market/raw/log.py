"""Log of the way from files to bars; the quality report prints it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from dipmaster.results.common import RawSelection
from dipmaster.results.ingest import FetchedSet, StrayBars

EVERYTHING = RawSelection(set=None, sets_read=(), symbols=None, start=None, end=None)


@dataclass(frozen=True, order=True)
class IgnoredFile:
    """A file that was not read, and why."""

    file: str
    reason: str


@dataclass(frozen=True, order=True)
class FileRead:
    """A file that gave bars of one symbol; `rows` counts its good rows."""

    file: str
    symbol: str
    interval: str
    rows: int


@dataclass(frozen=True, order=True)
class DroppedRows:
    """Rows of one file and symbol that were left out for one reason."""

    file: str
    symbol: str
    reason: str
    rows: int


@dataclass(frozen=True)
class RawLog:
    """Counts by file and by symbol; every file name is relative to data/raw.

    Attributes
    ----------
    files
        What was read, sorted.
    ignored
        What was not read, sorted.
    dropped
        Rows left out, duplicates that agree included, sorted.
    incomplete_windows
        5-minute windows without a bar because finer bars were missing, by symbol.
    trimmed_bars
        Bars cut at the end, by symbol.
    ended_early
        Coins that ended long before the others; the others are not cut at their end.
    left_out_columns
        Columns that only some files of a symbol have, by symbol.
    stray_bars
        Bars left out because they lie far from all others.
    funding_files
        Files of funding rates that were read, sorted.
    selection
        What was asked for, and the sets that gave bars.
    fetched
        What the manifests of these sets say.
    """

    files: tuple[FileRead, ...] = ()
    ignored: tuple[IgnoredFile, ...] = ()
    dropped: tuple[DroppedRows, ...] = ()
    incomplete_windows: dict[str, int] = field(default_factory=dict)
    trimmed_bars: dict[str, int] = field(default_factory=dict)
    ended_early: tuple[str, ...] = ()
    left_out_columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stray_bars: tuple[StrayBars, ...] = ()
    funding_files: tuple[str, ...] = ()
    selection: RawSelection = EVERYTHING
    fetched: tuple[FetchedSet, ...] = ()


@dataclass(frozen=True)
class RawMarket:
    """Bars by symbol (frames of table BARS, symbols sorted) and how they came about.

    `funding` has a frame of table FUNDING for each symbol that is charged.
    """

    bars: dict[str, pd.DataFrame]
    funding: dict[str, pd.DataFrame]
    log: RawLog


def tally_dropped(dropped: Iterable[DroppedRows]) -> tuple[DroppedRows, ...]:
    """Sum rows of equal file, symbol and reason; leave out zeros; sort."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for entry in dropped:
        counts[entry.file, entry.symbol, entry.reason] += entry.rows
    return tuple(DroppedRows(*key, rows) for key, rows in sorted(counts.items()) if rows)
