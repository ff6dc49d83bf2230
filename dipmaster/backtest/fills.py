"""Orders and bars to round trips: `simulate_position` simulates a position to its last sale.

The one place that follows a position, asking `exit_decisions` on the way. The engine, the
labels and the random entries all go through it, so that they cannot differ. What a position does
depends on prices and rules, never on its size: quantity and cash are the engine's.

Order of events at a bar, and what each is called, is in docs/engine.md.
"""

from typing import Any

import numpy as np

from dipmaster.backtest.costs import BPS, Costs, buy_cost, sell_proceeds
from dipmaster.backtest.exit_decisions import (
    FULL_EXIT,
    NO_EXIT,
    PARTIAL_EXIT,
    decide_exit,
    next_decision_bar,
    resolve_touch,
    trail_stop_level,
    trailing_stop_floor,
)
from dipmaster.backtest.layouts import (
    AT_END,
    AT_OPEN,
    NEVER,
    MarketArrays,
    Order,
    PlanArrays,
    can_open,
    order_at,
)
from dipmaster.backtest.prefetch import prefetch_orders
from dipmaster.backtest.rules import ExitType, RuleArrays, RuleScalars
from dipmaster.core.kernels import Bools, Floats, Ints, borrowing_kernel, kernel

_END, _STOP, _TRAILING = int(ExitType.END_OF_DATA), int(ExitType.STOP), int(ExitType.TRAILING_STOP)
_TIME = int(ExitType.TIME_LIMIT)


@kernel
def last_existing_bar(closes: Floats, first: int, bars: int) -> int:
    """Last bar that exists of the symbol whose bars begin at `first`."""
    u = bars - 1
    while np.isnan(closes[first + u]):
        u -= 1
    return u


@borrowing_kernel
def _open_trip(out: Any, e: int, entry: float, half_spread: float) -> None:
    out.entry_bar, out.entry_reference, out.entry_half_spread = e, entry, half_spread
    out.partial_bar, out.partial_reference, out.partial_half_spread = NEVER, np.nan, np.nan
    out.partial_score, out.exit_score = np.nan, np.nan


@kernel
def _record_score(out: Any, order: int, score: float) -> None:
    if order == PARTIAL_EXIT:
        out.partial_score = score
    elif order == FULL_EXIT:
        out.exit_score = score


@kernel
def _record_partial_exit(out: Any, u: int, price: float, half_spread: float) -> None:
    out.partial_bar, out.partial_reference, out.partial_half_spread = u, price, half_spread


@borrowing_kernel
def _close_trip(
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


@borrowing_kernel
def simulate_position(
    trip: Any,
    market: MarketArrays,
    order: Order,
    rules: RuleScalars,
    costs: Costs,
    arrays: RuleArrays,
) -> int:
    """Write the round trip of one order; return the first bar at whose open the next may begin.

    The bar of the entry exists. Inlined: handing arrays to a function for every
    position costs as much as following it. Positions in arrays are unsigned, or
    numba would ask of each whether it counts from the end.
    """
    opens, highs, lows, closes = market.open, market.high, market.low, market.close
    spreads, size, clock, e = market.half_spread_bps, market.bars, market.clock, order.bar
    first, columns, cap = order.symbol * size, arrays.score.shape[1], order.max_holding_bars
    entry, spread = opens[np.uintp(first + e)], spreads[np.uintp(first + e)] * BPS
    level, target = entry * (1.0 - order.stop_frac), entry * (1.0 + order.target_frac)
    active = entry * (1.0 + rules.trail_activation)
    floor = trailing_stop_floor(entry, spread, rules, costs)
    entry_cost, required_net = buy_cost(entry, spread, costs), rules.quarter_hour_min_net * entry
    stop_kind, decided, peak, trough, u = _STOP, NO_EXIT, entry, entry, e
    kind, stage, price = _END, AT_END, np.nan
    _open_trip(trip, e, entry, spread)
    while True:
        while (
            u < size
            and (decided != NO_EXIT or u - e >= cap)
            and np.isnan(opens[np.uintp(first + u)])
        ):
            u += 1
        if u >= size:
            break
        decided, index = _TIME if u - e >= cap else decided, np.uintp(first + u)
        if decided != NO_EXIT and opens[index] > level:
            if decided != PARTIAL_EXIT:
                kind, stage, price = decided, AT_OPEN, opens[index]
                break
            _record_partial_exit(trip, u, opens[index], spreads[index] * BPS)
        decided, decision_bar = NO_EXIT, min(size, next_decision_bar(u, e, cap, clock, rules))
        while u < decision_bar:
            high, low = highs[np.uintp(first + u)], lows[np.uintp(first + u)]
            if (low <= level) | (high > target):
                break
            peak, trough = high if high > peak else peak, low if low < trough else trough
            u += 1
        if u < decision_bar:
            index = np.uintp(first + u)
            bar = opens[index], highs[index], lows[index]
            kind, stage, price = resolve_touch(*bar, level, target, stop_kind, rules.target_first)
            break
        index = np.uintp(first + u - 1)
        if np.isnan(closes[index]):
            continue
        if peak >= active:
            distance = arrays.by_bar[index] if arrays.by_bar.size else arrays.by_entry[order.row]
            trail = trail_stop_level(level, peak, entry, distance, floor)
            stop_kind, level = _TRAILING if trail > level else stop_kind, trail
        score = arrays.score[order.row, u - 1 - e] if u - 1 - e < columns else np.nan
        if score <= rules.score_full and trip.partial_bar != NEVER:
            score = np.nan  # the partial exit happens once
        net = sell_proceeds(closes[index], spreads[index] * BPS, costs) - entry_cost
        decided = decide_exit(clock + u, score, net, required_net, rules)
        _record_score(trip, decided, score)
    price_bar = u
    if kind == _END:
        price_bar = last_existing_bar(closes, first, size)
        u, price = size - 1, closes[first + price_bar]
    _close_trip(trip, u, kind, stage, price, spreads[first + price_bar], peak, trough)
    return u if stage == AT_OPEN else u + 1


@borrowing_kernel
def simulate_positions(
    market: MarketArrays,
    plans: PlanArrays,
    rules: RuleScalars,
    costs: Costs,
    arrays: RuleArrays,
    out: Any,
) -> None:
    """Simulate the position of every row, each on its own.

    Parameters
    ----------
    out
        Shape (rows,) of `ROUND_TRIP`; `entry_bar` is -1 where nothing was bought.
    """
    for i in range(plans.signal.size):
        prefetch_orders(market, plans, arrays, i)
        order = order_at(plans, i)
        out[i].entry_bar = NEVER
        if can_open(market, order.symbol, order.bar):
            simulate_position(out[i], market, order, rules, costs, arrays)


@borrowing_kernel
def simulate_sequence(
    market: MarketArrays,
    symbols: tuple[int, int],
    signals: Bools,
    plan: Order,
    rules: RuleScalars,
    costs: Costs,
    arrays: RuleArrays,
    trip_counts: Ints,
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
    trip_counts
        Filled with the number of round trips of each symbol, shape (symbols,).
    out
        `ROUND_TRIP`, filled from its start, by symbol and time.
    """
    trips_made, target, stop, cap = 0, plan.target_frac, plan.stop_frac, plan.max_holding_bars
    for k in range(symbols[0], symbols[1]):
        trips_before, e = trips_made, 1
        while e < market.bars:
            if signals[np.uintp(k * market.bars + e - 1)] and can_open(market, k, e):
                order = Order(trips_made, k, e, target, stop, cap)
                e = simulate_position(out[trips_made], market, order, rules, costs, arrays)
                trips_made += 1
            else:
                e += 1
        trip_counts[k] = trips_made - trips_before
    return trips_made
