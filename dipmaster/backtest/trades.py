"""Fills to table TRADES: one row a round trip, partial sales merged."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from dipmaster.backtest.entries import REGIMES, SIZING_COLUMNS, SIZING_RECORD, Entries
from dipmaster.backtest.funding import compute_unit_funding
from dipmaster.backtest.layouts import STOP_OR_TARGET
from dipmaster.backtest.rules import EXIT_NAMES, ExitType
from dipmaster.core.kernels import Floats
from dipmaster.core.panel import Panel, to_timestamps
from dipmaster.core.tables import TRADES

BUY = -1  # in place of an exit type

FillColumns = dict[str, npt.NDArray[Any]]  # columns of the fills, one row each
BINDING_CAPS: tuple[str, ...] = ("none", "position", "exposure", "cash")


def build_trades_table(
    panel: Panel,
    entries: Entries,
    trips: npt.NDArray[Any],
    orders: npt.NDArray[Any],
    fills: FillColumns,
    partial_frac: float,
) -> pd.DataFrame:
    """Merge the fills of each trade and add what was known when it was opened.

    Parameters
    ----------
    entries, trips, orders
        One row a trade, in order of entry.
    fills
        Priced fills in order of time; `trade` is the row of the trade.
    partial_frac
        Share of the quantity that a partial exit sold.
    """
    unit_funding = compute_unit_funding(panel, entries.symbol_index, trips, partial_frac)
    times = {
        "signal_time": to_timestamps(panel.open_time[entries.signal_index]),
        "entry_time": to_timestamps(panel.open_time[trips["entry_bar"]]),
        "exit_time": to_timestamps(panel.open_time[trips["exit_bar"]]),
    }
    entry = trips["entry_reference"]
    columns: dict[str, Any] = {
        "trade_id": np.arange(trips.size, dtype=np.int64),
        "candidate_id": entries.candidate_id,
        "symbol": decode_names(panel.symbols, entries.symbol_index),
        **times,
        **sum_money(
            fills, trips.size, orders["quantity"] * entry, orders["quantity"] * unit_funding
        ),
        "weight_frac": orders["weight_frac"],
        "quantity": orders["quantity"],
        "exit_type": decode_names(EXIT_NAMES, trips["exit_type"]),
        "stop_and_target_touched": trips["exit_stage"] == STOP_OR_TARGET,
        "mfe_frac": trips["peak"] / entry - 1.0,
        "mae_frac": trips["trough"] / entry - 1.0,
        "bars_held": (trips["exit_bar"] - trips["entry_bar"]).astype(np.int32),
        "confidence": entries.confidence,
        "regime": decode_names((*REGIMES[-1:], *REGIMES), entries.regime + 1),
        "open_at_end": trips["exit_type"] == int(ExitType.END_OF_DATA),
        **{part: entries.sizing.get(part, np.full(trips.size, np.nan)) for part in SIZING_COLUMNS},
        "binding_cap": decode_names(BINDING_CAPS, orders["binding_cap"]),
        **{part: entries.sizing[part] for part in SIZING_RECORD if part in entries.sizing},
    }
    return TRADES.check(pd.DataFrame(columns, copy=False), "trades of the engine")


def sum_money(
    fills: FillColumns, trades: int, notional: Floats, funding: Floats
) -> dict[str, Floats]:
    """Prices, costs and profit of each trade, from its priced fills in order of time.

    Parameters
    ----------
    fills
        `trade` is the place of the trade in the other arrays.
    notional, funding
        Shape (trades,), reference notional at entry and funding paid.
    """
    trade, side, quantity, price = (fills[name] for name in ("trade", "side", "quantity", "price"))

    def total(values: Floats) -> Floats:
        return np.bincount(trade, weights=values, minlength=trades).astype(np.float64)

    buy, sell = side > 0, side < 0
    gross = total(-side * quantity * fills["reference"])
    fees = total(fills["fee"])
    slippage = total(fills["half_spread_cost"] + fills["slippage_cost"])
    net = gross - fees - slippage - funding
    return {
        "entry_price": total(price * buy),
        "exit_price": total(quantity * price * sell) / total(quantity * sell),
        "gross_pnl": gross,
        "fees": fees,
        "slippage": slippage,
        "funding": funding,
        "net_pnl": net,
        "return_frac": net / notional,
    }


def decode_names(vocabulary: tuple[str, ...], codes: npt.NDArray[np.integer[Any]]) -> Any:
    """A string column from positions in a list of words; also where there is no row."""
    return pd.array(pa.array(vocabulary, pa.large_string()).take(pa.array(codes)), dtype="str")
