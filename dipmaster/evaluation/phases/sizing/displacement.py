"""Trades that only one of two phases made: what sizing displaced, and what it made room for."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.backtest import Entries, Ledger
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Execution
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.figures.times import format_utc
from dipmaster.results.evaluation.sizing import DisplacedBy, Displacement, MovedTrade

Record = Mapping[Any, Any]  # one row of table TRADES, by column
SHOWN = 100


def find_displaced(
    before: pd.DataFrame, after: pd.DataFrame, orders: Entries, ledger: Ledger, execution: Execution
) -> Displacement:
    """Name every candidate that one phase traded and the other did not.

    Parameters
    ----------
    before, after
        Table TRADES out of sample, of the phase before and of the one that sizes.
    orders, ledger
        Of the one that sizes: an order that is not there had a size of 0.
    """
    asked = dict(zip(orders.candidate_id.tolist(), orders.size_frac.tolist(), strict=True))
    gone = before[~before["candidate_id"].isin(after["candidate_id"])]
    new = after[~after["candidate_id"].isin(before["candidate_id"])]
    displaced = [
        _name(trade, _why(trade, asked, ledger, execution)) for trade in gone.to_dict("records")
    ]
    added = tuple(_name(trade, "account_limits") for trade in new.head(SHOWN).to_dict("records"))
    by = [one.by for one in displaced]
    return Displacement(
        kelly_zero=by.count("kelly_zero"),
        below_min_notional=by.count("below_min_notional"),
        account_limits=by.count("account_limits"),
        n_added=len(new),
        shown=SHOWN,
        displaced=tuple(displaced[:SHOWN]),
        added=added,
    )


def _why(
    trade: Record, asked: Mapping[int, float], ledger: Ledger, execution: Execution
) -> DisplacedBy:
    size = asked.get(_candidate(trade))
    if size is None:
        return "kelly_zero"
    times = to_epoch_ms(ledger.equity["time"])
    at = int(np.searchsorted(times, _signal_ms(trade)))
    equity = float(ledger.equity["equity"].iloc[at])
    return "below_min_notional" if size * equity < execution.min_notional else "account_limits"


def _ms(time: pd.Timestamp) -> int:
    return round(time.timestamp() * 1000)


def _candidate(trade: Record) -> int:
    return int(trade["candidate_id"])


def _signal_ms(trade: Record) -> int:
    entry = _ms(trade["entry_time"])
    return entry - BAR_MS


def _name(trade: Record, by: DisplacedBy) -> MovedTrade:
    signal_ms = _ms(trade["signal_time"])
    return MovedTrade(
        candidate_id=_candidate(trade),
        symbol=str(trade["symbol"]),
        signal_time=format_utc(signal_ms),
        by=by,
    )
