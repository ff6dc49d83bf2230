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
def decided_until(u: int, e: int, cap_bars: int, clock: int, rules: RuleNumbers) -> int:
    """Bar after the next close, from that of `u` on, at which something may be decided.

    Between decisions only levels can end a position, which is what makes a walk fast.
    """
    end = max(e + cap_bars, u + 1)
    if rules.every_bar:
        return u + 1
    if np.isnan(rules.boundary_min_net):
        return end
    return min(end, u + _BARS_PER_BOUNDARY - (clock + u) % _BARS_PER_BOUNDARY)


@kernel
def ordered(slot: int, score: float, net: float, entry: float, rules: RuleNumbers) -> int:
    """Exit decided at a close, for the next open; -1 where none is.

    `slot` numbers the next bar in 5-minute steps since 1970, `net` is the profit
    of one unit if it were sold at this close.
    """
    if score > rules.score_full:
        return _FULL
    if score > rules.score_partial:
        return _PARTIAL
    if slot % _BARS_PER_BOUNDARY == 0 and net >= rules.boundary_min_net * entry:
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
    out.partial_bar, out.partial_reference, out.partial_half_spread = NEVER, np.nan, np.nan
    out.partial_score, out.exit_score = np.nan, np.nan


@kernel
def _note_score(out: Any, order: int, score: float) -> None:
    if order == _PARTIAL:
        out.partial_score = score
    elif order == _FULL:
        out.exit_score = score


@kernel
def _halve(out: Any, u: int, price: float, half_spread: float) -> None:
    out.partial_bar, out.partial_reference, out.partial_half_spread = u, price, half_spread


@kernel
def _end(
    out: Any,
    u: int,
    kind: int,
    stage: int,
    price: float,
    spread_bps: float,
    peak: float,
    trough: float,
) -> None:
    out.exit_bar, out.exit_stage, out.exit_type = u, stage, kind
    out.exit_reference, out.exit_half_spread = price, spread_bps * BPS
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
    opens, highs, lows, closes = bars.open, bars.high, bars.low, bars.close
    spreads, size = bars.half_spread_bps, bars.open.size
    entry, paid = opens[e], outlay(opens[e], spreads[e] * BPS, costs)
    level, target = entry * (1.0 - plan.stop_frac), entry * (1.0 + plan.target_frac)
    floor = break_even(entry, spreads[e] * BPS, costs) if rules.break_even_floor else -np.inf
    stop_kind, order, peak, trough, u = _STOP, _NONE, entry, entry, e
    _begin(out, e, entry, spreads[e] * BPS)
    while True:
        while u < size and (order != _NONE or u - e >= plan.cap_bars) and np.isnan(opens[u]):
            u += 1
        if u >= size:
            break
        late = u - e >= plan.cap_bars
        if (late or order != _NONE) and opens[u] > level:
            if late or order != _PARTIAL:
                kind = _TIME if late else order
                _end(out, u, kind, AT_OPEN, opens[u], spreads[u], peak, trough)
                return
            _halve(out, u, opens[u], spreads[u] * BPS)
        order = _NONE
        until = min(size, decided_until(u, e, plan.cap_bars, bars.clock, rules))
        while u < until and not (lows[u] <= level or highs[u] > target):
            peak = highs[u] if highs[u] > peak else peak
            trough = lows[u] if lows[u] < trough else trough
            u += 1
        if u < until:
            stopped, gapped = lows[u] <= level, opens[u] <= level
            kind, price = stop_kind, min(opens[u], level)
            if not stopped:
                kind, price = _TARGET, max(opens[u], target)
            stage = AT_OPEN if gapped else INSIDE
            _end(out, u, kind, stage, price, spreads[u], peak, trough)
            return
        if np.isnan(closes[u - 1]):
            continue
        if peak >= entry * (1.0 + rules.trail_activation):
            distance = distances[u - 1] if distances.size else plan.distance_frac
            trail = raised(level, peak, entry, distance, floor)
            stop_kind, level = _TRAILING if trail > level else stop_kind, trail
        score = scores[u - 1 - e] if u - 1 - e < scores.size else np.nan
        if score <= rules.score_full and out.partial_bar != NEVER:
            score = np.nan  # the partial exit happens once
        net = proceeds(closes[u - 1], spreads[u - 1] * BPS, costs) - paid
        order = ordered(bars.clock + u, score, net, entry, rules)
        _note_score(out, order, score)
    u = size - 1
    while np.isnan(closes[u]):
        u -= 1
    _end(out, size - 1, _END, AT_END, closes[u], spreads[u], peak, trough)
