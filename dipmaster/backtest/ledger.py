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

from dipmaster.backtest.costs import costs_of
from dipmaster.backtest.entries import Entries
from dipmaster.backtest.fills import AT_OPEN, ENTRY, NEVER
from dipmaster.backtest.rules import EXIT_CONFIDENCE, EXIT_NAMES, EXIT_REASONS, ExitType
from dipmaster.backtest.trades import BUY, text, trades_table
from dipmaster.errors import data_error
from dipmaster.numerics import Floats, Ints
from dipmaster.panel import Panel, as_times
from dipmaster.params import Execution
from dipmaster.tables import EQUITY, FILLS

SKIP_REASONS: tuple[str, ...] = (
    "ruined",
    "no_next_bar",
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
    skipped
        Number of orders not filled, by reason; every reason is a key.
    """

    trades: pd.DataFrame
    fills: pd.DataFrame
    equity: pd.DataFrame
    skipped: dict[str, int]


@dataclass(frozen=True)
class Booked:
    """What the kernel wrote: records `ROUND_TRIP` and `ORDER`, one an entry, and daily marks.

    `value` is the worth of all positions at each bar's close, shape (bars,).
    """

    trips: npt.NDArray[Any]
    orders: npt.NDArray[Any]
    value: Floats
    partial_frac: float


def ledger_of(panel: Panel, entries: Entries, execution: Execution, booked: Booked) -> Ledger:
    """Turn what the kernel wrote into the tables of a run.

    Raises
    ------
    DataError
        Where a bar that was traded has no half-spread.
    """
    filled = np.flatnonzero(booked.orders["outcome"] == 0)
    traded = entries.take(filled)
    symbols = np.asarray(panel.symbols, dtype=object)[traded.symbol_index]
    sales = _priced(_legs(booked, filled), execution)
    _demand_costs(sales, symbols, panel)
    return Ledger(
        trades_table(panel, traded, symbols, booked.trips[filled], booked.orders[filled], sales),
        _fills_table(panel, symbols, sales),
        _equity_table(panel, execution, sales, booked.value),
        _skipped(booked.orders["outcome"]),
    )


def _legs(booked: Booked, filled: Ints) -> pd.DataFrame:
    """One row a fill in order of time: purchase, partial sale, last sale of every trade."""
    trips, quantity = booked.trips[filled], booked.orders["quantity"][filled]
    halved = trips["partial_bar"] != NEVER
    part = np.where(halved, quantity * booked.partial_frac, 0.0)
    everyone = np.ones(filled.size, np.bool_)
    legs = (
        _leg(trips, everyone, "entry", quantity, ENTRY, BUY),
        _leg(trips, halved, "partial", part, AT_OPEN, int(ExitType.PROFIT_TAKING)),
        _leg(trips, everyone, "exit", quantity - part, trips["exit_stage"], trips["exit_type"]),
    )
    return pd.concat(legs).sort_values(["bar", "stage", "trade"], ignore_index=True)


def _leg(
    trips: npt.NDArray[Any],
    which: npt.NDArray[np.bool_],
    at: str,
    quantity: Floats,
    stage: Any,
    exit_type: Any,
) -> pd.DataFrame:
    score = np.full(trips.size, np.nan) if at == "entry" else trips[f"{at}_score"]
    return pd.DataFrame(
        {
            "trade": np.arange(trips.size),
            "bar": trips[f"{at}_bar"],
            "stage": np.full(trips.size, stage, np.int8),
            "quantity": quantity,
            "reference": trips[f"{at}_reference"],
            "half_spread": trips[f"{at}_half_spread"],
            "exit_type": np.full(trips.size, exit_type, np.int8),
            "score": score,
        }
    )[which]


def _priced(legs: pd.DataFrame, execution: Execution) -> pd.DataFrame:
    """Add price, costs and the cash that is left after each fill."""
    costs = costs_of(execution)
    side = np.where(legs["exit_type"] == BUY, 1.0, -1.0)
    value = legs["quantity"] * legs["reference"]
    price = legs["reference"] * (1.0 + side * (legs["half_spread"] + costs.slippage))
    fee = legs["quantity"] * price * costs.fee
    return legs.assign(
        side=side,
        price=price,
        half_spread_cost=value * legs["half_spread"],
        slippage_cost=value * costs.slippage,
        fee=fee,
        cash_after=execution.capital - (side * legs["quantity"] * price + fee).cumsum(),
    )


def _demand_costs(legs: pd.DataFrame, symbols: npt.NDArray[Any], panel: Panel) -> None:
    missing = np.flatnonzero(~np.isfinite(legs["cash_after"].to_numpy()))
    if missing.size:
        leg = legs.iloc[int(missing[0])]
        time = as_times(panel.open_time[[int(leg["bar"])]])[0]
        raise data_error(
            f"bars of {symbols[int(leg['trade'])]} at {time}",
            "a half-spread and prices on every bar that is traded",
            f"half-spread {leg['half_spread']}, price {leg['reference']}",
            "give the source a half-spread or set ingest.raw.half_spread_bps",
        )


def _fills_table(panel: Panel, symbols: npt.NDArray[Any], legs: pd.DataFrame) -> pd.DataFrame:
    kind = legs["exit_type"].to_numpy()
    buys = kind == BUY
    confidence = np.asarray((*EXIT_CONFIDENCE, np.nan))[kind]  # -1 is the last: a purchase
    return FILLS.check(
        pd.DataFrame(
            {
                "trade_id": legs["trade"].to_numpy(np.int64),
                "time": as_times(panel.open_time[legs["bar"].to_numpy()]),
                "symbol": text(symbols[legs["trade"].to_numpy()]),
                "side": text(np.where(buys, "buy", "sell")),
                "quantity": legs["quantity"],
                "reference_price": legs["reference"],
                "price": legs["price"],
                "half_spread_cost": legs["half_spread_cost"],
                "slippage_cost": legs["slippage_cost"],
                "fee": legs["fee"],
                "exit_type": text(np.asarray((*EXIT_NAMES, "entry"))[kind]),
                "exit_confidence": np.where(np.isnan(confidence), legs["score"], confidence),
                "reason": text(np.asarray((*EXIT_REASONS, "signal at the close before"))[kind]),
                "cash_after": legs["cash_after"],
            }
        ),
        "fills of the engine",
    )


def _equity_table(
    panel: Panel, execution: Execution, legs: pd.DataFrame, value: Floats
) -> pd.DataFrame:
    done = np.searchsorted(legs["bar"].to_numpy(), np.arange(panel.bars), side="right")
    cash = np.concatenate(([execution.capital], legs["cash_after"].to_numpy()))[done]
    equity = cash + value
    exposure = np.divide(value, equity, out=np.zeros(panel.bars), where=equity > 0)
    return EQUITY.check(
        pd.DataFrame(
            {
                "time": as_times(panel.open_time),
                "equity": equity,
                "cash": cash,
                "exposure_frac": exposure,
            }
        ),
        "equity of the engine",
    )


def _skipped(outcome: npt.NDArray[Any]) -> dict[str, int]:
    counts = np.bincount(outcome, minlength=len(SKIP_REASONS) + 1)
    return {reason: int(counts[i + 1]) for i, reason in enumerate(SKIP_REASONS)}
