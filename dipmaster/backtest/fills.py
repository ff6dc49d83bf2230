"""Bars to one round trip: `walk` follows a position from its entry to its last sale.

The one place where exits are decided. The engine, the labels and the random
entries all call it, so that they cannot differ. What a position does depends on
prices and rules, never on its size: quantity and cash are the engine's.

Order of events at a bar, and what each is called, is in docs/engine.md.
"""

from typing import Any, NamedTuple

import numpy as np

from dipmaster.backtest.costs import BPS, Costs, break_even, outlay, proceeds
from dipmaster.backtest.rules import ExitType, RuleNumbers
from dipmaster.numerics import Floats, kernel
from dipmaster.panel import Panel
from dipmaster.periods import BAR_MS, BOUNDARY_MS

AT_OPEN, ENTRY, INSIDE, AT_END = 0, 1, 2, 3  # stages of a bar, in time order
NEVER = -1

ROUND_TRIP = np.dtype(
    [
        ("entry_bar", np.int64),
        ("entry_reference", np.float64),
        ("entry_half_spread", np.float64),
        ("exit_bar", np.int64),
        ("exit_stage", np.int8),
        ("exit_type", np.int8),
        ("exit_reference", np.float64),
        ("exit_half_spread", np.float64),
        ("exit_score", np.float64),
        ("partial_bar", np.int64),
        ("partial_reference", np.float64),
        ("partial_half_spread", np.float64),
        ("partial_score", np.float64),
        ("peak", np.float64),
        ("trough", np.float64),
    ]
)

_BARS_PER_BOUNDARY = BOUNDARY_MS // BAR_MS
_NONE = -1
_END, _STOP, _TRAILING = int(ExitType.END_OF_DATA), int(ExitType.STOP), int(ExitType.TRAILING_STOP)
_TARGET, _TIME, _BOUNDARY = int(ExitType.TARGET), int(ExitType.TIME_LIMIT), int(ExitType.BOUNDARY)
_FULL, _PARTIAL = int(ExitType.OPTIMAL_TIMING), int(ExitType.PROFIT_TAKING)


class Market(NamedTuple):
    """A panel for kernels: arrays of shape (symbols, bars), or (bars,) for one symbol.

    `clock` is the number of the first bar counted in 5-minute steps since 1970.
    """

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    half_spread_bps: Floats
    clock: int


class Plan(NamedTuple):
    """What an entry brings along: fractions of its reference price, and bars."""

    target_frac: float
    stop_frac: float
    cap_bars: int
    distance_frac: float


def market_of(panel: Panel) -> Market:
    """The panel's arrays in the form that kernels read."""
    return Market(
        np.ascontiguousarray(panel.open, np.float64),
        np.ascontiguousarray(panel.high, np.float64),
        np.ascontiguousarray(panel.low, np.float64),
        np.ascontiguousarray(panel.close, np.float64),
        np.ascontiguousarray(panel.half_spread_bps, np.float64),
        int(panel.open_time[0]) // BAR_MS,
    )


@kernel
def row_of(market: Market, symbol: int) -> Market:
    """One symbol's bars."""
    return Market(
        market.open[symbol],
        market.high[symbol],
        market.low[symbol],
        market.close[symbol],
        market.half_spread_bps[symbol],
        market.clock,
    )


@kernel
def ordered(
    bars: Market, u: int, paid: float, entry: float, score: float, rules: RuleNumbers, costs: Costs
) -> int:
    """Exit decided at the close of bar `u`, for the next open; -1 where none is."""
    if score > rules.score_full:
        return _FULL
    if score > rules.score_partial:
        return _PARTIAL
    if (bars.clock + u + 1) % _BARS_PER_BOUNDARY == 0:
        net = proceeds(bars.close[u], bars.half_spread_bps[u] * BPS, costs) - paid
        if net >= rules.boundary_min_net * entry:
            return _BOUNDARY
    return _NONE


@kernel
def raised(level: float, peak: float, entry: float, distance: float, floor: float) -> float:
    """Stop level after a bar with this peak; a missing distance leaves only the floor."""
    trail = peak - distance * entry
    if not trail > floor:
        trail = floor
    return max(level, trail)


@kernel
def _begin(out: Any, e: int, entry: float, half_spread: float) -> None:
    out.entry_bar, out.entry_reference, out.entry_half_spread = e, entry, half_spread
    out.partial_bar, out.partial_reference = NEVER, np.nan
    out.partial_half_spread, out.partial_score = np.nan, np.nan


@kernel
def _halve(out: Any, u: int, price: float, half_spread: float, score: float) -> None:
    out.partial_bar, out.partial_reference = u, price
    out.partial_half_spread, out.partial_score = half_spread, score


@kernel
def _end(
    out: Any,
    bars: Market,
    u: int,
    kind: int,
    price: float,
    score: float,
    peak: float,
    trough: float,
) -> None:
    """Close what is left at bar `u`; a close at the end of the data is booked on its last bar.

    A target passed at the open counts as inside the bar: that the stop was not
    touched is known only when the bar is over.
    """
    at_open = price == bars.open[u] and kind != _TARGET
    out.exit_bar, out.exit_stage = u, AT_OPEN if at_open else INSIDE
    if kind == _END:
        out.exit_bar, out.exit_stage = bars.open.size - 1, AT_END
    out.exit_type, out.exit_reference = kind, price
    out.exit_half_spread = bars.half_spread_bps[u] * BPS
    out.exit_score = score if kind == _FULL else np.nan
    out.peak, out.trough = max(peak, price), min(trough, price)


@kernel
def walk(
    bars: Market,
    e: int,
    plan: Plan,
    rules: RuleNumbers,
    costs: Costs,
    scores: Floats,
    distances: Floats,
    out: Any,
) -> None:
    """Follow a position opened at the open of bar `e` and write its round trip to `out`.

    Parameters
    ----------
    bars
        One symbol's bars; NaN where a bar does not exist. Bar `e` exists.
    scores
        Exit score by bars since entry; empty = off.
    distances
        Trailing distance by bar of the grid; empty = `plan.distance_frac`.
    out
        One record of `ROUND_TRIP`.
    """
    entry, spread = bars.open[e], bars.half_spread_bps[e] * BPS
    paid = outlay(entry, spread, costs)
    floor = break_even(entry, spread, costs) if rules.break_even_floor else -np.inf
    activation = entry * (1.0 + rules.trail_activation)
    level, target = entry * (1.0 - plan.stop_frac), entry * (1.0 + plan.target_frac)
    stop_kind, order, score, peak, trough, last = _STOP, _NONE, np.nan, entry, entry, e
    _begin(out, e, entry, spread)
    for u in range(e, bars.open.size):
        first, low, high = bars.open[u], bars.low[u], bars.high[u]
        if np.isnan(first):
            continue
        late = u - e >= plan.cap_bars
        if (late or order != _NONE) and first > level:
            if late or order != _PARTIAL:
                return _end(out, bars, u, _TIME if late else order, first, score, peak, trough)
            _halve(out, u, first, bars.half_spread_bps[u] * BPS, score)
        if low <= level:
            return _end(out, bars, u, stop_kind, min(first, level), score, peak, trough)
        if high > target:
            return _end(out, bars, u, _TARGET, max(first, target), score, peak, trough)
        last, peak, trough = u, max(peak, high), min(trough, low)
        if peak >= activation:
            distance = distances[u] if distances.size else plan.distance_frac
            trail = raised(level, peak, entry, distance, floor)
            stop_kind, level = _TRAILING if trail > level else stop_kind, trail
        score = scores[u - e] if u - e < scores.size else np.nan
        if score <= rules.score_full and out.partial_bar != NEVER:
            score = np.nan  # the partial exit happens once
        order = ordered(bars, u, paid, entry, score, rules, costs)
    return _end(out, bars, last, _END, bars.close[last], score, peak, trough)
