"""Pattern of a week by hour and weekday, from the days before: the season, and single weekdays."""

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Volatility
from dipmaster.core.time_units import HOUR_MS
from dipmaster.volatility.clock import EPOCH_WEEKDAY, GridClock
from dipmaster.volatility.season import HOURS, WEEKDAYS, describe_days, mean_daily_changes

WEEK_HOURS = WEEKDAYS * HOURS
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
    level, _ = describe_days(returns, clock)
    return to_week_profile(season, _weekday_departures(mean_daily_changes(level), clock, params))


def to_week_profile(season: Floats, departures: Floats) -> Floats:
    """Season of each day, shape (days, 48), times what `depart_by_weekday` says, (days, 7)."""
    hours = season.reshape(len(season), 2, HOURS)
    by_day = hours[:, WEEKEND.astype(np.int64)] * np.exp(departures)[..., None]
    root_mean_square = np.sqrt((by_day**2).mean(axis=(1, 2)))
    return np.asarray((by_day / root_mean_square[:, None, None]).reshape(len(season), WEEK_HOURS))


def _weekday_departures(changes: Floats, clock: GridClock, params: Volatility) -> Floats:
    """Departures on each day from the days before whose week is over, shape (days, 7)."""
    contrast = _contrast_with_week(changes)
    weekday, days = clock.weekdays(), clock.days
    window, prior = params.seasonality.window_days, params.intraday.weekday_prior_weeks
    out = np.zeros((days, WEEKDAYS))
    for day in range(1, days):
        # the week around a day is over SIDE days later
        past = slice(max(0, day - window), max(0, day - SIDE))
        out[day] = depart_by_weekday(contrast[past], weekday[past], prior)
    return out


def depart_by_weekday(contrast: Floats, weekday: Ints, prior_weeks: float) -> Floats:
    """Log level of each weekday less that of its kind, weekday or weekend, shape (7,).

    The level of weekdays is that of the four with which the season compares weekends. Shrunk to
    0 by `prior_weeks`: thirteen Tuesdays say little about Tuesdays.

    Parameters
    ----------
    contrast, weekday
        Of past days; NaN where a contrast is not known.
    """
    known = np.isfinite(contrast)
    contrast, weekday = contrast[known], weekday[known]
    count = np.bincount(weekday, minlength=WEEKDAYS)
    total = np.bincount(weekday, contrast, minlength=WEEKDAYS)
    mean = total / np.maximum(count, 1)
    shrunk = count / (count + prior_weeks)
    weekdays, weekends = (_less_mean(mean, count, base) for base in _BASES)
    return np.asarray(np.where(WEEKEND, weekends, weekdays) * shrunk, dtype=np.float64)


def _less_mean(values: Floats, count: Ints, base: Ints) -> Floats:
    """Values less the mean of those of `base` that are known; 0 where one is not known."""
    known = base[count[base] > 0]
    mean = values[known].sum() / max(1, known.size)
    return np.where(count > 0, values - mean, 0.0)


def _contrast_with_week(changes: Floats) -> Floats:
    """Log level of each day less the mean of the seven days around it; NaN at the ends."""
    out = np.full(changes.size, np.nan)
    for day in range(SIDE, changes.size - SIDE):
        out[day] = contrast_day(changes[day - SIDE + 1 : day + SIDE + 1])
    return out


def contrast_day(changes: Floats) -> float:
    """Log level of a day less the mean of its week, from the changes since three days before."""
    path = np.concatenate(([0.0], np.cumsum(changes)))
    return float(path[SIDE] - path.mean())


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
