"""Bars far away from all others: a wrong date, a file that got in by mistake.

One row ten years ahead would put a grid of ten empty years behind the market, take
every other coin for delisted, and be judged as a day. Bars that lie so far off are
told in the quality report and left out.
"""

from dataclasses import replace

import numpy as np

from dipmaster.core.kernels import Bools, Ints
from dipmaster.core.panel import format_time
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.market.raw.intervals import sort_unique
from dipmaster.market.raw.merge import MergedSeries
from dipmaster.results.ingest import StrayBars

FAR_DAYS = 30  # a calendar block: what is closer may be a gap between files
SHORT_DAYS = 2  # what a coin needs at least; a longer run is history, however far it lies


def drop_stray_bars(
    series: dict[str, MergedSeries],
) -> tuple[dict[str, MergedSeries], tuple[StrayBars, ...]]:
    """Leave out runs of bars that are short and far from all other bars of the market.

    Bars of all coins together are cut into runs where nothing is there for more than
    `FAR_DAYS` days. A run of less than `SHORT_DAYS` days is stray; the run with the most
    bars is never.

    Returns
    -------
    tuple
        The series without them, and what was left out, by symbol and time.
    """
    spans = _find_stray_spans([symbol_series.times_ms for symbol_series in series.values()])
    if not spans:
        return series, ()
    remaining, left_out = {}, []
    for symbol, symbol_series in series.items():
        stray = np.zeros(symbol_series.times_ms.size, dtype=np.bool_)
        for first, last in spans:
            inside = (symbol_series.times_ms >= first) & (symbol_series.times_ms <= last)
            stray |= inside
            if inside.any():
                stray_times_ms = symbol_series.times_ms[inside]
                left_out.append(
                    StrayBars(
                        symbol=symbol,
                        from_=format_time(stray_times_ms[0]),
                        to=format_time(stray_times_ms[-1]),
                        bars=stray_times_ms.size,
                    )
                )
        remaining[symbol] = _select_bars(symbol_series, ~stray)
    return remaining, tuple(left_out)


def _find_stray_spans(times_ms: list[Ints]) -> list[tuple[int, int]]:
    """First and last open time of every stray run."""
    market_times_ms = (
        sort_unique(np.concatenate(times_ms)) if times_ms else np.zeros(0, dtype=np.int64)
    )
    runs = np.split(
        market_times_ms, np.flatnonzero(np.diff(market_times_ms) > FAR_DAYS * DAY_MS) + 1
    )
    longest = max(runs, key=len)
    return [
        (int(run[0]), int(run[-1]))
        for run in runs
        if run is not longest and run[-1] + BAR_MS - run[0] < SHORT_DAYS * DAY_MS
    ]


def _select_bars(series: MergedSeries, is_kept: Bools) -> MergedSeries:
    values = {name: column[is_kept] for name, column in series.values.items()}
    return replace(series, times_ms=series.times_ms[is_kept], values=values)
