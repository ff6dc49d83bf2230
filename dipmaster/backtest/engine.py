"""Entries and bars to a ledger: one account of cash and positions shared by all symbols.

What a position will do depends on nothing but prices and rules, so `fills.follow`
settles that first, for every order. The kernel here then goes through the orders
in time: with what the account knows at each open it decides whether and how large
an order is filled, and books its sales on the bars where they happen.
"""

from typing import Any, NamedTuple

import numpy as np

from dipmaster.backtest.costs import Costs, costs_of, outlay, proceeds
from dipmaster.backtest.entries import Entries, checked
from dipmaster.backtest.fills import (
    AT_OPEN,
    NEVER,
    ROUND_TRIP,
    follow,
    market_of,
    plans_of,
)
from dipmaster.backtest.ledger import Booked, Ledger, ledger_of
from dipmaster.backtest.rules import ExitRules, rule_arrays, rule_numbers
from dipmaster.numerics import Floats, Ints, kernel
from dipmaster.panel import Panel
from dipmaster.params import Execution

FILLED, RUINED, NO_NEXT_BAR, IN_POSITION, MAX_POSITIONS, EXPOSURE, CASH, TOO_SMALL = range(8)
UNCUT, BY_POSITION, BY_EXPOSURE, BY_CASH = range(4)

ORDER = np.dtype(
    [
        ("outcome", np.int8),
        ("binding_cap", np.int8),
        ("quantity", np.float64),
        ("weight_frac", np.float64),
    ]
)


class Limits(NamedTuple):
    """Capital and limits of section `execution`."""

    capital: float
    max_positions: int
    max_position_frac: float
    max_exposure_frac: float
    min_notional: float


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
    trips, orders = np.zeros(len(entries), ROUND_TRIP), np.zeros(len(entries), ORDER)
    follow(market, plans, numbers, costs, arrays, False, trips)
    diary, limits = _blank(panel.bars), _limits_of(execution)
    trade(
        market.close,
        plans.symbol,
        plans.signal,
        np.ascontiguousarray(entries.size_frac, np.float64),
        limits,
        numbers.partial_frac,
        costs,
        trips,
        orders,
        diary,
    )
    return Booked(trips, orders, diary.value, numbers.partial_frac)


def _blank(bars: int) -> Diary:
    return Diary(
        value=np.zeros(bars),
        cash_at_open=np.zeros(bars),
        cash_inside=np.zeros(bars),
        closed_at_open=np.zeros(bars, np.int64),
        closed_inside=np.zeros(bars, np.int64),
        left_at_open=np.zeros(bars),
    )


def _limits_of(execution: Execution) -> Limits:
    return Limits(
        execution.capital,
        execution.max_positions,
        execution.max_position_frac,
        execution.max_exposure_frac,
        execution.min_notional,
    )


@kernel
def trade(
    closes: Floats,
    symbols: Ints,
    signals: Ints,
    size_frac: Floats,
    limits: Limits,
    partial_frac: float,
    costs: Costs,
    trips: Any,
    orders: Any,
    diary: Diary,
) -> None:
    """Fill `orders` (one record an entry) and `diary` (one row a bar).

    Of a trip nothing is looked at before its order is filled but the entry's own
    bar; its later bars are booked where they happen and read when time is there.
    """
    cash = equity = limits.capital
    exposure, positions, now, ruined = 0.0, 0, 0, False
    free_from = np.zeros(closes.shape[0], np.int64)
    for i in range(signals.size):
        u, k, trip, order = signals[i] + 1, symbols[i], trips[i], orders[i]
        if now < u < closes.shape[1]:
            for bar in range(now, u):
                cash += diary.cash_inside[bar]
                equity = cash + diary.value[bar]
                cash += diary.cash_at_open[bar + 1]
                positions -= diary.closed_inside[bar] + diary.closed_at_open[bar + 1]
            exposure = diary.value[u - 1] - diary.left_at_open[u]
            now = u
        ruined = ruined or equity <= 0.0 or equity < limits.min_notional
        order.outcome = _hindrance(trip.entry_bar, u, ruined, free_from[k], positions, limits)
        if order.outcome != FILLED:
            continue
        reference = trip.entry_reference
        unit = outlay(reference, trip.entry_half_spread, costs) / reference
        notional, cap = _sized(size_frac[i] * equity, equity, exposure, cash / unit, limits)
        order.outcome, order.binding_cap = _too_small(notional, cap, limits), cap
        if order.outcome != FILLED:
            continue
        order.quantity, order.weight_frac = notional / reference, notional / equity
        _book(diary, closes, k, trip, order.quantity, partial_frac, costs)
        cash -= notional * unit
        exposure, positions = exposure + notional, positions + 1
        free_from[k] = trip.exit_bar + (0 if trip.exit_stage == AT_OPEN else 1)


@kernel
def _hindrance(
    entry_bar: int, u: int, ruined: bool, free_from: int, positions: int, limits: Limits
) -> int:
    """Why an order cannot be filled at the open of bar `u` whatever its size."""
    if ruined:
        return RUINED
    if entry_bar == NEVER:
        return NO_NEXT_BAR
    if free_from > u:
        return IN_POSITION
    if positions >= limits.max_positions:
        return MAX_POSITIONS
    return FILLED


@kernel
def _sized(
    wished: float, equity: float, exposure: float, affordable: float, limits: Limits
) -> tuple[float, int]:
    """Reference notional after the caps, and the cap that cut it last."""
    notional, cap = wished, UNCUT
    if notional > limits.max_position_frac * equity:
        notional, cap = limits.max_position_frac * equity, BY_POSITION
    if notional > limits.max_exposure_frac * equity - exposure:
        notional, cap = limits.max_exposure_frac * equity - exposure, BY_EXPOSURE
    if notional > affordable:
        notional, cap = affordable, BY_CASH
    return notional, cap


@kernel
def _too_small(notional: float, cap: int, limits: Limits) -> int:
    if notional > 0.0 and notional >= limits.min_notional:
        return FILLED
    if cap == BY_EXPOSURE:
        return EXPOSURE
    return CASH if cap == BY_CASH else TOO_SMALL


@kernel
def _book(
    diary: Diary,
    closes: Floats,
    k: int,
    trip: Any,
    quantity: float,
    partial_frac: float,
    costs: Costs,
) -> None:
    """Mark the position at every close and put its sales on the bars where they happen."""
    known, last = np.nan, trip.exit_bar
    for bar in range(trip.entry_bar, last + 1):
        if bar == trip.partial_bar:
            part = quantity * partial_frac
            quantity -= part
            unit = proceeds(trip.partial_reference, trip.partial_half_spread, costs)
            diary.cash_at_open[bar] += part * unit
            diary.left_at_open[bar] += part * known
        if bar < last:
            if not np.isnan(closes[k, bar]):
                known = closes[k, bar]
            diary.value[bar] += quantity * known
    money = quantity * proceeds(trip.exit_reference, trip.exit_half_spread, costs)
    if trip.exit_stage == AT_OPEN:
        diary.cash_at_open[last] += money
        diary.closed_at_open[last] += 1
        diary.left_at_open[last] += quantity * known
    else:
        diary.cash_inside[last] += money
        diary.closed_inside[last] += 1
