"""Entries and bars to a ledger: one account of cash and positions shared by all symbols.

The kernel goes through the orders in time: with what the account knows at each open
it decides whether and how large an order is filled. What a position will do depends
on nothing but prices and rules, so `fills.simulate_position` settles that when it is bought; its
sales are booked on the bars where they happen and read when time is there.
"""

from typing import Any, NamedTuple

import numpy as np

from dipmaster.backtest.costs import BPS, Costs, build_costs, sell_proceeds
from dipmaster.backtest.entries import Entries, check_entries
from dipmaster.backtest.fills import simulate_position
from dipmaster.backtest.funding import FundingAccount, build_funding_account, charge_funding
from dipmaster.backtest.layouts import (
    AT_OPEN,
    NEVER,
    ROUND_TRIP,
    MarketArrays,
    PlanArrays,
    build_market_arrays,
    build_plan_arrays,
    can_open,
    order_at,
)
from dipmaster.backtest.ledger import Ledger, build_ledger
from dipmaster.backtest.limits import (
    FILLED,
    NO_NEXT_BAR,
    ZERO_VOLUME,
    Limits,
    build_limits,
    rejection_reason,
    size_order,
)
from dipmaster.backtest.prefetch import prefetch_orders
from dipmaster.backtest.priced_fills import EngineOutput
from dipmaster.backtest.rules import (
    ExitRules,
    RuleArrays,
    RuleScalars,
    build_rule_arrays,
    build_rule_scalars,
)
from dipmaster.core.kernels import Floats, Ints, borrowing_kernel
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution

ORDER_RECORD = np.dtype(
    [
        ("outcome", np.int8),
        ("binding_cap", np.int8),
        ("quantity", np.float64),
        ("weight_frac", np.float64),
    ]
)


class BarLedger(NamedTuple):
    """What is booked on every bar of the grid, shape (bars,).

    `value` is the worth of all positions at the bar's close; `cash_*` comes in
    and `closed_*` positions end at the open or inside; `value_sold_at_open` is the
    worth, at the close before, of what is sold at the open.
    """

    value: Floats
    cash_at_open: Floats
    cash_inside: Floats
    closed_at_open: Ints
    closed_inside: Ints
    value_sold_at_open: Floats


def run_backtest(panel: Panel, entries: Entries, execution: Execution, rules: ExitRules) -> Ledger:
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
    return build_ledger(
        panel, entries, execution, simulate_orders(panel, entries, execution, rules)
    )


def simulate_orders(
    panel: Panel, entries: Entries, execution: Execution, rules: ExitRules
) -> EngineOutput:
    """`run_backtest` without the tables: the kernels alone."""
    return simulate_checked_orders(panel, check_entries(entries, panel), execution, rules)


def simulate_checked_orders(
    panel: Panel, entries: Entries, execution: Execution, rules: ExitRules
) -> EngineOutput:
    """`simulate_orders` of entries that `check_entries` found good for this grid of bars.

    For callers that trade the same entries on many versions of the same bars.
    """
    arrays = build_rule_arrays(rules, len(entries), panel.open.shape)
    numbers, costs, market = (
        build_rule_scalars(rules),
        build_costs(execution),
        build_market_arrays(panel),
    )
    plans = build_plan_arrays(
        entries.symbol_index,
        entries.signal_index,
        entries.target_frac,
        entries.stop_frac,
        entries.max_holding_bars,
    )
    trips, orders = np.empty(len(entries), ROUND_TRIP), np.zeros(len(entries), ORDER_RECORD)
    sizes, bar_ledger = (
        np.ascontiguousarray(entries.size_frac, np.float64),
        _empty_bar_ledger(panel.bars),
    )
    limits = build_limits(execution)
    free_from = np.zeros(len(panel.symbols), np.int64)
    kernel_args = (market, plans, sizes, limits, numbers, costs, arrays)
    funding = build_funding_account(panel)
    filled = trade_orders(*kernel_args, free_from, trips, orders, bar_ledger, funding)
    _mark_zero_volume_orders(orders["outcome"], entries, panel)
    return EngineOutput(trips[:filled], orders, bar_ledger.value, funding, numbers.partial_frac)


def _mark_zero_volume_orders(outcome: Any, entries: Entries, panel: Panel) -> None:
    """Tell orders whose bar was there, but without a trade, from those without a bar.

    For the kernel both are missing; `outcome`, shape (entries,), is changed in place.
    """
    if panel.traded is panel:
        return
    unfilled = np.flatnonzero(outcome == NO_NEXT_BAR)
    bar = entries.signal_index[unfilled] + 1
    symbol, is_on_grid = entries.symbol_index[unfilled], bar < panel.bars
    has_bar = ~np.isnan(panel.open[symbol, np.where(is_on_grid, bar, 0)])
    outcome[unfilled[is_on_grid & has_bar]] = ZERO_VOLUME


def _empty_bar_ledger(bars: int) -> BarLedger:
    return BarLedger(
        value=np.zeros(bars),
        cash_at_open=np.zeros(bars),
        cash_inside=np.zeros(bars),
        closed_at_open=np.zeros(bars, np.int64),
        closed_inside=np.zeros(bars, np.int64),
        value_sold_at_open=np.zeros(bars),
    )


@borrowing_kernel
def trade_orders(
    market: MarketArrays,
    plans: PlanArrays,
    size_frac: Floats,
    limits: Limits,
    rules: RuleScalars,
    costs: Costs,
    arrays: RuleArrays,
    free_from: Ints,
    trips: Any,
    orders: Any,
    bar_ledger: BarLedger,
    funding: FundingAccount | None,
) -> int:
    """Fill `orders` (one record an entry), `trips` (one a filled order) and `bar_ledger`.

    Return the number of trips. `free_from`, shape (symbols,), starts at zero: the bar
    from which a symbol is free. `funding` is None where no symbol is charged.
    """
    cash = equity = limits.capital
    exposure, positions, now, filled, ruined = 0.0, 0, 0, 0, False
    for i in range(plans.signal.size):
        prefetch_orders(market, plans, arrays, i)
        plan, order = order_at(plans, i), orders[i]
        u, k = plan.bar, plan.symbol
        if now < u < market.bars:
            for bar in range(now, u):
                cash += bar_ledger.cash_inside[bar]
                equity = cash + bar_ledger.value[bar]
                cash += bar_ledger.cash_at_open[bar + 1]
                positions -= bar_ledger.closed_inside[bar] + bar_ledger.closed_at_open[bar + 1]
            exposure = bar_ledger.value[u - 1] - bar_ledger.value_sold_at_open[u]
            now = u
        ruined = ruined or equity <= 0.0 or equity < limits.min_notional
        exists = can_open(market, k, u)
        order.outcome = rejection_reason(exists, u, ruined, free_from[k], positions, limits)
        if order.outcome != FILLED:
            continue
        index = np.uintp(k * market.bars + u)
        reference = market.open[index]
        half_spread = market.half_spread_bps[index] * BPS
        order.outcome, order.binding_cap, notional, unit_cost = size_order(
            size_frac[i], equity, exposure, cash, reference, half_spread, limits, costs
        )
        if order.outcome != FILLED:
            continue
        order.quantity, order.weight_frac = notional / reference, notional / equity
        trip = trips[filled]
        free_from[k] = simulate_position(trip, market, plan, rules, costs, arrays)
        _book_trip(bar_ledger, market, k, trip, order.quantity, rules.partial_frac, costs)
        if funding is not None:  # decided when it is compiled
            cash_at_open = bar_ledger.cash_at_open
            charge_funding(funding, cash_at_open, plan, trip, order.quantity, rules.partial_frac)
        cash -= notional * unit_cost
        exposure, positions, filled = exposure + notional, positions + 1, filled + 1
    return filled


@borrowing_kernel
def _book_trip(
    bar_ledger: BarLedger,
    market: MarketArrays,
    k: int,
    trip: Any,
    quantity: float,
    partial_frac: float,
    costs: Costs,
) -> None:
    """Mark the position at every close and put its sales on the bars where they happen."""
    first, begin_bar, last_bar, last_close = k * market.bars, trip.entry_bar, trip.exit_bar, np.nan
    if trip.partial_bar != NEVER:
        begin_bar = trip.partial_bar
        last_close = _mark_to_market(
            bar_ledger.value, market.close, first, trip.entry_bar, begin_bar, quantity, last_close
        )
        partial_quantity = quantity * partial_frac
        quantity -= partial_quantity
        unit_proceeds = sell_proceeds(trip.partial_reference, trip.partial_half_spread, costs)
        bar_ledger.cash_at_open[begin_bar] += partial_quantity * unit_proceeds
        bar_ledger.value_sold_at_open[begin_bar] += partial_quantity * last_close
    last_close = _mark_to_market(
        bar_ledger.value, market.close, first, begin_bar, last_bar, quantity, last_close
    )
    cash = quantity * sell_proceeds(trip.exit_reference, trip.exit_half_spread, costs)
    if trip.exit_stage == AT_OPEN:
        bar_ledger.cash_at_open[last_bar] += cash
        bar_ledger.closed_at_open[last_bar] += 1
        bar_ledger.value_sold_at_open[last_bar] += quantity * last_close
    else:
        bar_ledger.cash_inside[last_bar] += cash
        bar_ledger.closed_inside[last_bar] += 1


@borrowing_kernel
def _mark_to_market(
    value: Floats,
    closes: Floats,
    first: int,
    begin: int,
    end: int,
    quantity: float,
    last_close: float,
) -> float:
    """Add the worth of a quantity at the closes from `begin` up to `end`; the last known close."""
    for bar in range(begin, end):
        close = closes[np.uintp(first + bar)]
        last_close = last_close if np.isnan(close) else close
        value[np.uintp(bar)] += quantity * last_close
    return last_close
