"""Orders and sales of one bar to fills, cash and equity of one phase's account.

The account goes through a bar in the engine's order: sales at the open, purchases, sales inside
the bar, the mark at the close. Decisions rest on `size_order` and `rejection_reason`, money on
`price_fills`, all of them the batch's own; sums are taken in the batch's order, so that they are
the same to the last bit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dipmaster.backtest.costs import BPS, build_costs, sell_proceeds
from dipmaster.backtest.layouts import AT_OPEN
from dipmaster.backtest.ledger import REJECTION_REASONS
from dipmaster.backtest.limits import (
    FILLED,
    NO_NEXT_BAR,
    ZERO_VOLUME,
    build_limits,
    rejection_reason,
    size_order,
)
from dipmaster.backtest.priced_fills import price_fills, spent_cash
from dipmaster.backtest.trades import FillColumns
from dipmaster.core.kernels import Floats
from dipmaster.core.params import Execution
from dipmaster.streaming.cash import CashLedger
from dipmaster.streaming.market import MarketBar
from dipmaster.streaming.orders import BarOrders
from dipmaster.streaming.path_records import PathEvent, PathStep
from dipmaster.streaming.records import (
    ClosedTrade,
    EquityMark,
    OpenPosition,
    build_buy,
    build_sale,
    close_trade,
    load_position,
    save_position,
)
from dipmaster.streaming.state import Saved, join_saved, select_saved


@dataclass(frozen=True)
class Rejection:
    """An order that was not filled, and why."""

    candidate_id: int
    reason: str


@dataclass(frozen=True)
class AccountStep:
    """What one bar did to an account.

    Attributes
    ----------
    fills
        Priced, in order of time, with `cash_after`.
    closed
        Trades that ended.
    """

    fills: tuple[Mapping[str, Any], ...]
    closed: tuple[ClosedTrade, ...]
    rejected: tuple[Rejection, ...]
    equity: EquityMark


class StreamAccount:
    """One phase's cash and positions.

    Parameters
    ----------
    partial_frac
        Share of the quantity that a partial exit sells; 0 where there is none.
    """

    def __init__(self, execution: Execution, partial_frac: float, *, charged: bool) -> None:
        self._limits, self._costs = build_limits(execution), build_costs(execution)
        self._partial_frac, self._charged = partial_frac, charged
        self._ledger = CashLedger(execution.capital, charged=charged)
        # What decisions look at: cash, equity and worth of positions at the last close.
        self.cash = self.equity = execution.capital
        self.value, self.ruined = 0.0, False
        self.next_trade = 0
        self.positions: list[OpenPosition] = []

    def push(
        self,
        bar: MarketBar,
        orders: BarOrders,
        sales: PathStep,
        cumulative_funding: Floats,
    ) -> AccountStep:
        """Go through a bar that has closed.

        Parameters
        ----------
        orders
            Of the close before, in the order in which they are filled.
        sales
            Of all candidates in the bar.
        """
        leaving = {
            one for one, event in sales.exits.items() if event.trip["exit_stage"][0] == AT_OPEN
        }
        at_open = {**sales.partials, **{one: sales.exits[one] for one in leaving}}
        sold_value = self._sell_at_open(at_open, cumulative_funding)
        fills, closed = self._book_sales(at_open, bar.number)
        bought, rejected = self._buy(bar, orders, sold_value, cumulative_funding)
        inside = {one: event for one, event in sales.exits.items() if one not in leaving}
        cash_inside = 0.0
        for position in self.positions:
            if position.candidate_id in inside:
                cash_inside += self._proceeds(position, inside[position.candidate_id])
        later, closed_inside = self._book_sales(inside, bar.number)
        self._mark(bar, cash_inside)
        return AccountStep(
            (*fills, *bought, *later), (*closed, *closed_inside), rejected, self._measure()
        )

    def close_at_end(self, events: Mapping[int, PathEvent], number: int) -> AccountStep:
        """Sell what is open where the data end with bar `number`, as the batch does."""
        fills, closed = self._book_sales(events, number)
        self.value = 0.0
        return AccountStep(tuple(fills), tuple(closed), (), self._measure())

    def save(self) -> Saved:
        """Everything that the next bars depend on."""
        parts = {"ledger": self._ledger.save()} | {
            f"position_{place}": save_position(one) for place, one in enumerate(self.positions)
        }
        flags = [int(self.ruined), self.next_trade, len(self.positions)]
        numbers = np.array([self.cash, self.equity, self.value])
        return {"numbers": numbers, "flags": np.array(flags), **join_saved(parts)}

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called."""
        self.cash, self.equity, self.value = saved["numbers"].tolist()
        ruined, self.next_trade, count = saved["flags"].tolist()
        self.ruined = bool(ruined)
        self._ledger.load(select_saved(saved, "ledger"))
        self.positions = [
            load_position(select_saved(saved, f"position_{place}")) for place in range(count)
        ]

    def _sell_at_open(self, events: Mapping[int, PathEvent], cumulative_funding: Floats) -> float:
        """Add the open's cash; the worth, at the close before, of what is sold."""
        cash_at_open, sold_value, paid = 0.0, 0.0, 0.0
        for position in self.positions:
            event = events.get(position.candidate_id)
            held = position.remaining
            if event is not None:
                quantity = held if event.is_exit else position.quantity * self._partial_frac
                cash_at_open += self._proceeds(position, event)
                sold_value += quantity * position.last_close
            if self._charged:
                change = cumulative_funding[position.coin] - position.last_funding
                payment = held * change
                cash_at_open -= payment
                paid += payment
                position.last_funding = cumulative_funding[position.coin]
        self.cash += cash_at_open
        self._ledger.pay(paid)
        return sold_value

    def _proceeds(self, position: OpenPosition, event: PathEvent) -> float:
        """Cash that the sale brings, as decisions count it."""
        trip = event.trip[0]
        if event.is_exit:
            reference, spread = trip["exit_reference"], trip["exit_half_spread"]
            return float(position.remaining * sell_proceeds(reference, spread, self._costs))
        reference, spread = trip["partial_reference"], trip["partial_half_spread"]
        quantity = position.quantity * self._partial_frac
        return float(quantity * sell_proceeds(reference, spread, self._costs))

    def _book_sales(
        self, events: Mapping[int, PathEvent], number: int
    ) -> tuple[list[Mapping[str, Any]], list[ClosedTrade]]:
        """Fills of the sales in order of entry; positions that ended are no longer held."""
        fills, closed, held = [], [], []
        for position in self.positions:
            event = events.get(position.candidate_id)
            if event is None:
                held.append(position)
                continue
            sold = position.quantity * self._partial_frac
            if event.is_exit:
                sold = position.remaining
            fills.append(self._book(build_sale(position, event, sold), position, number))
            if event.is_exit:
                closed.append(close_trade(position, event.trip, number, self._partial_frac))
            else:
                position.remaining -= sold
                position.funding_at_partial = position.last_funding
                held.append(position)
        self.positions = held
        return fills, closed

    def _buy(
        self, bar: MarketBar, orders: BarOrders, sold_value: float, cumulative_funding: Floats
    ) -> tuple[list[Mapping[str, Any]], tuple[Rejection, ...]]:
        fills, rejected = [], []
        exposure, taken = self.value - sold_value, {one.coin for one in self.positions}
        for row in range(len(orders)):
            self.ruined = self.ruined or self.equity <= 0.0
            self.ruined = self.ruined or self.equity < self._limits.min_notional
            coin = int(orders.coin[row])
            exists = not np.isnan(bar.open[coin])
            free_from = bar.number + 1 if coin in taken else bar.number
            outcome = rejection_reason(
                exists, bar.number, self.ruined, free_from, len(self.positions), self._limits
            )
            if outcome == NO_NEXT_BAR and bar.has_bar[coin]:
                outcome = ZERO_VOLUME
            if outcome == FILLED:
                reference = float(bar.open[coin])
                outcome, cap, notional, unit_cost = size_order(
                    float(orders.size_frac[row]), self.equity, exposure, self.cash, reference,
                    float(bar.half_spread_bps[coin]) * BPS, self._limits, self._costs,
                )  # fmt: skip
            if outcome != FILLED:
                reason = REJECTION_REASONS[outcome - 1]
                rejected.append(Rejection(int(orders.candidate_id[row]), reason))
                continue
            position = OpenPosition.open(
                self.next_trade, orders, row, bar, notional / reference, notional / self.equity,
                cap, float(cumulative_funding[coin]),
            )  # fmt: skip
            self.cash -= notional * unit_cost
            exposure, self.next_trade = exposure + notional, self.next_trade + 1
            taken.add(coin)
            self.positions.append(position)
            fills.append(self._book(build_buy(position, bar), position, bar.number))
        return fills, tuple(rejected)

    def _book(self, fill: FillColumns, position: OpenPosition, number: int) -> Mapping[str, Any]:
        """Price a fill and take its cash off the ledger."""
        priced = price_fills(fill, self._costs)
        cash_after = self._ledger.book(float(spent_cash(priced)[0]))
        position.fills.append(priced)
        values = {name: column[0] for name, column in priced.items()}
        ids = {"trade_id": position.trade_id, "number": number, "coin": position.coin}
        return values | ids | {"cash_after": cash_after}

    def _mark(self, bar: MarketBar, cash_inside: float) -> None:
        self.cash += cash_inside
        value = 0.0
        for position in self.positions:
            close = float(bar.close[position.coin])
            position.last_close = position.last_close if np.isnan(close) else close
            value += position.remaining * position.last_close
        self.value = value
        self.equity = self.cash + value

    def _measure(self) -> EquityMark:
        """As table EQUITY has it: cash from the ledger."""
        cash = self._ledger.at_close()
        equity = cash + self.value
        exposure = self.value / equity if equity > 0.0 else 0.0
        return EquityMark(equity, cash, exposure)
