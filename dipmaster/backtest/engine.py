"""Entries and bars to a ledger: one account of cash and positions shared by all symbols.

The kernel goes through the orders in time: with what the account knows at each open
it decides whether and how large an order is filled. What a position will do depends
on nothing but prices and rules, so `fills.walk` settles that when it is bought; its
sales are booked on the bars where they happen and read when time is there.
"""

from typing import Any, NamedTuple

import numpy as np

from dipmaster.backtest.ahead import fetch_ahead
from dipmaster.backtest.costs import BPS, Costs, costs_of, outlay, proceeds
from dipmaster.backtest.entries import Entries, checked
from dipmaster.backtest.fills import walk
from dipmaster.backtest.layouts import (
    AT_OPEN,
    NEVER,
    ROUND_TRIP,
    Market,
    Plans,
    can_begin,
    market_of,
    order_at,
    plans_of,
)
from dipmaster.backtest.ledger import Booked, Ledger, ledger_of
from dipmaster.backtest.limits import (
    FILLED,
    NO_NEXT_BAR,
    ZERO_VOLUME,
    Limits,
    hindrance,
    limits_of,
    sized,
    too_small,
)
from dipmaster.backtest.rules import (
    ExitRules,
    RuleArrays,
    RuleNumbers,
    rule_arrays,
    rule_numbers,
)
from dipmaster.core.kernels import Floats, Ints, borrowing_kernel
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution

ORDER = np.dtype(
    [
        ("outcome", np.int8),
        ("binding_cap", np.int8),
        ("quantity", np.float64),
        ("weight_frac", np.float64),
    ]
)


class Diary(NamedTuple):
    """What is booked on every bar of the grid, shape (bars,).

    `value` is the worth of all positions at the bar's close; `cash_*` comes in
    and `closed_*` positions end at the open or inside; `left_at_open` is the
    worth, at the close before, of what is sold at the open.
    """

    value: Floats
    cash_at_open: Floats
    cash_inside: Floats
    closed_at_open: Ints
    closed_inside: Ints
    left_at_open: Floats


def run(panel: Panel, entries: Entries, execution: Execution, rules: ExitRules) -> Ledger:
    """Trade the entries on the panel with one account.

    Parameters
    ----------
    panel
        Bars of all symbols; NaN where a bar does not exist.
    entries
        Sorted orders. A caller that splits time leaves out the signals whose
        trades could cross the split (cap + 1 bars before it): the engine trades
        all it is given.
    execution
        Capital, costs and limits.
    rules
        Exit rules; arrays in them are aligned to `entries`.

    Returns
    -------
    Ledger
        Tables TRADES, FILLS, EQUITY and the orders not filled, by reason.

    Raises
    ------
    DataError
        Entries that are unsorted or off the panel, or a missing half-spread.
    """
    return ledger_of(panel, entries, execution, simulated(panel, entries, execution, rules))


def simulated(panel: Panel, entries: Entries, execution: Execution, rules: ExitRules) -> Booked:
    """`run` without the tables: the kernels alone."""
    checked(entries, panel)
    arrays = rule_arrays(rules, len(entries), panel.open.shape)
    numbers, costs, market = rule_numbers(rules), costs_of(execution), market_of(panel)
    plans = plans_of(
        entries.symbol_index,
        entries.signal_index,
        entries.target_frac,
        entries.stop_frac,
        entries.cap_bars,
    )
    trips, orders = np.empty(len(entries), ROUND_TRIP), np.empty(len(entries), ORDER)
    sizes, diary = np.ascontiguousarray(entries.size_frac, np.float64), _blank(panel.bars)
    limits = limits_of(execution)
    free_from = np.zeros(len(panel.symbols), np.int64)
    world = (market, plans, sizes, limits, numbers, costs, arrays)
    taken = trade(*world, free_from, trips, orders, diary)
    _name_zero_volume(orders["outcome"], entries, panel)
    return Booked(trips[:taken], orders, diary.value, numbers.partial_frac)


def _name_zero_volume(outcome: Any, entries: Entries, panel: Panel) -> None:
    """Tell orders whose bar was there, but without a trade, from those without a bar.

    For the kernel both are missing; `outcome`, shape (entries,), is changed in place.
    """
    if panel.traded is panel:
        return
    unfilled = np.flatnonzero(outcome == NO_NEXT_BAR)
    bar = entries.signal_index[unfilled] + 1
    symbol, inside = entries.symbol_index[unfilled], bar < panel.bars
    there = ~np.isnan(panel.open[symbol, np.where(inside, bar, 0)])
    outcome[unfilled[inside & there]] = ZERO_VOLUME


def _blank(bars: int) -> Diary:
    return Diary(
        value=np.zeros(bars),
        cash_at_open=np.zeros(bars),
        cash_inside=np.zeros(bars),
        closed_at_open=np.zeros(bars, np.int64),
        closed_inside=np.zeros(bars, np.int64),
        left_at_open=np.zeros(bars),
    )


@borrowing_kernel
def trade(
    market: Market,
    plans: Plans,
    size_frac: Floats,
    limits: Limits,
    rules: RuleNumbers,
    costs: Costs,
    arrays: RuleArrays,
    free_from: Ints,
    trips: Any,
    orders: Any,
    diary: Diary,
) -> int:
    """Fill `orders` (one record an entry), `trips` (one a filled order) and `diary`.

    Return the number of trips. `free_from`, shape (symbols,), starts at zero: the bar
    from which a symbol is free.
    """
    cash = equity = limits.capital
    exposure, positions, now, taken, ruined = 0.0, 0, 0, 0, False
    for i in range(plans.signal.size):
        fetch_ahead(market, plans, arrays, i)
        plan, order = order_at(plans, i), orders[i]
        u, k = plan.bar, plan.symbol
        if now < u < market.bars:
            for bar in range(now, u):
                cash += diary.cash_inside[bar]
                equity = cash + diary.value[bar]
                cash += diary.cash_at_open[bar + 1]
                positions -= diary.closed_inside[bar] + diary.closed_at_open[bar + 1]
            exposure = diary.value[u - 1] - diary.left_at_open[u]
            now = u
        ruined = ruined or equity <= 0.0 or equity < limits.min_notional
        exists = can_begin(market, k, u)
        order.outcome = hindrance(exists, u, ruined, free_from[k], positions, limits)
        if order.outcome != FILLED:
            continue
        at = np.uintp(k * market.bars + u)
        reference = market.open[at]
        unit = outlay(reference, market.half_spread_bps[at] * BPS, costs) / reference
        notional, cap = sized(size_frac[i] * equity, equity, exposure, cash / unit, limits)
        order.outcome, order.binding_cap = too_small(notional, cap, limits), cap
        if order.outcome != FILLED:
            continue
        order.quantity, order.weight_frac = notional / reference, notional / equity
        trip = trips[taken]
        free_from[k] = walk(trip, market, plan, rules, costs, arrays)
        _book(diary, market, k, trip, order.quantity, rules.partial_frac, costs)
        cash -= notional * unit
        exposure, positions, taken = exposure + notional, positions + 1, taken + 1
    return taken


@borrowing_kernel
def _book(
    diary: Diary,
    market: Market,
    k: int,
    trip: Any,
    quantity: float,
    partial_frac: float,
    costs: Costs,
) -> None:
    """Mark the position at every close and put its sales on the bars where they happen."""
    first, begin, last, known = k * market.bars, trip.entry_bar, trip.exit_bar, np.nan
    if trip.partial_bar != NEVER:
        begin = trip.partial_bar
        known = _mark(diary.value, market.close, first, trip.entry_bar, begin, quantity, known)
        part = quantity * partial_frac
        quantity -= part
        unit = proceeds(trip.partial_reference, trip.partial_half_spread, costs)
        diary.cash_at_open[begin] += part * unit
        diary.left_at_open[begin] += part * known
    known = _mark(diary.value, market.close, first, begin, last, quantity, known)
    money = quantity * proceeds(trip.exit_reference, trip.exit_half_spread, costs)
    if trip.exit_stage == AT_OPEN:
        diary.cash_at_open[last] += money
        diary.closed_at_open[last] += 1
        diary.left_at_open[last] += quantity * known
    else:
        diary.cash_inside[last] += money
        diary.closed_inside[last] += 1


@borrowing_kernel
def _mark(
    value: Floats,
    closes: Floats,
    first: int,
    begin: int,
    end: int,
    quantity: float,
    known: float,
) -> float:
    """Add the worth of a quantity at the closes from `begin` up to `end`; the last known close."""
    for bar in range(begin, end):
        close = closes[np.uintp(first + bar)]
        known = known if np.isnan(close) else close
        value[np.uintp(bar)] += quantity * known
    return known
