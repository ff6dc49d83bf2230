"""Trades and equity of one phase to its win rate, Sharpe ratio and drawdown at every time."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dipmaster.backtest.metrics import measure_drawdowns, summarize_days
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.time_units import DAY_MS, DAYS_PER_YEAR
from dipmaster.core.wins import is_win
from dipmaster.monitoring.episodes import Episodes, group_episodes
from dipmaster.monitoring.evidence import bound_mean
from dipmaster.monitoring.inputs import WatchedAccount
from dipmaster.results.common import Interval

TIGHTEST_DAYS = 365  # the bounds of the Sharpe ratio are tightest after a year
MIN_DAYS = 30  # of the asymptotics


@dataclass(frozen=True)
class AccountPath:
    """One phase out of sample, in order of time.

    Attributes
    ----------
    won, net_frac, exit_ms
        Shape (trades,).
    time_ms, drawdown_frac
        Shape (bars,), below the highest mark so far.
    daily_returns
        Shape (days,), days that have begun.
    caps
        Limit to trades whose size it cut.
    """

    won: Floats
    net_frac: Floats
    exit_ms: Ints
    episodes: Episodes
    time_ms: Ints
    drawdown_frac: Floats
    daily_returns: Floats
    caps: Mapping[str, int]


def build_account_path(account: WatchedAccount, out_of_sample_ms: int) -> AccountPath:
    """Cut the burn-in off."""
    trades = account.trades[to_epoch_ms(account.trades["entry_time"]) >= out_of_sample_ms]
    entry, exit_ms = to_epoch_ms(trades["entry_time"]), to_epoch_ms(trades["exit_time"])
    net = trades["return_frac"].to_numpy(dtype=np.float64)
    time, equity = to_epoch_ms(account.equity["time"]), account.equity["equity"].to_numpy()
    first = int(np.searchsorted(time, out_of_sample_ms))
    start, marks = float(equity[max(first - 1, 0)]), equity[first:].astype(np.float64)
    return AccountPath(
        is_win(net).astype(np.float64),
        net,
        exit_ms,
        group_episodes(entry, exit_ms),
        time[first:],
        measure_drawdowns(marks, start),
        summarize_days(marks, start).returns,
        {str(name): int(n) for name, n in sorted(trades["binding_cap"].value_counts().items())},
    )


def bound_win_rate(path: AccountPath, until_ms: int, alpha: float) -> Interval:
    """Mean win rate of the episodes closed in bars before a time, and bounds for every time."""
    closed = path.episodes.ends_ms < until_ms
    rates = path.episodes.average(path.won)[closed]
    if not rates.size:
        return Interval(None, None, None, "no trade")
    return Interval(float(rates.mean()), *bound_mean(float(rates.sum()), rates.size, alpha))


@dataclass(frozen=True)
class SharpePath:
    """Annual Sharpe ratio at the end of each day, with bounds; shape (days,) each.

    NaN before `MIN_DAYS` and while the returns are all alike.
    """

    value: Floats
    low: Floats
    high: Floats

    @property
    def newest(self) -> Interval:
        """At the end of the last day."""
        if not self.value.size or not np.isfinite(self.value[-1]):
            return Interval(None, None, None, "too few days, or no return")
        return Interval(float(self.value[-1]), float(self.low[-1]), float(self.high[-1]))


def bound_sharpe(daily_returns: Floats, alpha: float) -> SharpePath:
    """Annual Sharpe ratio at the end of each day, with bounds for every time at once.

    The boundary is that of an asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha,
    Kennedy and Ramdas 2024, eq. 4, one-sided), the variance that of Mertens (2002):
    1 - skew SR + (kurtosis - 1) / 4 SR^2 for a day.
    """
    days = np.arange(1, daily_returns.size + 1, dtype=np.float64)
    mean = np.cumsum(daily_returns) / days
    raw = [np.cumsum(daily_returns**power) / days for power in (2, 3, 4)]
    variance = raw[0] - mean**2
    usable = (days >= MIN_DAYS) & (variance > 1e-18)
    sd = np.sqrt(np.where(usable, variance, np.nan))
    ratio = mean / sd * np.sqrt((days - 1.0) / days)  # of the sample, as everywhere in the report
    skew = (raw[1] - 3.0 * mean * raw[0] + 2.0 * mean**3) / sd**3
    kurtosis = (raw[2] - 4.0 * mean * raw[1] + 6.0 * mean**2 * raw[0] - 3.0 * mean**4) / sd**4
    spread = np.sqrt(np.maximum(1.0 - skew * ratio + (kurtosis - 1.0) / 4.0 * ratio**2, 0.0))
    reach = spread * _boundary(days, alpha)
    annual = math.sqrt(DAYS_PER_YEAR)
    return SharpePath(annual * ratio, annual * (ratio - reach), annual * (ratio + reach))


def _boundary(days: Floats, alpha: float) -> Floats:
    log_level = -2.0 * math.log(2.0 * alpha)
    tightness = (log_level + math.log(1.0 + log_level)) / TIGHTEST_DAYS
    grown = days * tightness + 1.0
    boundary: Floats = np.sqrt(
        2.0 * grown / (days**2 * tightness) * np.log(1.0 + np.sqrt(grown) / (2.0 * alpha))
    )
    return boundary


def last_bar_of_day(day: int, out_of_sample_ms: int, last_ms: int, bar_ms: int) -> int:
    """Open time of the last bar of a day out of sample, 0 for the first."""
    return min(out_of_sample_ms + (day + 1) * DAY_MS - bar_ms, last_ms)
