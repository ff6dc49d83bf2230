"""Ledger to checks: what must hold of any ledger before a verdict may rest on it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.backtest import metrics
from dipmaster.core.kernels import Floats
from dipmaster.core.panel import to_epoch_ms
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import (
    TradeSample,
    select_out_of_sample,
    select_out_of_sample_marks,
)
from dipmaster.learning.evaluation.minimum_data import count_of

TOLERANCE_FRAC = 1e-9  # of the capital: rounding of a few thousand additions


@dataclass(frozen=True)
class Check:
    """One check: its name in words, whether it holds, and the figures behind it.

    Attributes
    ----------
    cases
        How many things it was held against; with 0 it passes without being exercised.
    """

    name: str
    passed: bool
    detail: str
    cases: int


def check_ledger(
    trades: pd.DataFrame,
    fills: pd.DataFrame,
    equity: pd.DataFrame,
    sample: TradeSample,
    period: Period,
    capital: float,
) -> tuple[Check, ...]:
    """All checks of one phase's ledger, whole period and out of sample.

    Parameters
    ----------
    trades, fills, equity
        Tables TRADES, FILLS and EQUITY, burn-in included.
    """
    return (
        _parts_add_up(trades, capital),
        _profit_is_equity(trades, equity, capital),
        _profit_is_equity_out_of_sample(trades, equity, period, capital),
        _cash_follows_fills(fills, trades, equity, capital),
        _equity_is_continuous(equity),
        _flat_at_start(trades, period),
        _signs_agree(sample),
    )


def _close(name: str, one: float, other: float, capital: float, cases: int) -> Check:
    gap = abs(one - other)
    return Check(name, gap <= TOLERANCE_FRAC * capital, f"{one:.2f} against {other:.2f}", cases)


def _parts_add_up(trades: pd.DataFrame, capital: float) -> Check:
    parts = trades["gross_pnl"] - trades["fees"] - trades["slippage"] - trades["funding"]
    gap = float((parts - trades["net_pnl"]).abs().max()) if len(trades) else 0.0
    return Check(
        "net profit of each trade = gross profit - fees - slippage - funding",
        gap <= TOLERANCE_FRAC * capital,
        f"largest difference {gap:.2g} in {count_of(len(trades), 'trades')}",
        len(trades),
    )


def _profit_is_equity(trades: pd.DataFrame, equity: pd.DataFrame, capital: float) -> Check:
    change = float(equity["equity"].iloc[-1]) - capital
    return _close(
        "final equity - capital = sum of net profits",
        change,
        float(trades["net_pnl"].sum()),
        capital,
        len(trades),
    )


def _profit_is_equity_out_of_sample(
    trades: pd.DataFrame, equity: pd.DataFrame, period: Period, capital: float
) -> Check:
    start, marks = select_out_of_sample_marks(equity, period)
    late = select_out_of_sample(trades, period)
    return _close(
        "out of sample: change of equity = sum of net profits",
        float(marks[-1]) - start,
        float(late["net_pnl"].sum()),
        capital,
        len(late),
    )


def _cash_follows_fills(
    fills: pd.DataFrame, trades: pd.DataFrame, equity: pd.DataFrame, capital: float
) -> Check:
    value = fills["quantity"] * fills["price"]
    flow = np.where(fills["side"] == "buy", -value, value) - fills["fee"]
    return _close(
        "final cash = capital + sales - purchases - fees - funding",
        float(equity["cash"].iloc[-1]),
        capital + float(np.sum(flow)) - float(trades["funding"].sum()),
        capital,
        len(fills),
    )


def _equity_is_continuous(equity: pd.DataFrame) -> Check:
    steps = np.diff(to_epoch_ms(equity["time"]))
    known = bool(np.isfinite(equity["equity"].to_numpy(dtype=np.float64)).all())
    regular = bool(np.unique(steps).size <= 1)
    return Check(
        "equity is recorded at every bar, without a gap",
        known and regular,
        f"{len(equity)} values",
        len(equity),
    )


def _flat_at_start(trades: pd.DataFrame, period: Period) -> Check:
    entered = to_epoch_ms(trades["entry_time"]) < period.out_of_sample_ms
    left = to_epoch_ms(trades["exit_time"]) >= period.out_of_sample_ms
    signalled = to_epoch_ms(trades["signal_time"]) < period.out_of_sample_ms
    crossing, before = int(np.sum((entered & left) | (signalled & ~entered))), int(signalled.sum())
    return Check(
        "no position crosses into the out-of-sample period",
        crossing == 0,
        f"{count_of(before, 'trades')} in the burn-in, {crossing} of them after its end",
        before,
    )


def _signs_agree(sample: TradeSample) -> Check:
    """A profit factor above 1 means money earned and a positive Sharpe ratio, and conversely.

    The arithmetic mean of daily returns may differ in sign from the total only
    by volatility drag: within it the mean has no sign to compare.
    """
    name = "profit factor, net profit and mean daily return agree: all a gain or all a loss"
    factor = metrics.profit_factor(sample.net, sample.return_frac)
    total, returns = float(sample.net.sum()), sample.days.returns
    mean = float(returns.mean())
    figures = f"profit factor {factor or 0:.4g}, net {total:.2f}, mean {1e4 * mean:.3g} bp"
    if factor is None:
        return Check(name, True, "no losing trade, so there is no profit factor to compare", 0)
    if abs(mean) <= _drag(returns):
        holds = np.sign(factor - 1.0) == np.sign(total)
        why = f"{figures}; the mean is too close to zero to have a sign"
        return Check(name, bool(holds), why, sample.trades)
    holds = np.sign(factor - 1.0) == np.sign(total) == np.sign(mean)
    return Check(name, bool(holds), figures, sample.trades)


def _drag(returns: Floats) -> float:
    """Bound on mean return - log growth a day: r - log(1 + r) <= r^2 / 2 / (1 + min(r, 0))^2."""
    worst = 1.0 + min(float(returns.min()), 0.0)
    return float(np.mean(returns**2)) / (2.0 * worst**2) if worst > 0.0 else np.inf
