"""Round trips and orders to the three tables of a run: TRADES, FILLS, EQUITY.

Everything money is computed here, once, from quantities, reference prices and
costs; cash is the running sum of the fills, so that the tables agree with each
other to the last bit that addition keeps.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dipmaster.backtest.costs import Costs, build_costs
from dipmaster.backtest.entries import Entries
from dipmaster.backtest.funding import FundingAccount
from dipmaster.backtest.layouts import AT_OPEN, ENTRY, INSIDE, NEVER, STAGES, STOP_OR_TARGET
from dipmaster.backtest.rules import EXIT_CONFIDENCE, EXIT_NAMES, EXIT_REASONS, ExitType
from dipmaster.backtest.trades import BUY, FillColumns, build_trades_table, decode_names
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import Panel, to_timestamps
from dipmaster.core.params import Execution
from dipmaster.core.tables import EQUITY, FILLS

REJECTION_REASONS: tuple[str, ...] = (
    "ruined",
    "no_next_bar",
    "zero_volume",
    "already_in_position",
    "max_positions",
    "exposure",
    "cash",
    "below_min_notional",
)  # outcome of an order minus 1


@dataclass(frozen=True)
class Ledger:
    """What a run did.

    Attributes
    ----------
    trades, fills, equity
        Tables TRADES (a row a round trip, in order of entry), FILLS (in order of
        time) and EQUITY (a row a bar of the grid).
    rejected
        Number of orders not filled, by reason; every reason is a key.
    """

    trades: pd.DataFrame
    fills: pd.DataFrame
    equity: pd.DataFrame
    rejected: dict[str, int]


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


def build_ledger(
    panel: Panel, entries: Entries, execution: Execution, output: EngineOutput
) -> Ledger:
    """Turn the kernel's output into the tables of a run.

    Raises
    ------
    DataError
        Where a bar that was traded has no half-spread.
    """
    filled_rows = np.flatnonzero(output.orders["outcome"] == 0)
    filled_entries, orders = entries.take(filled_rows), output.orders[filled_rows]
    fills = _price_fills(_collect_fills(output, orders["quantity"]), execution, output.funding)
    _require_costs(fills, filled_entries, panel)
    return Ledger(
        build_trades_table(panel, filled_entries, output.trips, orders, fills, output.partial_frac),
        _build_fills_table(panel, filled_entries, fills),
        _build_equity_table(panel, execution, fills, output),
        _count_rejections(output.orders["outcome"]),
    )


def compute_equity(execution: Execution, output: EngineOutput) -> Floats:
    """Equity at the close of every bar, as table EQUITY has it, without any table; shape (bars,).

    NaN from the first fill on whose bar has no half-spread: `build_ledger` refuses that.
    """
    quantity = output.orders["quantity"][output.orders["outcome"] == 0]
    fills = _price_fills(_collect_fills(output, quantity), execution, output.funding)
    return _mark_cash(execution, fills, output) + output.value


def _collect_fills(output: EngineOutput, quantity: Floats) -> FillColumns:
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


def _price_fills(
    fills: FillColumns, execution: Execution, funding: FundingAccount | None
) -> FillColumns:
    """Add price, costs and the cash that is left after each fill, funding paid until then."""
    priced = price_fills(fills, build_costs(execution))
    cash = execution.capital - spent_cash(priced).cumsum()
    if funding is not None:
        cash -= funding.paid.cumsum()[fills["bar"]]
    return {**priced, "cash_after": cash}


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


def _require_costs(fills: FillColumns, filled_entries: Entries, panel: Panel) -> None:
    missing = np.flatnonzero(~np.isfinite(fills["cash_after"]))
    if missing.size:
        fill = {name: column[missing[0]] for name, column in fills.items()}
        time = to_timestamps(panel.open_time[[fill["bar"]]])[0]
        raise data_error(
            f"bars of {panel.symbols[filled_entries.symbol_index[fill['trade']]]} at {time}",
            "a half-spread and prices on every bar that is traded",
            f"half-spread {fill['half_spread']}, price {fill['reference']}",
            "give the source a half-spread or set ingest.raw.half_spread_bps",
        )


def _build_fills_table(panel: Panel, filled_entries: Entries, fills: FillColumns) -> pd.DataFrame:
    kind, trade = fills["exit_type"], fills["trade"]
    confidence = np.asarray((*EXIT_CONFIDENCE, np.nan))[kind]  # -1 is the last: a purchase
    columns = {
        "trade_id": trade,
        "time": to_timestamps(panel.open_time[fills["bar"]]),
        "symbol": decode_names(panel.symbols, filled_entries.symbol_index[trade]),
        "side": decode_names(("buy", "sell"), (kind != BUY).astype(np.int64)),
        "quantity": fills["quantity"],
        "reference_price": fills["reference"],
        "price": fills["price"],
        "half_spread_cost": fills["half_spread_cost"],
        "slippage_cost": fills["slippage_cost"],
        "fee": fills["fee"],
        "exit_type": decode_names(("entry", *EXIT_NAMES), kind - BUY),
        "exit_confidence": np.where(np.isnan(confidence), fills["score"], confidence),
        "reason": decode_names(("signal at the close before", *EXIT_REASONS), kind - BUY),
        "cash_after": fills["cash_after"],
    }
    return FILLS.check(pd.DataFrame(columns, copy=False), "fills of the engine")


def _build_equity_table(
    panel: Panel, execution: Execution, fills: FillColumns, output: EngineOutput
) -> pd.DataFrame:
    cash = _mark_cash(execution, fills, output)
    equity = cash + output.value
    exposure = np.divide(output.value, equity, out=np.zeros(panel.bars), where=equity > 0)
    columns = {
        "time": to_timestamps(panel.open_time),
        "equity": equity,
        "cash": cash,
        "exposure_frac": exposure,
    }
    return EQUITY.check(pd.DataFrame(columns, copy=False), "equity of the engine")


def _mark_cash(execution: Execution, fills: FillColumns, output: EngineOutput) -> Floats:
    """Cash at the close of every bar."""
    fills_before_close = np.bincount(fills["bar"], minlength=output.value.size).cumsum()
    cash: Floats = np.concatenate(([execution.capital], fills["cash_after"]))[fills_before_close]
    if output.funding is not None:  # paid since the last fill
        paid = output.funding.paid.cumsum()
        cash -= paid - np.concatenate(([0.0], paid[fills["bar"]]))[fills_before_close]
    return cash


def _count_rejections(outcome: npt.NDArray[Any]) -> dict[str, int]:
    counts = np.bincount(outcome, minlength=len(REJECTION_REASONS) + 1)
    return {reason: int(counts[i + 1]) for i, reason in enumerate(REJECTION_REASONS)}
