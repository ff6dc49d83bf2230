"""Season of volatility: hour of day and weekend, pooled over coins, from days that are over."""

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.params.volatility import Seasonality
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.volatility.clock import SEASON_CELLS, GridClock

HOURS = BARS_PER_DAY // BARS_PER_HOUR
MIN_BARS = 6  # of the 12 of an hour
TUESDAY, WEEKDAYS = 1, 7
CONTRAST_DAYS = 5  # Friday to Tuesday: steps of the level that a weekend is told by


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
    level, shape = describe_days(returns, clock)
    hour = _shrink(shape, params.window_days, params.prior_days)
    contrasts = _weekend_contrasts(mean_daily_changes(level), clock)
    weekend = _shrink(contrasts[:, None], params.window_days, params.prior_days / WEEKDAYS)
    return to_profile(hour, weekend[:, 0])


def describe_days(returns: Floats, clock: GridClock) -> tuple[Floats, Floats]:
    """What the season takes from a day when it is over.

    Returns
    -------
    level
        Log level of each coin, shape (coins, days); NaN where an hour of it is missing.
    shape
        Log of each hour less the level of the day, mean of the coins, shape (days, 24).
    """
    hours = _log_hourly_moves(returns, clock)
    level = _levels(hours)
    return level, mean_over_coins(hours - level[..., None])


def mean_daily_changes(level: Floats) -> Floats:
    """Change of the log level from day to day, mean of the coins known on both; shape (days,)."""
    return mean_over_coins(_daily_changes(level))


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


def mean_over_coins(values: Floats) -> Floats:
    """Mean over the first axis of what is known; NaN where nothing is.

    Added up coin by coin, so that a row has the same digits beside others and alone.
    """
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.zeros(values.shape[1:])
    for row in np.where(known, values, 0.0):
        total += row
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _daily_changes(level: Floats) -> Floats:
    """Change of a coin's log level from day to day: coins that come or go leave no step."""
    return np.diff(level, axis=1, prepend=np.nan)


def _weekend_contrasts(steps: Floats, clock: GridClock) -> Floats:
    """Contrast of each weekend on the row of the Tuesday after, shape (days,)."""
    out = np.full(clock.days, np.nan)
    for tuesday in np.flatnonzero(clock.weekdays() == TUESDAY):
        if tuesday >= CONTRAST_DAYS:
            out[tuesday] = contrast_weekend(steps[tuesday - CONTRAST_DAYS + 1 : tuesday + 1])
    return out


def contrast_weekend(steps: Floats) -> float:
    """Log level of a weekend less that of the days around, from the steps to Friday .. Tuesday."""
    path = np.concatenate(([0.0], np.cumsum(steps)))
    return float(path[2:4].mean() - path[[0, 1, 4, 5]].mean())


def _shrink(rows: Floats, window: int, prior: float) -> Floats:
    """Each row from those of the `window` before it, as `shrink_to_flat`."""
    return np.stack(
        [shrink_to_flat(rows[max(0, day - window) : day], prior) for day in range(len(rows))]
    )


def shrink_to_flat(past_rows: Floats, prior: float) -> Floats:
    """Mean of the rows that are known, shrunk to 0 by `prior` rows of 0."""
    known = past_rows[np.isfinite(past_rows).all(axis=1)]
    return np.asarray(known.sum(axis=0) / (len(known) + prior), dtype=np.float64)


def to_profile(log_hour: Floats, log_weekend: Floats) -> Floats:
    """Both kinds of day side by side, mean square one over five weekdays and two weekend days.

    Parameters
    ----------
    log_hour, log_weekend
        Shapes (days, 24) and (days,).
    """
    hour, weekend = np.exp(log_hour), np.exp(log_weekend)
    out = np.empty((len(hour), SEASON_CELLS))
    out[:, :HOURS] = hour
    out[:, HOURS:] = hour * weekend[:, None]
    squares = 5.0 * (out[:, :HOURS] ** 2).sum(axis=1) + 2.0 * (out[:, HOURS:] ** 2).sum(axis=1)
    return np.asarray(out / np.sqrt(squares / (7.0 * HOURS))[:, None], dtype=np.float64)
