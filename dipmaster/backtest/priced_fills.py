"""Kernel output to priced fills: what each purchase and sale cost, and the cash after it.

Everything money is computed here, once, from quantities, reference prices and costs; cash is
the running sum of the fills. Tables and accounts without tables are made of the same fills.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dipmaster.backtest.costs import Costs, build_costs
from dipmaster.backtest.funding import FundingAccount
from dipmaster.backtest.layouts import AT_OPEN, ENTRY, INSIDE, NEVER, STAGES, STOP_OR_TARGET
from dipmaster.backtest.rules import ExitType
from dipmaster.backtest.trades import BUY, FillColumns
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import Panel, to_timestamps
from dipmaster.core.params import Execution


@dataclass(frozen=True)
class EngineOutput:
    """Output of the kernel: `ROUND_TRIP` a filled order, `ORDER_RECORD` an entry, and the marks.

    `value` is the worth of all positions at each bar's close, shape (bars,); `funding` is
    what was paid, None where no symbol is charged.
    """

    trips: npt.NDArray[Any]
    orders: npt.NDArray[Any]
    value: Floats
    funding: FundingAccount | None
    partial_frac: float


def compute_equity(execution: Execution, output: EngineOutput) -> Floats:
    """Equity at the close of every bar, as table EQUITY has it, without any table; shape (bars,).

    NaN from the first fill on whose bar has no half-spread: `build_ledger` refuses that.
    """
    return mark_cash(execution, price_output(output, execution), output) + output.value


def price_output(output: EngineOutput, execution: Execution) -> FillColumns:
    """Fills of a run in order of time, with price, costs and the cash that is left after each.

    Cash is NaN from the first fill on whose bar has no half-spread: `require_costs` refuses that.
    """
    quantity = output.orders["quantity"][output.orders["outcome"] == 0]
    priced = price_fills(collect_fills(output, quantity), build_costs(execution))
    cash = execution.capital - spent_cash(priced).cumsum()
    if output.funding is not None:
        cash -= output.funding.paid.cumsum()[priced["bar"]]
    return {**priced, "cash_after": cash}


def collect_fills(output: EngineOutput, quantity: Floats) -> FillColumns:
    """One row a fill in order of time: purchase, partial sale, last sale of every trade."""
    trips, all_trades = output.trips, np.arange(output.trips.size)
    partial_trades = np.flatnonzero(trips["partial_bar"] != NEVER)
    partial_quantity = np.zeros(trips.size)
    partial_quantity[partial_trades] = quantity[partial_trades] * output.partial_frac
    partial_trips, kind = trips[partial_trades], trips["exit_type"]
    stage = np.where(trips["exit_stage"] == STOP_OR_TARGET, INSIDE, trips["exit_stage"])
    partial_exit = int(ExitType.PROFIT_TAKING)
    fills = (
        _fill_columns(trips, all_trades, "entry", quantity, ENTRY, BUY),
        _fill_columns(
            partial_trips,
            partial_trades,
            "partial",
            partial_quantity[partial_trades],
            AT_OPEN,
            partial_exit,
        ),
        _fill_columns(trips, all_trades, "exit", quantity - partial_quantity, stage, kind),
    )
    columns = {
        name: np.concatenate([columns_of_fill[name] for columns_of_fill in fills])
        for name in fills[0]
    }
    # A trade has one fill a stage of a bar at most, so no two keys are equal.
    key = (columns["bar"] * STAGES + columns["stage"]) * trips.size + columns["trade"]
    order = np.argsort(key)
    return {name: column[order] for name, column in columns.items()}


def _fill_columns(
    trips: npt.NDArray[Any], trade: Ints, event: str, quantity: Floats, stage: Any, exit_type: Any
) -> FillColumns:
    score = np.full(trips.size, np.nan) if event == "entry" else trips[f"{event}_score"]
    return {
        "trade": trade,
        "bar": trips[f"{event}_bar"],
        "stage": np.full(trips.size, stage, np.int64),
        "quantity": quantity,
        "reference": trips[f"{event}_reference"],
        "half_spread": trips[f"{event}_half_spread"],
        "exit_type": np.full(trips.size, exit_type, np.int64),
        "score": score,
    }


def price_fills(fills: FillColumns, costs: Costs) -> FillColumns:
    """Add price and costs to fills; their cash depends on the fills before them."""
    side = np.where(fills["exit_type"] == BUY, 1.0, -1.0)
    value = fills["quantity"] * fills["reference"]
    price = fills["reference"] * (1.0 + side * (fills["half_spread"] + costs.slippage))
    return {
        **fills,
        "side": side,
        "price": price,
        "half_spread_cost": value * fills["half_spread"],
        "slippage_cost": value * costs.slippage,
        "fee": fills["quantity"] * price * costs.fee,
    }


def spent_cash(priced: FillColumns) -> Floats:
    """Cash that each priced fill takes, shape (fills,); negative where it brings some."""
    spent: Floats = priced["side"] * priced["quantity"] * priced["price"] + priced["fee"]
    return spent


def require_costs(fills: FillColumns, symbol_index: Ints, panel: Panel) -> None:
    """Raise `DataError` where a bar that was traded has no half-spread.

    Parameters
    ----------
    symbol_index
        Row of the panel of each trade.
    """
    missing = np.flatnonzero(~np.isfinite(fills["cash_after"]))
    if missing.size:
        fill = {name: column[missing[0]] for name, column in fills.items()}
        time = to_timestamps(panel.open_time[[fill["bar"]]])[0]
        raise data_error(
            f"bars of {panel.symbols[symbol_index[fill['trade']]]} at {time}",
            "a half-spread and prices on every bar that is traded",
            f"half-spread {fill['half_spread']}, price {fill['reference']}",
            "give the source a half-spread or set ingest.raw.half_spread_bps",
        )


def mark_cash(execution: Execution, fills: FillColumns, output: EngineOutput) -> Floats:
    """Cash at the close of every bar."""
    fills_before_close = np.bincount(fills["bar"], minlength=output.value.size).cumsum()
    cash: Floats = np.concatenate(([execution.capital], fills["cash_after"]))[fills_before_close]
    if output.funding is not None:  # paid since the last fill
        paid = output.funding.paid.cumsum()
        cash -= paid - np.concatenate(([0.0], paid[fills["bar"]]))[fills_before_close]
    return cash
