"""How good the bars are: the same report for every source.

Everything here describes the sample as a whole and feeds no feature, signal or
gate. File names are relative to data/raw.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import format_time, to_epoch_ms
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY
from dipmaster.market.jumps import find_largest_jump
from dipmaster.market.raw.intervals import sort_unique
from dipmaster.market.raw.log import DroppedRows, RawLog
from dipmaster.results import ingest as results

_PRICES = ("open", "high", "low", "close")
LONGEST_GAPS = 5
OUTLIER_SIGMAS = 20.0
LISTED_FILES = 20
# A normal variable's median absolute value, in standard deviations.
_MEDIAN_OF_NORMAL = 0.6744897501960817


def build_quality_report(
    bars: Mapping[str, pd.DataFrame], raw_log: RawLog | None
) -> results.IngestResults:
    """Describe the bars of a market.

    Parameters
    ----------
    bars
        One frame of table BARS a symbol, not empty, times rising.
    raw_log
        What happened to the files; None for a simulated market.
    """
    return results.IngestResults(
        market=_describe_market(bars, raw_log),
        symbols={s: _describe_symbol(s, bars[s], raw_log or RawLog()) for s in sorted(bars)},
        files=_describe_files(raw_log) if raw_log else None,
    )


def _describe_market(bars: Mapping[str, pd.DataFrame], log: RawLog | None) -> results.MarketQuality:
    times = [to_epoch_ms(frame["open_time"]) for frame in bars.values()]
    all_times = sort_unique(np.concatenate(times))
    bar_count = sum(symbol_times.size for symbol_times in times)
    return results.MarketQuality(
        source="raw" if log else "simulated",
        first_open_time=format_time(all_times[0]),
        last_open_time=format_time(all_times[-1]),
        days=_expected_bars(all_times) / BARS_PER_DAY,
        symbols=len(bars),
        bars=bar_count,
        coverage_frac=bar_count / sum(_expected_bars(symbol_times) for symbol_times in times),
        gaps_in_all_symbols=_describe_gaps(all_times),
        ended_early=log.ended_early if log else None,
        stray_bars=log.stray_bars if log else None,
    )


def _describe_symbol(symbol: str, frame: pd.DataFrame, log: RawLog) -> results.SymbolQuality:
    times = to_epoch_ms(frame["open_time"])
    prices = {name: frame[name].to_numpy(dtype=np.float64) for name in _PRICES}
    highest = np.max([prices["open"], prices["close"]], axis=0)
    lowest = np.min([prices["open"], prices["close"]], axis=0)
    invalid = (prices["high"] < highest) | (prices["low"] > lowest) | (prices["low"] <= 0)
    volume = frame["volume"].to_numpy(dtype=np.float64)
    return results.SymbolQuality(
        first_open_time=format_time(times[0]),
        last_open_time=format_time(times[-1]),
        bars=times.size,
        expected_bars=_expected_bars(times),
        coverage_frac=times.size / _expected_bars(times),
        columns=tuple(str(n) for n in frame.columns if n not in ("open_time", *_PRICES)),
        gaps=_describe_gaps(times),
        off_grid=int(np.count_nonzero(times % BAR_MS)),
        duplicates=int(np.count_nonzero(np.diff(times) == 0)),
        ohlc_violations=int(np.count_nonzero(invalid)),
        zero_volume_bars=int(np.count_nonzero(volume == 0)),
        outliers=_describe_outliers(times, prices["close"]),
        largest_jump=_describe_jump(frame),
        dropped_rows=_sum_by_reason(e for e in log.dropped if e.symbol == symbol),
        incomplete_windows=log.incomplete_windows.get(symbol, 0),
        trimmed_bars=log.trimmed_bars.get(symbol, 0),
        left_out_columns=log.left_out_columns.get(symbol, ()),
    )


def _expected_bars(times_ms: Ints) -> int:
    return int((times_ms[-1] - times_ms[0]) // BAR_MS) + 1


def _describe_gaps(times_ms: Ints) -> results.Gaps:
    """Gaps between the first and the last bar; `from` and `to` are missing bars."""
    missing = np.diff(times_ms) // BAR_MS - 1
    gap_positions = np.flatnonzero(missing > 0)
    longest = sorted(gap_positions, key=lambda i: (-missing[i], i))[:LONGEST_GAPS]
    return results.Gaps(
        count=gap_positions.size,
        missing_bars=int(missing[gap_positions].sum()),
        longest_bars=int(missing[longest[0]]) if longest else 0,
        longest=tuple(
            results.Gap(
                from_=format_time(times_ms[i] + BAR_MS),
                to=format_time(times_ms[i + 1] - BAR_MS),
                bars=int(missing[i]),
            )
            for i in longest
        ),
    )


def _describe_outliers(times_ms: Ints, close: Floats) -> results.Outliers:
    """Returns beyond `OUTLIER_SIGMAS` robust sigmas; returns over a gap are left out.

    The robust sigma is the median absolute return over that of a normal
    variable. Returns of exactly zero are left out of the median: a thin coin
    whose price stands still in most bars would have a sigma of zero.
    """
    returns = np.diff(np.log(close))
    neighbours = np.diff(times_ms) == BAR_MS
    size = np.where(neighbours, np.abs(returns), 0.0)
    if not np.any(size > 0):
        return results.Outliers(
            count=0, robust_sigma_frac=None, largest_sigmas=None, largest_at=None
        )
    sigma = float(np.median(size[size > 0])) / _MEDIAN_OF_NORMAL
    largest = int(np.argmax(size))
    return results.Outliers(
        count=int(np.count_nonzero(size > OUTLIER_SIGMAS * sigma)),
        robust_sigma_frac=sigma,
        largest_sigmas=float(returns[largest]) / sigma,
        largest_at=format_time(times_ms[largest + 1]),
    )


def _describe_jump(frame: pd.DataFrame) -> results.LargestJump:
    """Largest change from a traded bar to the next, over gaps too; beyond a bound it is refused."""
    jump = find_largest_jump(frame)
    return results.LargestJump(
        factor=jump.factor if jump else None,
        from_=format_time(jump.close_ms) if jump else None,
        to=format_time(jump.open_ms) if jump else None,
        from_price=jump.close if jump else None,
        to_price=jump.open if jump else None,
    )


def _describe_files(log: RawLog) -> results.FileSummary:
    reasons = sorted({entry.reason for entry in log.ignored})
    ignored = {r: tuple(entry.file for entry in log.ignored if entry.reason == r) for r in reasons}
    return results.FileSummary(
        read=len({entry.file for entry in log.files}),
        rows_read=sum(entry.rows for entry in log.files),
        intervals=tuple(sorted({entry.interval for entry in log.files})),
        ignored=len(log.ignored),
        ignored_by_reason={
            reason: results.IgnoredFiles(count=len(names), files=names[:LISTED_FILES])
            for reason, names in ignored.items()
        },
        dropped_rows={
            file: _sum_by_reason(entries)
            for file, entries in groupby(log.dropped, key=attrgetter("file"))
        },
        funding=log.funding_files,
        selection=log.selection,
        fetched=log.fetched,
    )


def _sum_by_reason(dropped: Iterable[DroppedRows]) -> dict[str, int]:
    rows: Counter[str] = Counter()
    for entry in dropped:
        rows[entry.reason] += entry.rows
    return rows
