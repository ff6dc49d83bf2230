"""Entries and bars to a ledger: one account of cash and positions shared by all symbols.

The kernel goes through the orders in time. What a filled position will do is
`fills.walk`'s, because it depends on nothing but prices and rules; the kernel
books its sales on the bars where they happen and decides, with what the account
knows at each open, whether and how large the next order is filled.
"""

from typing import Any, NamedTuple

import numpy as np

from dipmaster.backtest.costs import BPS, Costs, costs_of, outlay, proceeds
from dipmaster.backtest.entries import Entries, checked
from dipmaster.backtest.fills import (
    AT_OPEN,
    ROUND_TRIP,
    Market,
    Plan,
    market_of,
    row_of,
    walk,
)
from dipmaster.backtest.ledger import Booked, Ledger, ledger_of
from dipmaster.backtest.rules import (
    ExitRules,
    RuleArrays,
    RuleNumbers,
    rule_arrays,
    rule_numbers,
)
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


class Orders(NamedTuple):
    """The columns of `Entries` that decide fills."""

    symbol: Ints
    signal: Ints
    size_frac: Floats
    target_frac: Floats
    stop_frac: Floats
    cap_bars: Ints


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
    checked(entries, panel)
    arrays = rule_arrays(rules, len(entries), panel.open.shape)
    trips = np.zeros(len(entries), ROUND_TRIP)
    orders = np.zeros(len(entries), ORDER)
    diary = _blank(panel.bars)
    numbers, costs = rule_numbers(rules), costs_of(execution)
    trade(
        market_of(panel),
        _orders_of(entries),
        _limits_of(execution),
        numbers,
        costs,
        arrays,
        trips,
        orders,
        diary,
    )
    booked = Booked(trips, orders, diary.value, numbers.partial_frac)
    return ledger_of(panel, entries, execution, booked)


def _blank(bars: int) -> Diary:
    return Diary(
        value=np.zeros(bars),
        cash_at_open=np.zeros(bars),
        cash_inside=np.zeros(bars),
        closed_at_open=np.zeros(bars, np.int64),
        closed_inside=np.zeros(bars, np.int64),
        left_at_open=np.zeros(bars),
    )


def _orders_of(entries: Entries) -> Orders:
    return Orders(
        symbol=np.ascontiguousarray(entries.symbol_index, np.int64),
        signal=np.ascontiguousarray(entries.signal_index, np.int64),
        size_frac=np.ascontiguousarray(entries.size_frac, np.float64),
        target_frac=np.ascontiguousarray(entries.target_frac, np.float64),
        stop_frac=np.ascontiguousarray(entries.stop_frac, np.float64),
        cap_bars=np.ascontiguousarray(entries.cap_bars, np.int64),
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
    market: Market,
    entries: Orders,
    limits: Limits,
    rules: RuleNumbers,
    costs: Costs,
    arrays: RuleArrays,
    trips: Any,
    orders: Any,
    diary: Diary,
) -> None:
    """Fill `trips`, `orders` (one record an entry) and `diary` (one row a bar)."""
    cash = equity = limits.capital
    exposure, positions, now, ruined = 0.0, 0, 0, False
    free_from = np.zeros(market.open.shape[0], np.int64)
    for i in range(entries.signal.size):
        u, k = entries.signal[i] + 1, entries.symbol[i]
        if now < u < market.open.shape[1]:
            for bar in range(now, u):
                cash += diary.cash_inside[bar]
                equity = cash + diary.value[bar]
                cash += diary.cash_at_open[bar + 1]
                positions -= diary.closed_inside[bar] + diary.closed_at_open[bar + 1]
            exposure = diary.value[u - 1] - diary.left_at_open[u]
            now = u
        ruined = ruined or equity <= 0.0 or equity < limits.min_notional
        outcome = _hindrance(market.open[k], u, ruined, free_from[k], positions, limits)
        if outcome == FILLED:
            reference, spread = market.open[k, u], market.half_spread_bps[k, u] * BPS
            unit = outlay(reference, spread, costs) / reference
            notional, cap = _sized(
                entries.size_frac[i] * equity, equity, exposure, cash / unit, limits
            )
            orders[i].binding_cap = cap
            outcome = _too_small(notional, cap, limits)
        orders[i].outcome = outcome
        if outcome != FILLED:
            continue
        plan = Plan(
            entries.target_frac[i],
            entries.stop_frac[i],
            entries.cap_bars[i],
            arrays.distance_by_entry[i],
        )
        bars, trip = row_of(market, k), trips[i]
        walk(bars, u, plan, rules, costs, arrays.score[i], arrays.distance_by_bar[k], trip)
        quantity = notional / reference
        orders[i].quantity, orders[i].weight_frac = quantity, notional / equity
        _book(diary, bars, trip, quantity, rules.partial_frac, costs)
        cash -= notional * unit
        exposure, positions = exposure + notional, positions + 1
        free_from[k] = trip.exit_bar + (0 if trip.exit_stage == AT_OPEN else 1)


@kernel
def _hindrance(
    opens: Floats, u: int, ruined: bool, free_from: int, positions: int, limits: Limits
) -> int:
    """Why an order cannot be filled at the open of bar `u` whatever its size."""
    if ruined:
        return RUINED
    if u >= opens.size or np.isnan(opens[u]):
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
    diary: Diary, bars: Market, trip: Any, quantity: float, partial_frac: float, costs: Costs
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
            if not np.isnan(bars.close[bar]):
                known = bars.close[bar]
            diary.value[bar] += quantity * known
    money = quantity * proceeds(trip.exit_reference, trip.exit_half_spread, costs)
    if trip.exit_stage == AT_OPEN:
        diary.cash_at_open[last] += money
        diary.closed_at_open[last] += 1
        diary.left_at_open[last] += quantity * known
    else:
        diary.cash_inside[last] += money
        diary.closed_inside[last] += 1
