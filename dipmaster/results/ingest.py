"""ingest.json: how good the bars are. Times are UTC, as ``2023-01-01T00:00:00Z``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dipmaster.results.common import RawSelection
from dipmaster.results.fields import OMITTED, keyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Bars missing in a row: open times of the first and the last, and their number."""

    from_: str = field(metadata=keyed("from"))
    to: str
    bars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """Gaps between the first and the last bar.

    Attributes
    ----------
    longest_bars
        0 without a gap.
    longest
        The few longest, the longest first.
    """

    count: int
    missing_bars: int
    longest_bars: int
    longest: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outliers:
    """Returns of one bar that are far beyond the robust sigma of their coin.

    Attributes
    ----------
    robust_sigma_frac
        Median absolute log return over that of a normal variable.
    largest_sigmas
        Largest return in robust sigmas, with its sign.
    largest_at
        Open time of its bar. All three are None where no price ever moved.
    """

    count: int
    robust_sigma_frac: float | None
    largest_sigmas: float | None
    largest_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LargestJump:
    """Largest change of a coin's price from the close of a traded bar to the next open.

    Attributes
    ----------
    factor
        The higher of the two prices over the lower; None, as all else, with fewer than two bars.
    from_, to
        Open times of the two bars.
    """

    factor: float | None
    from_: str | None = field(metadata=keyed("from"))
    to: str | None
    from_price: float | None
    to_price: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayBars:
    """Bars of one coin that were left out because they lie far from all others."""

    symbol: str
    from_: str = field(metadata=keyed("from"))
    to: str
    bars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolQuality:
    """The bars of one coin.

    Attributes
    ----------
    expected_bars
        From the first to the last bar without a gap.
    columns
        Beside time and prices.
    dropped_rows
        Reason to number of rows left out; empty on simulated bars.
    incomplete_windows
        5-minute windows without a bar because finer bars were missing.
    trimmed_bars
        Cut at the end.
    left_out_columns
        Columns that only some of its files have.
    """

    first_open_time: str
    last_open_time: str
    bars: int
    expected_bars: int
    coverage_frac: float
    columns: tuple[str, ...]
    gaps: Gaps
    off_grid: int
    duplicates: int
    ohlc_violations: int
    zero_volume_bars: int
    outliers: Outliers
    largest_jump: LargestJump
    dropped_rows: Mapping[str, int]
    incomplete_windows: int
    trimmed_bars: int
    left_out_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketQuality:
    """All coins together.

    Attributes
    ----------
    days
        From the first to the last bar of any coin.
    symbols
        Number of coins.
    coverage_frac
        Bars over those that each coin's own span would have.
    ended_early
        Coins that ended long before the others; None, and no key, on simulated bars.
    stray_bars
        As `ended_early`.
    """

    source: Literal["simulated", "raw"]
    first_open_time: str
    last_open_time: str
    days: float
    symbols: int
    bars: int
    coverage_frac: float
    gaps_in_all_symbols: Gaps
    ended_early: tuple[str, ...] | None = field(default=None, metadata=OMITTED)
    stray_bars: tuple[StrayBars, ...] | None = field(default=None, metadata=OMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredFiles:
    """Files not read for one reason: how many, and the names of the first."""

    count: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedSet:
    """What the manifest of a set says that `dipmaster fetch` brought.

    Attributes
    ----------
    source, market
        Address of the archive or name of the exchange; spot or futures.
    fetched_on
        UTC date on which a file came last.
    choice
        How the coins were chosen.
    files, bytes
        That were brought, files of alternative data included.
    missing
        Reason to files that were asked for and are not there.
    """

    set: str
    source: str
    market: str
    fetched_on: str
    choice: str
    files: int
    bytes: int
    missing: Mapping[str, IgnoredFiles]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSummary:
    """What happened to the files under data/raw; names are relative to it.

    Attributes
    ----------
    read, rows_read
        Files that gave bars, and their good rows.
    intervals
        Of the files read, e.g. 1m and 5m.
    ignored_by_reason
        Reason to files.
    dropped_rows
        File to reason to number of rows left out.
    funding
        Files of funding rates that were read.
    selection
        What was asked for.
    fetched
        Of the sets that `dipmaster fetch` brought; no key where none was.
    """

    read: int
    rows_read: int
    intervals: tuple[str, ...]
    ignored: int
    ignored_by_reason: Mapping[str, IgnoredFiles]
    dropped_rows: Mapping[str, Mapping[str, int]]
    funding: tuple[str, ...]
    selection: RawSelection
    fetched: tuple[FetchedSet, ...] = field(default=(), metadata=OMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResults:
    """All of ingest.json.

    Attributes
    ----------
    symbols
        Symbol to its bars' quality.
    files
        None, and no key, on simulated bars.
    """

    market: MarketQuality
    symbols: Mapping[str, SymbolQuality]
    files: FileSummary | None = field(default=None, metadata=OMITTED)
