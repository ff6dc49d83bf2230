"""Volatility of the next hour: the coin's level of the day before times the pattern of the hour."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Volatility
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.volatility.baselines import mean_of_next_bars
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.intraday.profiles import estimate_week_profiles, hours_of_week
from dipmaster.volatility.intraday.recommendation import (
    Recommendations,
    factor_of,
    recommend,
)
from dipmaster.volatility.season import HOURS
from dipmaster.volatility.windows import moving_mean


@dataclass(frozen=True)
class IntradayPatterns:
    """Patterns and predictions, every value known at the close of its bar.

    Attributes
    ----------
    profile
        Shape (days, 168), factor by hour of the week, from the days before.
    predicted
        Volatility of the next 12 bars, fraction an hour, shape (coins, bars); NaN where half of
        the day before is missing.
    confidence
        exp(-s), s the root mean square log error of the coin's past predictions of that hour:
        about two of three outcomes lie between confidence x prediction and prediction /
        confidence. NaN before there are any.
    recommendation
        0 favourable, 1 normal, 2 cautious; -1 where nothing is predicted.
    factor
        On sizes, by recommendation; NaN where nothing is predicted.
    """

    profile: Floats
    predicted: Floats
    confidence: Floats
    recommendation: Recommendations
    factor: Floats


def model_intraday(
    returns: Floats, season: Floats, clock: GridClock, params: Volatility
) -> IntradayPatterns:
    """Patterns of the past, and what each bar's next hour is expected to be.

    Parameters
    ----------
    returns
        Log returns, shape (coins, bars), NaN where missing.
    season
        From `season.estimate_profiles`, shape (days, 48).
    """
    profile = estimate_week_profiles(returns, season, clock, params)
    predicted = predict_next_hour(
        returns, profile, hours_of_week(clock, BARS_PER_HOUR), clock, params.long_bars
    )
    recommendation = recommend(predicted, params.intraday)
    return IntradayPatterns(
        profile=profile,
        predicted=predicted,
        confidence=estimate_confidence(returns, predicted, clock, params),
        recommendation=recommendation,
        factor=factor_of(recommendation, params.intraday),
    )


def predict_next_hour(
    returns: Floats, profile: Floats, cells: Ints, clock: GridClock, level_bars: int
) -> Floats:
    """Volatility of the next 12 bars, fraction an hour, shape (coins, bars).

    Root mean square of the last `level_bars` returns, the pattern taken out, times that of the
    pattern in the next 12 bars, as known on the bar's own day.

    Parameters
    ----------
    profile, cells
        Factors of each day, shape (days, cells), and the cell of each bar and of 12 more; a
        profile of ones is no pattern.
    """
    season = profile[clock.day_index(), cells[: clock.bars]]
    level = moving_mean((returns / season) ** 2, level_bars)
    return predict_from_level(level, sum_squares_ahead(profile, cells, clock))


def sum_squares_ahead(profile: Floats, cells: Ints, clock: GridClock) -> Floats:
    """Sum of the squared factors of the next 12 bars as known at a bar, shape (bars,)."""
    day = clock.day_index()
    ahead = np.zeros(clock.bars)
    for k in range(1, BARS_PER_HOUR + 1):
        ahead += profile[day, cells[k : clock.bars + k]] ** 2
    return ahead


def predict_from_level(level: Floats, ahead: Floats) -> Floats:
    """Volatility of the next 12 bars from the mean square of the past, the pattern taken out."""
    return np.sqrt(np.where(level > 0.0, level * ahead, np.nan))


def estimate_confidence(
    returns: Floats, predicted: Floats, clock: GridClock, params: Volatility
) -> Floats:
    """exp(-root mean square log error) of past days' predictions of the hour to come.

    By coin and hour of day, the errors of whole clock hours over the days before (the season's
    window), shrunk to those of all hours by `intraday.confidence_prior_days`.
    """
    errors = _errors_by_hour(_log_errors(returns, predicted), clock)
    spread = _past_spread(
        errors, params.seasonality.window_days, params.intraday.confidence_prior_days
    )
    hour = hours_of_week(clock, 1)[1:] % HOURS
    return to_confidence(spread[:, clock.day_index(), hour], predicted)


def to_confidence(spread: Floats, predicted: Floats) -> Floats:
    """exp(-spread) where something is predicted."""
    return np.where(np.isfinite(predicted), np.exp(-spread), np.nan)


def measure_next_hour(returns: Floats) -> Floats:
    """Realised volatility of the next 12 bars, fraction an hour; NaN where one is missing or 0."""
    return to_hourly_volatility(mean_of_next_bars(returns**2, BARS_PER_HOUR))


def to_hourly_volatility(mean_square: Floats) -> Floats:
    """Volatility of an hour from the mean square of its 12 returns; NaN where it is not above 0."""
    total = BARS_PER_HOUR * mean_square
    return np.sqrt(np.where(total > 0.0, total, np.nan))


def _log_errors(returns: Floats, predicted: Floats) -> Floats:
    return np.asarray(np.log(measure_next_hour(returns) / predicted), dtype=np.float64)


def _errors_by_hour(errors: Floats, clock: GridClock) -> Floats:
    """Errors of the predictions made at the last bar before each clock hour, (coins, days, 24)."""
    bars = clock.days * BARS_PER_DAY
    by_target = np.full((len(errors), bars), np.nan)
    first = clock.bars_before_first() + 1  # a prediction is of the bars after its own
    stop = min(bars, first + clock.bars)
    by_target[:, first:stop] = errors[:, : stop - first]
    return by_target[:, ::BARS_PER_HOUR].reshape(len(errors), clock.days, HOURS)


def _past_spread(errors: Floats, window: int, prior: float) -> Floats:
    """Root mean square of the known errors of the `window` days before each day."""
    out = np.full(errors.shape, np.nan)
    for day in range(1, errors.shape[1]):
        out[:, day] = spread_of_errors(errors[:, max(0, day - window) : day], prior)
    return out


def spread_of_errors(errors: Floats, prior: float) -> Floats:
    """Root mean square of past errors by hour, shape (coins, 24), shrunk to that of all hours.

    Parameters
    ----------
    errors
        Shape (coins, days, 24), NaN where not known, at least one day.
    prior
        Weight of all hours, in days.
    """
    known = np.isfinite(errors)
    count, total = known.sum(axis=1), (np.where(known, errors, 0.0) ** 2).sum(axis=1)
    hours = count.sum(axis=1)
    mean = np.where(hours > 0, total.sum(axis=1) / np.maximum(hours, 1), np.nan)
    return np.asarray(np.sqrt((total + prior * mean[:, None]) / (count + prior)))
