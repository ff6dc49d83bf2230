"""Trades to the loss of equity if all positions that are open at once are stopped out together."""

from typing import Literal

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Execution
from dipmaster.evaluation.figures.times import format_utc
from dipmaster.results.evaluation.risk import StopOutLoss


def measure_stop_out(
    trades: pd.DataFrame, notional: Floats, stop_frac: float, execution: Execution
) -> StopOutLoss:
    """The worst moment of the period, and the limits of the account.

    A position is open from the bar of its entry to that of its exit, both included: it may
    have been stopped inside the last. Only the open of an entry can be the worst moment.

    Parameters
    ----------
    trades
        Table TRADES, out of sample.
    notional
        Shape (trades,), reference notional of each at its entry.
    stop_frac
        Distance of the stop from the reference price of the entry.
    execution
        How many positions, and how much exposure, are allowed.
    """
    most = execution.max_positions
    if trades.empty:
        return StopOutLoss(
            positions=0, time=None, loss_frac=0.0, limit_positions=most, limit_loss_frac=0.0
        )
    per_notional = _stopped_loss_frac(trades, notional, stop_frac)
    weight = trades["weight_frac"].to_numpy(dtype=np.float64)
    entry, left = to_epoch_ms(trades["entry_time"]), to_epoch_ms(trades["exit_time"])
    lost, at = weight * per_notional, np.unique(entry)
    together = _sum_up_to(at, entry, lost, "right") - _sum_up_to(at, left, lost, "left")
    worst = int(np.argmax(together))
    open_then = (entry <= at[worst]) & (left >= at[worst])
    largest = int(np.argmax(lost))
    exposure = min(most * weight[largest], execution.max_exposure_frac)
    return StopOutLoss(
        positions=int(open_then.sum()),
        time=format_utc(int(at[worst])),
        loss_frac=float(np.sum(lost[open_then])),
        limit_positions=most,
        limit_loss_frac=float(exposure * per_notional[largest]),
    )


def _stopped_loss_frac(trades: pd.DataFrame, notional: Floats, stop_frac: float) -> Floats:
    """Of the notional: distance of the stop, and the costs that each trade had."""
    costs = (trades["fees"] + trades["slippage"] + trades["funding"]).to_numpy(dtype=np.float64)
    loss: Floats = stop_frac + costs / notional
    return loss


def _sum_up_to(at: Ints, times: Ints, amounts: Floats, side: Literal["left", "right"]) -> Floats:
    """Sum of the amounts whose time lies before each of `at`, or on it with side "right"."""
    order = np.argsort(times, kind="stable")
    running = np.concatenate([[0.0], np.cumsum(amounts[order])])
    up_to: Floats = running[np.searchsorted(times[order], at, side)]
    return up_to
