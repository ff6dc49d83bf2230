"""Pattern of a week by hour and weekday, from the days before: the season, and single weekdays."""

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Volatility
from dipmaster.core.time_units import HOUR_MS
from dipmaster.volatility.clock import EPOCH_WEEKDAY, GridClock
from dipmaster.volatility.season import HOURS, log_levels_of_days, mean_daily_changes

WEEKDAYS, WEEK_HOURS = 7, 168
SIDE = 3  # days on either side: a week around the day
WEEKEND = np.arange(WEEKDAYS) >= 5
_BASES = np.array([0, 1, 3, 4]), np.array([5, 6])  # weekdays and weekend, as `season.py` has them
SESSIONS = {"asia": slice(0, 8), "europe": slice(8, 16), "americas": slice(16, 24)}


def hours_of_week(clock: GridClock, ahead: int = 0) -> Ints:
    """Hour of the week of each bar and of `ahead` more, Monday 00:00 UTC is 0."""
    hours = clock.times_ms(ahead) // HOUR_MS
    return np.asarray((hours + HOURS * EPOCH_WEEKDAY) % WEEK_HOURS, dtype=np.int64)


def estimate_week_profiles(
    returns: Floats, season: Floats, clock: GridClock, params: Volatility
) -> Floats:
    """Profile of each day, from the days before it, pooled over coins.

    The season's hours and weekend, times each weekday's departure from them.

    Parameters
    ----------
    returns
        Log returns, shape (coins, bars), NaN where missing.
    season
        From `season.estimate_profiles`, shape (days, 48).

    Returns
    -------
    ndarray
        Shape (days, 168): factor on volatility by hour of the week, mean square one.
    """
    hours = season.reshape(len(season), 2, HOURS)
    departures = _weekday_departures(
        mean_daily_changes(log_levels_of_days(returns, clock)), clock, params
    )
    by_day = hours[:, WEEKEND.astype(np.int64)] * np.exp(departures)[..., None]
    root_mean_square = np.sqrt((by_day**2).mean(axis=(1, 2)))
    return np.asarray((by_day / root_mean_square[:, None, None]).reshape(len(season), WEEK_HOURS))


def _weekday_departures(changes: Floats, clock: GridClock, params: Volatility) -> Floats:
    """Log level of each weekday less that of its kind, weekday or weekend, shape (days, 7).

    A day is compared with the week around it; it counts once that week is over. The level of
    weekdays is that of the four with which the season compares weekends. Shrunk to 0 by
    `weekday_prior_weeks`: thirteen Tuesdays say little about Tuesdays.
    """
    contrast = _contrast_with_week(changes)
    weekday, days = clock.weekdays(), clock.days
    window = params.seasonality.window_days
    out = np.zeros((days, WEEKDAYS))
    for day in range(1, days):
        # the week around a day is over SIDE days later
        past = np.arange(max(0, day - window), max(0, day - SIDE))
        past = past[np.isfinite(contrast[past])]
        count = np.bincount(weekday[past], minlength=WEEKDAYS)
        total = np.bincount(weekday[past], contrast[past], minlength=WEEKDAYS)
        mean = total / np.maximum(count, 1)
        shrunk = count / (count + params.intraday.weekday_prior_weeks)
        weekdays, weekends = (_less_mean(mean, count, base) for base in _BASES)
        out[day] = np.where(WEEKEND, weekends, weekdays) * shrunk
    return out


def _less_mean(values: Floats, count: Ints, base: Ints) -> Floats:
    """Values less the mean of those of `base` that are known; 0 where one is not known."""
    known = base[count[base] > 0]
    mean = values[known].sum() / max(1, known.size)
    return np.where(count > 0, values - mean, 0.0)


def _contrast_with_week(changes: Floats) -> Floats:
    """Log level of each day less the mean of the seven days around it; NaN at the ends."""
    out = np.full(changes.size, np.nan)
    for day in range(SIDE, changes.size - SIDE):
        path = np.concatenate(([0.0], np.cumsum(changes[day - SIDE + 1 : day + SIDE + 1])))
        out[day] = path[SIDE] - path.mean()
    return out


def hour_factors(profile: Floats) -> Floats:
    """Factor of each hour of a day over the week, shape (24,); `profile` has shape (168,)."""
    return np.asarray(np.sqrt((profile.reshape(WEEKDAYS, HOURS) ** 2).mean(axis=0)))


def weekday_factors(profile: Floats) -> Floats:
    """Factor of each weekday over its hours, shape (7,)."""
    return np.asarray(np.sqrt((profile.reshape(WEEKDAYS, HOURS) ** 2).mean(axis=1)))


def session_factors(profile: Floats) -> dict[str, float]:
    """Factor of Asia 0-8, Europe 8-16, Americas 16-24 UTC."""
    squares = hour_factors(profile) ** 2
    return {name: float(np.sqrt(squares[hours].mean())) for name, hours in SESSIONS.items()}


def rank_hours(profile: Floats, count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The `count` hours of highest and of lowest volatility, the most extreme first."""
    order = np.argsort(hour_factors(profile), kind="stable")
    return tuple(order[::-1][:count].tolist()), tuple(order[:count].tolist())
