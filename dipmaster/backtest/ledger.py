"""Round trips and orders to the three tables of a run: TRADES, FILLS, EQUITY.

All are made of the same priced fills, so that the tables agree with each other to the last bit
that addition keeps.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dipmaster.backtest.entries import Entries
from dipmaster.backtest.priced_fills import EngineOutput, mark_cash, price_output, require_costs
from dipmaster.backtest.rules import EXIT_CONFIDENCE, EXIT_NAMES, EXIT_REASONS
from dipmaster.backtest.trades import BUY, FillColumns, build_trades_table, decode_names
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
    fills = price_output(output, execution)
    require_costs(fills, filled_entries.symbol_index, panel)
    return Ledger(
        build_trades_table(panel, filled_entries, output.trips, orders, fills, output.partial_frac),
        _build_fills_table(panel, filled_entries, fills),
        _build_equity_table(panel, execution, fills, output),
        _count_rejections(output.orders["outcome"]),
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
    cash = mark_cash(execution, fills, output)
    equity = cash + output.value
    exposure = np.divide(output.value, equity, out=np.zeros(panel.bars), where=equity > 0)
    columns = {
        "time": to_timestamps(panel.open_time),
        "equity": equity,
        "cash": cash,
        "exposure_frac": exposure,
    }
    return EQUITY.check(pd.DataFrame(columns, copy=False), "equity of the engine")


def _count_rejections(outcome: npt.NDArray[Any]) -> dict[str, int]:
    counts = np.bincount(outcome, minlength=len(REJECTION_REASONS) + 1)
    return {reason: int(counts[i + 1]) for i, reason in enumerate(REJECTION_REASONS)}
