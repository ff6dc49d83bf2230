"""How good the bars are: the same report for every source, plain values for JSON.

Everything here describes the sample as a whole and feeds no feature, signal or
gate. File names are relative to data/raw.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import to_epoch_ms, to_timestamps
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, ISO_UTC
from dipmaster.market.jumps import find_largest_jump
from dipmaster.market.raw.intervals import sort_unique
from dipmaster.market.raw.log import RawLog

_PRICES = ("open", "high", "low", "close")
LONGEST_GAPS = 5
OUTLIER_SIGMAS = 20.0
LISTED_FILES = 20
# A normal variable's median absolute value, in standard deviations.
_MEDIAN_OF_NORMAL = 0.6744897501960817


def build_quality_report(
    bars: Mapping[str, pd.DataFrame], source: str, raw_log: RawLog | None
) -> dict[str, Any]:
    """Describe the bars of a market.

    Parameters
    ----------
    bars
        One frame of table BARS a symbol, not empty, times rising.
    source
        ``simulated`` or ``raw``.
    raw_log
        What happened to the files; None for a market without files.

    Returns
    -------
    dict
        ``market``, ``files`` and ``symbols``; counts are whole numbers,
        values that cannot be computed are None.
    """
    symbols = {symbol: _describe_symbol(bars[symbol]) for symbol in sorted(bars)}
    for symbol, entry in symbols.items():
        entry["dropped_rows"] = _dropped_by_reason(raw_log, symbol)
        entry["incomplete_windows"] = raw_log.incomplete_windows.get(symbol, 0) if raw_log else 0
        entry["trimmed_bars"] = raw_log.trimmed_bars.get(symbol, 0) if raw_log else 0
        entry["left_out_columns"] = (
            list(raw_log.left_out_columns.get(symbol, ())) if raw_log else []
        )
    report: dict[str, Any] = {"market": _describe_market(bars, source), "symbols": symbols}
    if raw_log is not None:
        report["files"] = _describe_files(raw_log)
        report["market"]["ended_early"] = list(raw_log.ended_early)
        report["market"]["stray_bars"] = [
            {
                "symbol": stray.symbol,
                "from": _format_time(stray.first_ms),
                "to": _format_time(stray.last_ms),
                "bars": stray.bars,
            }
            for stray in raw_log.stray_bars
        ]
    return report


def _describe_market(bars: Mapping[str, pd.DataFrame], source: str) -> dict[str, Any]:
    times = [to_epoch_ms(frame["open_time"]) for frame in bars.values()]
    all_times = sort_unique(np.concatenate(times))
    bar_count = sum(symbol_times.size for symbol_times in times)
    span = _expected_bars(all_times)
    return {
        "source": source,
        "first_open_time": _format_time(all_times[0]),
        "last_open_time": _format_time(all_times[-1]),
        "days": span / BARS_PER_DAY,
        "symbols": len(bars),
        "bars": bar_count,
        "coverage_frac": bar_count / sum(_expected_bars(symbol_times) for symbol_times in times),
        "gaps_in_all_symbols": _describe_gaps(all_times),
    }


def _describe_symbol(frame: pd.DataFrame) -> dict[str, Any]:
    times = to_epoch_ms(frame["open_time"])
    prices = {name: frame[name].to_numpy(dtype=np.float64) for name in _PRICES}
    highest = np.max([prices["open"], prices["close"]], axis=0)
    lowest = np.min([prices["open"], prices["close"]], axis=0)
    invalid = (prices["high"] < highest) | (prices["low"] > lowest) | (prices["low"] <= 0)
    volume = frame["volume"].to_numpy(dtype=np.float64)
    return {
        "first_open_time": _format_time(times[0]),
        "last_open_time": _format_time(times[-1]),
        "bars": times.size,
        "expected_bars": _expected_bars(times),
        "coverage_frac": times.size / _expected_bars(times),
        "columns": [str(name) for name in frame.columns if name not in ("open_time", *_PRICES)],
        "gaps": _describe_gaps(times),
        "off_grid": int(np.count_nonzero(times % BAR_MS)),
        "duplicates": int(np.count_nonzero(np.diff(times) == 0)),
        "ohlc_violations": int(np.count_nonzero(invalid)),
        "zero_volume_bars": int(np.count_nonzero(volume == 0)),
        "outliers": _describe_outliers(times, prices["close"]),
        "largest_jump": _describe_jump(frame),
    }


def _expected_bars(times_ms: Ints) -> int:
    return int((times_ms[-1] - times_ms[0]) // BAR_MS) + 1


def _describe_gaps(times_ms: Ints) -> dict[str, Any]:
    """Gaps between the first and the last bar; `from` and `to` are missing bars."""
    missing = np.diff(times_ms) // BAR_MS - 1
    gap_positions = np.flatnonzero(missing > 0)
    longest = sorted(gap_positions, key=lambda i: (-missing[i], i))[:LONGEST_GAPS]
    return {
        "count": gap_positions.size,
        "missing_bars": int(missing[gap_positions].sum()),
        "longest_bars": int(missing[gap_positions].max()) if gap_positions.size else 0,
        "longest": [
            {
                "from": _format_time(times_ms[i] + BAR_MS),
                "to": _format_time(times_ms[i + 1] - BAR_MS),
                "bars": int(missing[i]),
            }
            for i in longest
        ],
    }


def _describe_outliers(times_ms: Ints, close: Floats) -> dict[str, Any]:
    """Returns beyond `OUTLIER_SIGMAS` robust sigmas; returns over a gap are left out.

    The robust sigma is the median absolute return over that of a normal
    variable. Returns of exactly zero are left out of the median: a thin coin
    whose price stands still in most bars would have a sigma of zero.
    """
    returns = np.diff(np.log(close))
    neighbours = np.diff(times_ms) == BAR_MS
    size = np.where(neighbours, np.abs(returns), 0.0)
    if not np.any(size > 0):
        return {"count": 0, "robust_sigma_frac": None, "largest_sigmas": None, "largest_at": None}
    sigma = float(np.median(size[size > 0])) / _MEDIAN_OF_NORMAL
    largest = int(np.argmax(size))
    return {
        "count": int(np.count_nonzero(size > OUTLIER_SIGMAS * sigma)),
        "robust_sigma_frac": sigma,
        "largest_sigmas": float(returns[largest]) / sigma,
        "largest_at": _format_time(times_ms[largest + 1]),
    }


def _describe_jump(frame: pd.DataFrame) -> dict[str, Any]:
    """Largest change from a traded bar to the next, over gaps too; beyond a bound it is refused."""
    jump = find_largest_jump(frame)
    return {
        "factor": jump.factor if jump else None,
        "from": _format_time(jump.close_ms) if jump else None,
        "to": _format_time(jump.open_ms) if jump else None,
        "from_price": jump.close if jump else None,
        "to_price": jump.open if jump else None,
    }


def _describe_files(log: RawLog) -> dict[str, Any]:
    reasons = sorted({entry.reason for entry in log.ignored})
    ignored = {reason: [e.file for e in log.ignored if e.reason == reason] for reason in reasons}
    dropped: dict[str, dict[str, int]] = {}
    for entry in log.dropped:
        reasons_of_file = dropped.setdefault(entry.file, {})
        reasons_of_file[entry.reason] = reasons_of_file.get(entry.reason, 0) + entry.rows
    return {
        "read": len({entry.file for entry in log.files}),
        "rows_read": sum(entry.rows for entry in log.files),
        "intervals": sorted({entry.interval for entry in log.files}),
        "ignored": len(log.ignored),
        "ignored_by_reason": {
            reason: {"count": len(names), "files": names[:LISTED_FILES]}
            for reason, names in ignored.items()
        },
        "dropped_rows": dropped,
        "funding": list(log.funding_files),
    }


def _dropped_by_reason(log: RawLog | None, symbol: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for entry in log.dropped if log else ():
        if entry.symbol == symbol:
            counts[entry.reason] = counts.get(entry.reason, 0) + entry.rows
    return counts


def _format_time(time_ms: int) -> str:
    return to_timestamps(np.array([time_ms], dtype=np.int64))[0].strftime(ISO_UTC)
