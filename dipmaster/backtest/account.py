"""Entries and bars to the figures of an account, without the tables of a ledger.

For runs of which only the profit is read: no name, no timestamp and no fill is put into a frame.
"""

from dataclasses import dataclass

import numpy as np

from dipmaster.backtest.engine import simulate_orders
from dipmaster.backtest.entries import Entries
from dipmaster.backtest.funding import compute_unit_funding
from dipmaster.backtest.priced_fills import mark_cash, price_output, require_costs
from dipmaster.backtest.rules import ExitRules
from dipmaster.backtest.trades import sum_money
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution


@dataclass(frozen=True)
class TradedAccount:
    """What a run earned; the values are those of the columns of its ledger.

    Attributes
    ----------
    open_time
        Shape (bars,), of the grid, int64 milliseconds since 1970 UTC.
    symbol_index, entry_bar
        Shape (trades,), row of the panel and bar of the purchase, in order of entry.
    notional
        Shape (trades,), reference notional at the entry in quote currency.
    gross_pnl, net_pnl
        Shape (trades,), quote currency, before and after costs.
    return_frac
        Shape (trades,), net profit / notional.
    equity
        Shape (bars,), at the close of each bar.
    """

    open_time: Ints
    symbol_index: Ints
    entry_bar: Ints
    notional: Floats
    gross_pnl: Floats
    net_pnl: Floats
    return_frac: Floats
    equity: Floats

    @property
    def entry_time(self) -> Ints:
        """Shape (trades,), open time of the bar of the purchase."""
        return self.open_time[self.entry_bar]

    def entered_from(self, time_ms: int) -> Bools:
        """Shape (trades,), which were bought at that time or later."""
        return np.asarray(self.entry_time >= time_ms)


def trade_account(
    panel: Panel, entries: Entries, execution: Execution, rules: ExitRules
) -> TradedAccount:
    """`run_backtest` without its tables.

    Raises
    ------
    DataError
        As `run_backtest`.
    """
    output = simulate_orders(panel, entries, execution, rules)
    filled, trips = output.orders["outcome"] == 0, output.trips
    symbol_index, quantity = entries.symbol_index[filled], output.orders["quantity"][filled]
    fills = price_output(output, execution)
    require_costs(fills, symbol_index, panel)
    notional = quantity * trips["entry_reference"]
    funding = quantity * compute_unit_funding(panel, symbol_index, trips, output.partial_frac)
    money = sum_money(fills, trips.size, notional, funding)
    return TradedAccount(
        panel.open_time,
        symbol_index,
        trips["entry_bar"],
        notional,
        money["gross_pnl"],
        money["net_pnl"],
        money["return_frac"],
        mark_cash(execution, fills, output) + output.value,
    )
