"""How good the bars are: the same report for every source, plain values for JSON.

Everything here describes the sample as a whole and feeds no feature, signal or
gate. File names are relative to data/raw.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import as_times, epoch_ms
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, ISO_UTC
from dipmaster.market.jumps import largest_jump
from dipmaster.market.raw.intervals import distinct
from dipmaster.market.raw.log import RawLog

_PRICES = ("open", "high", "low", "close")
LONGEST_GAPS = 5
OUTLIER_SIGMAS = 20.0
LISTED_FILES = 20
# A normal variable's median absolute value, in standard deviations.
_MEDIAN_OF_NORMAL = 0.6744897501960817


def quality_report(
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
    symbols = {symbol: _symbol(bars[symbol]) for symbol in sorted(bars)}
    for symbol, entry in symbols.items():
        entry["dropped_rows"] = _dropped_by_reason(raw_log, symbol)
        entry["incomplete_windows"] = raw_log.incomplete_windows.get(symbol, 0) if raw_log else 0
        entry["trimmed_bars"] = raw_log.trimmed_bars.get(symbol, 0) if raw_log else 0
        entry["left_out_columns"] = (
            list(raw_log.left_out_columns.get(symbol, ())) if raw_log else []
        )
    report: dict[str, Any] = {"market": _market(bars, source), "symbols": symbols}
    if raw_log is not None:
        report["files"] = _files(raw_log)
        report["market"]["ended_early"] = list(raw_log.ended_early)
        report["market"]["stray_bars"] = [
            {
                "symbol": stray.symbol,
                "from": _text(stray.first_ms),
                "to": _text(stray.last_ms),
                "bars": stray.bars,
            }
            for stray in raw_log.stray_bars
        ]
    return report


def _market(bars: Mapping[str, pd.DataFrame], source: str) -> dict[str, Any]:
    times = [epoch_ms(frame["open_time"]) for frame in bars.values()]
    somewhere = distinct(np.concatenate(times))
    bars_there = sum(one.size for one in times)
    span = _expected(somewhere)
    return {
        "source": source,
        "first_open_time": _text(somewhere[0]),
        "last_open_time": _text(somewhere[-1]),
        "days": span / BARS_PER_DAY,
        "symbols": len(bars),
        "bars": bars_there,
        "coverage_frac": bars_there / sum(_expected(one) for one in times),
        "gaps_in_all_symbols": _gaps(somewhere),
    }


def _symbol(frame: pd.DataFrame) -> dict[str, Any]:
    times = epoch_ms(frame["open_time"])
    prices = {name: frame[name].to_numpy(dtype=np.float64) for name in _PRICES}
    highest = np.max([prices["open"], prices["close"]], axis=0)
    lowest = np.min([prices["open"], prices["close"]], axis=0)
    broken = (prices["high"] < highest) | (prices["low"] > lowest) | (prices["low"] <= 0)
    volume = frame["volume"].to_numpy(dtype=np.float64)
    return {
        "first_open_time": _text(times[0]),
        "last_open_time": _text(times[-1]),
        "bars": times.size,
        "expected_bars": _expected(times),
        "coverage_frac": times.size / _expected(times),
        "columns": [str(name) for name in frame.columns if name not in ("open_time", *_PRICES)],
        "gaps": _gaps(times),
        "off_grid": int(np.count_nonzero(times % BAR_MS)),
        "duplicates": int(np.count_nonzero(np.diff(times) == 0)),
        "ohlc_violations": int(np.count_nonzero(broken)),
        "zero_volume_bars": int(np.count_nonzero(volume == 0)),
        "outliers": _outliers(times, prices["close"]),
        "largest_jump": _jump(frame),
    }


def _expected(times_ms: Ints) -> int:
    return int((times_ms[-1] - times_ms[0]) // BAR_MS) + 1


def _gaps(times_ms: Ints) -> dict[str, Any]:
    """Gaps between the first and the last bar; `from` and `to` are missing bars."""
    missing = np.diff(times_ms) // BAR_MS - 1
    at = np.flatnonzero(missing > 0)
    longest = sorted(at, key=lambda i: (-missing[i], i))[:LONGEST_GAPS]
    return {
        "count": at.size,
        "missing_bars": int(missing[at].sum()),
        "longest_bars": int(missing[at].max()) if at.size else 0,
        "longest": [
            {
                "from": _text(times_ms[i] + BAR_MS),
                "to": _text(times_ms[i + 1] - BAR_MS),
                "bars": int(missing[i]),
            }
            for i in longest
        ],
    }


def _outliers(times_ms: Ints, close: Floats) -> dict[str, Any]:
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
        "largest_at": _text(times_ms[largest + 1]),
    }


def _jump(frame: pd.DataFrame) -> dict[str, Any]:
    """Largest change from a traded bar to the next, over gaps too; beyond a bound it is refused."""
    jump = largest_jump(frame)
    return {
        "factor": jump.factor if jump else None,
        "from": _text(jump.close_ms) if jump else None,
        "to": _text(jump.open_ms) if jump else None,
        "from_price": jump.close if jump else None,
        "to_price": jump.open if jump else None,
    }


def _files(log: RawLog) -> dict[str, Any]:
    reasons = sorted({entry.reason for entry in log.ignored})
    ignored = {why: [e.file for e in log.ignored if e.reason == why] for why in reasons}
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
            why: {"count": len(names), "files": names[:LISTED_FILES]}
            for why, names in ignored.items()
        },
        "dropped_rows": dropped,
    }


def _dropped_by_reason(log: RawLog | None, symbol: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in log.dropped if log else ():
        if entry.symbol == symbol:
            found[entry.reason] = found.get(entry.reason, 0) + entry.rows
    return found


def _text(time_ms: int) -> str:
    return as_times(np.array([time_ms], dtype=np.int64))[0].strftime(ISO_UTC)
