"""Orders and bars to round trips: `walk` goes with a position to its last sale.

The one place where exits are decided. The engine, the labels and the random
entries all go through it, so that they cannot differ. What a position does depends on
prices and rules, never on its size: quantity and cash are the engine's.

Order of events at a bar, and what each is called, is in docs/engine.md.
"""

from typing import Any

import numpy as np

from dipmaster.backtest.ahead import fetch_ahead
from dipmaster.backtest.costs import BPS, Costs, break_even, outlay, proceeds
from dipmaster.backtest.layouts import (
    AT_END,
    AT_OPEN,
    EITHER,
    INSIDE,
    NEVER,
    Market,
    Order,
    Plans,
    can_begin,
    order_at,
)
from dipmaster.backtest.rules import ExitType, RuleArrays, RuleNumbers
from dipmaster.core.kernels import Bools, Floats, Ints, borrowing_kernel, kernel
from dipmaster.core.time_units import BAR_MS, BOUNDARY_MS

_BARS_PER_BOUNDARY = BOUNDARY_MS // BAR_MS
_NONE = -1
_END, _STOP, _TRAILING = int(ExitType.END_OF_DATA), int(ExitType.STOP), int(ExitType.TRAILING_STOP)
_TARGET, _TIME, _BOUNDARY = int(ExitType.TARGET), int(ExitType.TIME_LIMIT), int(ExitType.BOUNDARY)
_FULL, _PARTIAL = int(ExitType.OPTIMAL_TIMING), int(ExitType.PROFIT_TAKING)


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
def ordered(slot: int, score: float, net: float, wanted: float, rules: RuleNumbers) -> int:
    """Exit decided at a close, for the next open; -1 where none is.

    `slot` numbers the next bar in 5-minute steps since 1970, `net` is the profit
    of one unit if it were sold at this close, `wanted` what a boundary asks of it.
    """
    if score > rules.score_full:
        return _FULL
    if score > rules.score_partial:
        return _PARTIAL
    if slot % _BARS_PER_BOUNDARY == 0 and net >= wanted:
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
def lowest_trail(entry: float, half_spread: float, rules: RuleNumbers, costs: Costs) -> float:
    """Level below which an active trailing stop never lies."""
    return break_even(entry, half_spread, costs) if rules.break_even_floor else -np.inf


@kernel
def last_known(closes: Floats, first: int, bars: int) -> int:
    """Last bar that exists of the symbol whose bars begin at `first`."""
    u = bars - 1
    while np.isnan(closes[first + u]):
        u -= 1
    return u


@borrowing_kernel
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


@borrowing_kernel
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
def touched(
    first: float,
    high: float,
    low: float,
    level: float,
    target: float,
    stop_kind: int,
    target_first: bool,
) -> tuple[int, int, float]:
    """Exit type, stage and price on a bar that touched a level; the stop goes first.

    A target passed at the open counts as inside the bar: that the stop was not
    touched is known only when the bar is over. An open at or under the stop is no
    question of order: it was sold there.
    """
    if low > level:
        return _TARGET, INSIDE, max(first, target)
    if first <= level:
        return stop_kind, AT_OPEN, first
    if high <= target:
        return stop_kind, INSIDE, level
    if target_first:
        return _TARGET, EITHER, max(first, target)
    return stop_kind, EITHER, level


@borrowing_kernel
def walk(
    trip: Any, market: Market, order: Order, rules: RuleNumbers, costs: Costs, arrays: RuleArrays
) -> int:
    """Write the round trip of one order; return the first bar at whose open the next may begin.

    The bar of the entry exists. Inlined: handing arrays to a function for every
    position costs as much as following it. Positions in arrays are unsigned, or
    numba would ask of each whether it counts from the end.
    """
    opens, highs, lows, closes = market.open, market.high, market.low, market.close
    spreads, size, clock, e = market.half_spread_bps, market.bars, market.clock, order.bar
    first, columns, cap = order.symbol * size, arrays.score.shape[1], order.cap_bars
    entry, spread = opens[np.uintp(first + e)], spreads[np.uintp(first + e)] * BPS
    paid, floor = outlay(entry, spread, costs), lowest_trail(entry, spread, rules, costs)
    level, target = entry * (1.0 - order.stop_frac), entry * (1.0 + order.target_frac)
    active, wanted = entry * (1.0 + rules.trail_activation), rules.boundary_min_net * entry
    stop_kind, due, peak, trough, u = _STOP, _NONE, entry, entry, e
    kind, stage, price = _END, AT_END, np.nan
    _begin(trip, e, entry, spread)
    while True:
        while u < size and (due != _NONE or u - e >= cap) and np.isnan(opens[np.uintp(first + u)]):
            u += 1
        if u >= size:
            break
        due, at = _TIME if u - e >= cap else due, np.uintp(first + u)
        if due != _NONE and opens[at] > level:
            if due != _PARTIAL:
                kind, stage, price = due, AT_OPEN, opens[at]
                break
            _halve(trip, u, opens[at], spreads[at] * BPS)
        due, until = _NONE, min(size, decided_until(u, e, cap, clock, rules))
        while u < until:
            high, low = highs[np.uintp(first + u)], lows[np.uintp(first + u)]
            if (low <= level) | (high > target):
                break
            peak, trough = high if high > peak else peak, low if low < trough else trough
            u += 1
        if u < until:
            at = np.uintp(first + u)
            kind, stage, price = touched(
                opens[at], highs[at], lows[at], level, target, stop_kind, rules.target_first
            )
            break
        at = np.uintp(first + u - 1)
        if np.isnan(closes[at]):
            continue
        if peak >= active:
            distance = arrays.by_bar[at] if arrays.by_bar.size else arrays.by_entry[order.row]
            trail = raised(level, peak, entry, distance, floor)
            stop_kind, level = _TRAILING if trail > level else stop_kind, trail
        score = arrays.score[order.row, u - 1 - e] if u - 1 - e < columns else np.nan
        if score <= rules.score_full and trip.partial_bar != NEVER:
            score = np.nan  # the partial exit happens once
        net = proceeds(closes[at], spreads[at] * BPS, costs) - paid
        due = ordered(clock + u, score, net, wanted, rules)
        _note_score(trip, due, score)
    quoted = u
    if kind == _END:
        quoted = last_known(closes, first, size)
        u, price = size - 1, closes[first + quoted]
    _end(trip, u, kind, stage, price, spreads[first + quoted], peak, trough)
    return u if stage == AT_OPEN else u + 1


@borrowing_kernel
def follow(
    market: Market,
    plans: Plans,
    rules: RuleNumbers,
    costs: Costs,
    arrays: RuleArrays,
    out: Any,
) -> None:
    """Follow the position of every row alone.

    Parameters
    ----------
    out
        Shape (rows,) of `ROUND_TRIP`; `entry_bar` is -1 where nothing was bought.
    """
    for i in range(plans.signal.size):
        fetch_ahead(market, plans, arrays, i)
        order = order_at(plans, i)
        out[i].entry_bar = NEVER
        if can_begin(market, order.symbol, order.bar):
            walk(out[i], market, order, rules, costs, arrays)


@borrowing_kernel
def chain(
    market: Market,
    symbols: tuple[int, int],
    signals: Bools,
    plan: Order,
    rules: RuleNumbers,
    costs: Costs,
    arrays: RuleArrays,
    made: Ints,
    out: Any,
) -> int:
    """Follow the symbols from the first up to the second, one position at a time each.

    A signal is taken where the position before it is closed by the next bar's open.

    Parameters
    ----------
    signals
        Shape (symbols x bars,).
    plan
        How every position ends; its place does not count.
    made
        Filled with the number of round trips of each symbol, shape (symbols,).
    out
        `ROUND_TRIP`, filled from its start, by symbol and time.
    """
    taken, target, stop, cap = 0, plan.target_frac, plan.stop_frac, plan.cap_bars
    for k in range(symbols[0], symbols[1]):
        before, e = taken, 1
        while e < market.bars:
            if signals[np.uintp(k * market.bars + e - 1)] and can_begin(market, k, e):
                order = Order(taken, k, e, target, stop, cap)
                e = walk(out[taken], market, order, rules, costs, arrays)
                taken += 1
            else:
                e += 1
        made[k] = taken - before
    return taken
