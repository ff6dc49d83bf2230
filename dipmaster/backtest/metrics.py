"""Ledger to figures: win rate, profit factor, Sharpe ratio, drawdown, and days.

Everything here is a definition and looks at nothing but trades and 5-minute
marks, so that a reader with the parquet files can compute it again. What
cannot be computed is None, never NaN. Intervals live in `dipmaster.evaluation`.
"""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.time_units import BARS_PER_DAY, DAYS_PER_YEAR
from dipmaster.core.wins import is_break_even, is_win


@dataclass(frozen=True)
class DailyAccount:
    """The account day by day, as seen on 5-minute marks; shape (days,) each.

    All four are relative to the mark that ended the day before, which belongs
    to the path. They form a monoid under concatenation: the drawdown of any
    sequence of days follows from them exactly, see `concatenated_drawdown`.

    Attributes
    ----------
    growth
        Last mark of the day / last mark of the day before.
    high, low
        Highest and lowest mark; at least and at most 1.
    drawdown
        Largest fall from a running peak inside the day, as a fraction.
    """

    growth: Floats
    high: Floats
    low: Floats
    drawdown: Floats

    @property
    def returns(self) -> Floats:
        """Simple net returns on the whole account, days with bars but no trade included."""
        return self.growth - 1.0


def win_rate(net_frac: Floats) -> float | None:
    """Share of winning round trips, each counted once; None without a trade.

    Parameters
    ----------
    net_frac
        Shape (trades,), net return on the notional. Who breaks even did not win.
    """
    return float(np.mean(is_win(net_frac))) if net_frac.size else None


def profit_factor(net: Floats, net_frac: Floats) -> float | None:
    """Money won / money lost; None where nothing was lost.

    Parameters
    ----------
    net, net_frac
        As for `split_gains_losses`.
    """
    gains, losses = split_gains_losses(net, net_frac)
    return float(gains.sum() / losses.sum()) if losses.sum() > 0.0 else None


def split_gains_losses(net: Floats, net_frac: Floats) -> tuple[Floats, Floats]:
    """Split each result into what it won and what it lost, both at least 0.

    Parameters
    ----------
    net
        Shape (trades,). Money gives the gate's figure; returns on notional give
        the equal-notional figure.
    net_frac
        Shape (trades,), net return on the notional: it says who won. Who breaks even has
        neither won nor lost, or a profit factor could rest on rounding alone.
    """
    net_moved = np.where(is_break_even(net_frac), 0.0, net)
    return np.maximum(net_moved, 0.0), np.maximum(-net_moved, 0.0)


def sharpe_annual(daily_returns: Floats) -> float | None:
    """Mean / standard deviation of daily net returns x sqrt(365); rf = 0.

    Days without a trade are in, as zeros; days without a bar are no days. None with
    fewer than two days or where all days are equal.
    """
    if daily_returns.size < 2 or np.ptp(daily_returns) == 0.0:
        return None
    daily = daily_returns.mean() / daily_returns.std(ddof=1)
    return float(daily * np.sqrt(DAYS_PER_YEAR))


def lo_eta(daily_returns: Floats, horizon: int, lags: int) -> float | None:
    """Factor from a daily to a `horizon`-day Sharpe ratio under autocorrelation.

    ``q / sqrt(q + 2 sum_k (q - k) rho_k)`` of Lo (2002), eq. 20; sqrt(q) when
    returns are independent. Autocorrelations beyond `lags` are taken as zero:
    of a year or two of days the far ones are noise. None where undefined.
    """
    if daily_returns.size < 2 or np.ptp(daily_returns) == 0.0:
        return None
    centred = daily_returns - daily_returns.mean()
    last = min(lags, centred.size - 1, horizon - 1)
    rho = np.array([centred[k:] @ centred[:-k] for k in range(1, last + 1)])
    weights = horizon - np.arange(1, last + 1)
    variance_factor = horizon + 2.0 * float(weights @ rho) / float(centred @ centred)
    return float(horizon / np.sqrt(variance_factor)) if variance_factor > 0.0 else None


@dataclass(frozen=True)
class Drawdown:
    """The deepest fall and where it lies; positions count the marks given, -1 the start."""

    frac: float
    peak: int
    trough: int


def max_drawdown(marks: Floats, start: float) -> Drawdown:
    """Deepest fall from a running peak of 5-minute marks.

    Parameters
    ----------
    marks
        Shape (bars,), equity at the close of each bar; below zero counts as zero.
    start
        Equity just before the first mark; it is the first peak.
    """
    path = np.maximum(np.concatenate([[start], marks]), 0.0)
    peaks = np.maximum.accumulate(path)
    drawdowns = _drawdown_path(path, peaks)
    trough = int(np.argmax(drawdowns))
    peak = int(np.argmax(path[: trough + 1]))
    return Drawdown(float(drawdowns[trough]), peak - 1, trough - 1)


def measure_drawdowns(marks: Floats, start: float) -> Floats:
    """Fall of each mark below the highest so far, as a fraction of it.

    Parameters
    ----------
    marks, start
        As for `max_drawdown`.

    Returns
    -------
    numpy.ndarray
        Shape (bars,); 0 at a new peak, and where none is above zero.
    """
    path = np.maximum(np.concatenate([[start], marks]), 0.0)
    return _drawdown_path(path, np.maximum.accumulate(path))[1:]


def _drawdown_path(path: Floats, peaks: Floats) -> Floats:
    return 1.0 - np.divide(path, peaks, out=np.ones_like(path), where=peaks > 0.0)


def summarize_days(marks: Floats, start: float, days: Ints | None = None) -> DailyAccount:
    """Summarise 5-minute marks that begin at a UTC midnight, a day a row.

    A last day that is not over counts with the marks it has. An account that
    has lost everything stays at zero: -100 % once, then zero returns.

    Parameters
    ----------
    marks
        Shape (bars,), no gaps: a bar that does not exist is marked as well.
    start
        Equity at the last mark before.
    days
        Which days are kept, 0 for the first; None: all. A day without a bar of any
        coin is no day: its marks repeat the last one before it, and would be a
        return of zero that nobody earned.
    """
    missing = -marks.size % BARS_PER_DAY
    padded = np.concatenate([marks, np.repeat(marks[-1:], missing)])
    daily_marks = np.maximum(padded, 0.0).reshape(-1, BARS_PER_DAY)
    previous_close = np.concatenate([[max(start, 0.0)], daily_marks[:-1, -1]])
    path = np.concatenate([previous_close[:, None], daily_marks], axis=1)
    relative = np.divide(
        path, previous_close[:, None], out=np.ones_like(path), where=previous_close[:, None] > 0.0
    )
    drawdowns = _drawdown_path(path, np.maximum.accumulate(path, axis=1))
    columns = relative[:, -1], relative.max(axis=1), relative.min(axis=1), drawdowns.max(axis=1)
    return DailyAccount(*(column if days is None else column[days] for column in columns))


def concatenated_drawdown(days: DailyAccount, order: Ints) -> float:
    """Drawdown of the days put one after the other in the given order."""
    level, peak, deepest = 1.0, 1.0, 0.0
    for day in order:
        deepest = max(deepest, days.drawdown[day], 1.0 - level * days.low[day] / peak)
        peak = max(peak, level * days.high[day])
        level *= days.growth[day]
    return float(deepest)
