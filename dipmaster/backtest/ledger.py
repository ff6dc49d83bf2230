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
from dipmaster.backtest.layouts import AT_OPEN, EITHER, ENTRY, INSIDE, NEVER, STAGES
from dipmaster.backtest.rules import EXIT_CONFIDENCE, EXIT_NAMES, EXIT_REASONS, ExitType
from dipmaster.backtest.trades import BUY, Legs, trades_table, words
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import Panel, as_times
from dipmaster.core.params import Execution
from dipmaster.core.tables import EQUITY, FILLS

SKIP_REASONS: tuple[str, ...] = (
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
    skipped
        Number of orders not filled, by reason; every reason is a key.
    """

    trades: pd.DataFrame
    fills: pd.DataFrame
    equity: pd.DataFrame
    skipped: dict[str, int]


@dataclass(frozen=True)
class Booked:
    """What the kernel wrote: `ROUND_TRIP` a filled order, `ORDER` an entry, and the marks.

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
    legs = _priced(_legs(booked, booked.orders["quantity"][filled]), execution)
    _demand_costs(legs, traded, panel)
    return Ledger(
        trades_table(panel, traded, booked.trips, booked.orders[filled], legs),
        _fills_table(panel, traded, legs),
        _equity_table(panel, execution, legs, booked.value),
        _skipped(booked.orders["outcome"]),
    )


def _legs(booked: Booked, quantity: Floats) -> Legs:
    """One row a fill in order of time: purchase, partial sale, last sale of every trade."""
    trips, everyone = booked.trips, np.arange(booked.trips.size)
    halved = np.flatnonzero(trips["partial_bar"] != NEVER)
    part = np.zeros(trips.size)
    part[halved] = quantity[halved] * booked.partial_frac
    partly, kind = trips[halved], trips["exit_type"]
    stage = np.where(trips["exit_stage"] == EITHER, INSIDE, trips["exit_stage"])
    selling = int(ExitType.PROFIT_TAKING)
    legs = (
        _leg(trips, everyone, "entry", quantity, ENTRY, BUY),
        _leg(partly, halved, "partial", part[halved], AT_OPEN, selling),
        _leg(trips, everyone, "exit", quantity - part, stage, kind),
    )
    columns = {name: np.concatenate([leg[name] for leg in legs]) for name in legs[0]}
    # A trade has one fill a stage of a bar at most, so no two keys are equal.
    key = (columns["bar"] * STAGES + columns["stage"]) * trips.size + columns["trade"]
    order = np.argsort(key)
    return {name: column[order] for name, column in columns.items()}


def _leg(
    trips: npt.NDArray[Any], trade: Ints, at: str, quantity: Floats, stage: Any, exit_type: Any
) -> Legs:
    score = np.full(trips.size, np.nan) if at == "entry" else trips[f"{at}_score"]
    return {
        "trade": trade,
        "bar": trips[f"{at}_bar"],
        "stage": np.full(trips.size, stage, np.int64),
        "quantity": quantity,
        "reference": trips[f"{at}_reference"],
        "half_spread": trips[f"{at}_half_spread"],
        "exit_type": np.full(trips.size, exit_type, np.int64),
        "score": score,
    }


def _priced(legs: Legs, execution: Execution) -> Legs:
    """Add price, costs and the cash that is left after each fill."""
    costs = costs_of(execution)
    side = np.where(legs["exit_type"] == BUY, 1.0, -1.0)
    value = legs["quantity"] * legs["reference"]
    price = legs["reference"] * (1.0 + side * (legs["half_spread"] + costs.slippage))
    fee = legs["quantity"] * price * costs.fee
    return {
        **legs,
        "side": side,
        "price": price,
        "half_spread_cost": value * legs["half_spread"],
        "slippage_cost": value * costs.slippage,
        "fee": fee,
        "cash_after": execution.capital - (side * legs["quantity"] * price + fee).cumsum(),
    }


def _demand_costs(legs: Legs, traded: Entries, panel: Panel) -> None:
    missing = np.flatnonzero(~np.isfinite(legs["cash_after"]))
    if missing.size:
        leg = {name: column[missing[0]] for name, column in legs.items()}
        time = as_times(panel.open_time[[leg["bar"]]])[0]
        raise data_error(
            f"bars of {panel.symbols[traded.symbol_index[leg['trade']]]} at {time}",
            "a half-spread and prices on every bar that is traded",
            f"half-spread {leg['half_spread']}, price {leg['reference']}",
            "give the source a half-spread or set ingest.raw.half_spread_bps",
        )


def _fills_table(panel: Panel, traded: Entries, legs: Legs) -> pd.DataFrame:
    kind, trade = legs["exit_type"], legs["trade"]
    confidence = np.asarray((*EXIT_CONFIDENCE, np.nan))[kind]  # -1 is the last: a purchase
    columns = {
        "trade_id": trade,
        "time": as_times(panel.open_time[legs["bar"]]),
        "symbol": words(panel.symbols, traded.symbol_index[trade]),
        "side": words(("buy", "sell"), (kind != BUY).astype(np.int64)),
        "quantity": legs["quantity"],
        "reference_price": legs["reference"],
        "price": legs["price"],
        "half_spread_cost": legs["half_spread_cost"],
        "slippage_cost": legs["slippage_cost"],
        "fee": legs["fee"],
        "exit_type": words(("entry", *EXIT_NAMES), kind - BUY),
        "exit_confidence": np.where(np.isnan(confidence), legs["score"], confidence),
        "reason": words(("signal at the close before", *EXIT_REASONS), kind - BUY),
        "cash_after": legs["cash_after"],
    }
    return FILLS.check(pd.DataFrame(columns, copy=False), "fills of the engine")


def _equity_table(panel: Panel, execution: Execution, legs: Legs, value: Floats) -> pd.DataFrame:
    done = np.bincount(legs["bar"], minlength=panel.bars).cumsum()
    cash = np.concatenate(([execution.capital], legs["cash_after"]))[done]
    equity = cash + value
    exposure = np.divide(value, equity, out=np.zeros(panel.bars), where=equity > 0)
    columns = {
        "time": as_times(panel.open_time),
        "equity": equity,
        "cash": cash,
        "exposure_frac": exposure,
    }
    return EQUITY.check(pd.DataFrame(columns, copy=False), "equity of the engine")


def _skipped(outcome: npt.NDArray[Any]) -> dict[str, int]:
    counts = np.bincount(outcome, minlength=len(SKIP_REASONS) + 1)
    return {reason: int(counts[i + 1]) for i, reason in enumerate(SKIP_REASONS)}
