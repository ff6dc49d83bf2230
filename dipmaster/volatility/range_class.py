"""Class of the next 24 hours' volatility as a regression on ranges forecasts it."""

from collections.abc import Sequence

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params import Volatility
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.volatility.baselines import compute_season_ahead
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.range_har import RANGE_WINDOWS, WEEK
from dipmaster.volatility.regime import Classes, classify
from dipmaster.volatility.rolling_regression import (
    fit_least_squares,
    log_of_positive,
    weighted_sum,
)
from dipmaster.volatility.season import mean_over_coins
from dipmaster.volatility.windows import moving_mean

MARKET_WINDOWS = (BARS_PER_HOUR, 6 * BARS_PER_HOUR, BARS_PER_DAY)


def forecast_classes(
    ranges: Floats, squares: Floats, profile: Floats, clock: GridClock, params: Volatility
) -> Classes:
    """Class of the median forecast of the next day, at the close of each hour and held.

    log of the mean square of the next 288 bars on the log mean range of the last 15 minutes,
    hour, six hours, day and week, the mean square of the week, and the coins' mean of the log
    range of hour, six hours and day. One regression for all coins, by least squares on the
    hourly rows of the `har.window_days` before each refit whose target was over by then.

    Parameters
    ----------
    ranges, squares
        log(high / low) and squared return of each bar, de-seasonalised, shape (coins, bars),
        NaN where missing.
    profile
        Season of each day.

    Returns
    -------
    ndarray
        Shape (coins, bars); -1 before the first fit and where a regressor is missing.
    """
    ends = _hour_ends(clock)
    rows = _regressors(ranges, squares, ends)
    log_variance = _forecast_by_pooled_fit(
        rows, log_of_positive(_mean_of_next_day(squares)[:, ends]), ends, clock, params
    )
    season_ahead = compute_season_ahead(profile, clock, BARS_PER_DAY)[ends]
    classes = classify_forecast(log_variance, season_ahead, params)
    return _hold(classes, ends, clock.bars)


def classify_forecast(log_variance: Floats, season_ahead: Floats, params: Volatility) -> Classes:
    """Class of a forecast log variance of a bar and the season's mean square of its day."""
    log_level = 0.5 * (log_variance + np.log(BARS_PER_DAY * season_ahead))
    return classify(np.exp(log_level), params.regime)


def _hour_ends(clock: GridClock) -> Ints:
    """Last bars of the hours."""
    first = -(clock.bars_before_first() + 1) % BARS_PER_HOUR
    return np.arange(first, clock.bars, BARS_PER_HOUR, dtype=np.int64)


def _regressors(ranges: Floats, squares: Floats, ends: Ints) -> Floats:
    """Shape (columns, coins, hours)."""
    means = [moving_mean(ranges, width)[:, ends] for width in RANGE_WINDOWS]
    return stack_regressors(means, moving_mean(squares, WEEK)[:, ends])


def stack_regressors(range_means: Sequence[Floats], square_mean: Floats) -> Floats:
    """Columns of the pooled regression, shape (columns, coins, hours).

    Parameters
    ----------
    range_means, square_mean
        Mean range over each of `RANGE_WINDOWS` and mean square over a week, shape
        (coins, hours).
    """
    ranges = {
        width: 2.0 * log_of_positive(mean)
        for width, mean in zip(RANGE_WINDOWS, range_means, strict=True)
    }
    week = log_of_positive(square_mean)
    market = [
        np.broadcast_to(mean_over_coins(ranges[width]), week.shape) for width in MARKET_WINDOWS
    ]
    return np.stack([np.ones(week.shape), *ranges.values(), week, *market])


def _mean_of_next_day(squares: Floats) -> Floats:
    """Mean of those of the next 288 values that are known; NaN with fewer than half."""
    mean = moving_mean(squares, BARS_PER_DAY)
    out = np.full(squares.shape, np.nan)
    out[:, : max(0, squares.shape[1] - BARS_PER_DAY)] = mean[:, BARS_PER_DAY:]
    return out


def _forecast_by_pooled_fit(
    rows: Floats, log_target: Floats, ends: Ints, clock: GridClock, params: Volatility
) -> Floats:
    """Mean of the log target, shape (coins, hours)."""
    out = np.full(log_target.shape, np.nan)
    edges = clock.refit_bars(params.garch.refit_days)
    for edge, stop in zip(edges, [*edges, clock.bars][1:], strict=True):
        first = edge - params.har.window_days * BARS_PER_DAY
        past = (ends >= first) & _is_over(ends, edge)
        served = (ends >= edge) & (ends < stop)
        slopes = fit_pooled(rows[:, :, past], log_target[:, past], params)
        out[:, served] = weighted_sum(slopes, rows[:, :, served])
    return out


def fit_pooled(rows: Floats, log_target: Floats, params: Volatility) -> Floats:
    """Slopes of all coins' rows without anything missing, coin by coin; NaN where too few are.

    Parameters
    ----------
    rows, log_target
        Shapes (columns, coins, hours) and (coins, hours), of targets that are over.
    """
    complete = np.isfinite(rows).all(axis=0) & np.isfinite(log_target)
    if complete.sum() * BARS_PER_HOUR < params.har.min_days * BARS_PER_DAY:
        return np.full(len(rows), np.nan)
    return fit_least_squares(rows[:, complete], log_target[complete])[0]


def _is_over(ends: Ints, edge: int) -> Bools:
    """Whether the day after each hour has ended before the bar `edge`."""
    return ends + BARS_PER_DAY < edge


def _hold(classes: Classes, ends: Ints, bars: int) -> Classes:
    """Each hour's class from its last bar until the next one's."""
    place = np.searchsorted(ends, np.arange(bars), side="right") - 1
    if not ends.size:
        return np.full((len(classes), bars), -1, dtype=np.int8)
    return np.where(place >= 0, classes[:, np.maximum(place, 0)], -1).astype(np.int8)
