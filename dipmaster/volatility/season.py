"""Season of volatility: hour of day and weekend, pooled over coins, from days that are over."""

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.params.volatility import Seasonality
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.volatility.clock import SEASON_CELLS, GridClock

HOURS = BARS_PER_DAY // BARS_PER_HOUR
MIN_BARS = 6  # of the 12 of an hour
SATURDAY, SUNDAY, THURSDAY = 5, 6, 3


def estimate_profiles(returns: Floats, clock: GridClock, params: Seasonality) -> Floats:
    """Profile of each day, from the days before it.

    Hour of day: mean over days and coins of the log of an hour's mean absolute
    return less the day's mean of it; a day with a loud regime weighs no more
    than a quiet one. Weekend: log level of a Saturday and Sunday less that of
    the Thursday, Friday, Monday and Tuesday around them. Both are shrunk to
    flat by `prior_days`.

    Parameters
    ----------
    returns
        Log returns, shape (coins, bars), NaN where missing.

    Returns
    -------
    ndarray
        Shape (days, 48): factor on volatility by `Clock.cells`, mean square one
        over a week; flat on the first day.
    """
    hours = _log_hourly_moves(returns, clock)
    level = _levels(hours)
    shape = _mean_over_coins(hours - level[..., None])
    hour = _shrink(shape, params.window_days, params.prior_days)
    weekend = _shrink(
        _weekend_contrast(mean_daily_changes(level), clock),
        params.window_days,
        params.prior_days / 7.0,
    )
    return _normalise(np.exp(hour), np.exp(weekend))


def log_levels_of_days(returns: Floats, clock: GridClock) -> Floats:
    """Log level of each coin's days, shape (coins, days); NaN where an hour of it is missing."""
    return _levels(_log_hourly_moves(returns, clock))


def mean_daily_changes(level: Floats) -> Floats:
    """Change of the log level from day to day, mean of the coins known on both; shape (days,)."""
    return _mean_over_coins(_daily_changes(level))


def season_factors(profile: Floats, clock: GridClock) -> Floats:
    """Factor of each bar under the profile of its own day, shape (bars,)."""
    return np.asarray(profile[clock.day_index(), clock.season_cells()], dtype=np.float64)


def _log_hourly_moves(returns: Floats, clock: GridClock) -> Floats:
    """Log of the mean absolute return of each hour, shape (coins, days, 24)."""
    padded = np.full((len(returns), clock.days * BARS_PER_DAY), np.nan)
    padded[:, clock.bars_before_first() : clock.bars_before_first() + clock.bars] = np.abs(returns)
    by_hour = padded.reshape(len(returns), clock.days, HOURS, BARS_PER_HOUR)
    known = np.isfinite(by_hour)
    count = known.sum(axis=3)
    total = np.where(known, by_hour, 0.0).sum(axis=3)
    usable = (count >= MIN_BARS) & (total > 0.0)
    mean = np.where(usable, total, np.nan) / np.maximum(count, 1)
    return np.asarray(np.log(mean), dtype=np.float64)


def _levels(hours: Floats) -> Floats:
    """Mean over the hours of a day; NaN where one is missing."""
    complete_days: Bools = np.asarray(np.isfinite(hours).all(axis=2))
    return np.where(
        complete_days, np.where(complete_days[..., None], hours, 0.0).mean(axis=2), np.nan
    )


def _mean_over_coins(values: Floats) -> Floats:
    """Mean over the first axis of what is known, in the order of the coins; NaN where nothing."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _daily_changes(level: Floats) -> Floats:
    """Change of a coin's log level from day to day: coins that come or go leave no step."""
    return np.diff(level, axis=1, prepend=np.nan)


def _weekend_contrast(steps: Floats, clock: GridClock) -> Floats:
    """Log level of each weekend against the days around, on the row of the Tuesday after."""
    days = clock.days
    out = np.full(days, np.nan)
    weekday = clock.weekdays()
    for tuesday in np.flatnonzero(weekday == 1):
        if tuesday < 5:
            continue
        path = np.concatenate(([0.0], np.cumsum(steps[tuesday - 4 : tuesday + 1])))
        out[tuesday] = path[2:4].mean() - path[[0, 1, 4, 5]].mean()
    return out


def _shrink(values: Floats, window: int, prior: float) -> Floats:
    """Mean of the known rows among the `window` before each row, shrunk to 0."""
    rows = values if values.ndim == 2 else values[:, None]
    out = np.zeros_like(rows)
    for day in range(1, len(rows)):
        past_rows = rows[max(0, day - window) : day]
        known = past_rows[np.isfinite(past_rows).all(axis=1)]
        out[day] = known.sum(axis=0) / (len(known) + prior)
    return out if values.ndim == 2 else out[:, 0]


def _normalise(hour: Floats, weekend: Floats) -> Floats:
    """Both kinds of day side by side, mean square one over five weekdays and two weekend days."""
    out = np.empty((len(hour), SEASON_CELLS))
    out[:, :HOURS] = hour
    out[:, HOURS:] = hour * weekend[:, None]
    squares = 5.0 * (out[:, :HOURS] ** 2).sum(axis=1) + 2.0 * (out[:, HOURS:] ** 2).sum(axis=1)
    return np.asarray(out / np.sqrt(squares / (7.0 * HOURS))[:, None], dtype=np.float64)
