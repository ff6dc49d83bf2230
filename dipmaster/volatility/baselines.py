"""Benchmarks of the GARCH forecast: RV-EWMA and the HAR regression."""

import math

import numpy as np

from dipmaster.core.kernels import Floats, Ints, inlined_kernel, kernel
from dipmaster.core.params.volatility import Har
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.garch_forecast import HORIZON
from dipmaster.volatility.rolling_regression import (
    forecast_by_regression,
    log_of_positive,
    stack_log_means,
)
from dipmaster.volatility.windows import mean_of_all, moving_mean, moving_sum

HAR_WINDOWS = (BARS_PER_HOUR, 6 * BARS_PER_HOUR, BARS_PER_DAY, 7 * BARS_PER_DAY)


def compute_season_ahead(profile: Floats, clock: GridClock, horizon: int = HORIZON) -> Floats:
    """Mean squared season factor of the next `horizon` bars as known at a bar, shape (bars,)."""
    cells, day = clock.season_cells(horizon), clock.day_index()
    total = np.zeros(clock.bars)
    for k in range(1, horizon + 1):
        total += profile[day, cells[k : clock.bars + k]] ** 2
    return total / horizon


def mean_of_next_bars(values: Floats, horizon: int = HORIZON) -> Floats:
    """Mean of the next `horizon` values, NaN where one is missing or lies beyond the end."""
    known = np.isfinite(values)
    total = moving_sum(np.where(known, values, 0.0), horizon)
    count = moving_sum(known.astype(np.float64), horizon)
    mean = mean_of_all(total, count, horizon)
    out = np.full(values.shape, np.nan)
    out[..., : max(0, values.shape[-1] - horizon)] = mean[..., horizon:]
    return out


def forecast_rv_ewma(squares: Floats, halflife: float) -> Floats:
    """Exponential mean of squared returns along bars; a gap fades, it does not reset.

    Parameters
    ----------
    squares
        De-seasonalised, shape (bars,), NaN where missing.

    Returns
    -------
    ndarray
        Variance of a bar; NaN until as many squares as twice the half-life are known.
    """
    values = np.empty(squares.size)
    average_squares(squares, decay_of(halflife), START, values)
    return known_ewma(values, np.cumsum(np.isfinite(squares)), halflife)


START = (math.nan, 1.0)  # mean and weight before the first square


def decay_of(halflife: float) -> float:
    """Factor of a weight from bar to bar."""
    centre_of_mass = 1.0 / (1.0 - math.exp(math.log(0.5) / halflife)) - 1.0  # rounded as pandas
    return 1.0 - 1.0 / (1.0 + centre_of_mass)


def known_ewma(values: Floats, count: Ints, halflife: float) -> Floats:
    """Means that enough squares went into, by their number, and that are above 0; else NaN."""
    enough = count >= max(1, round(2.0 * halflife))
    return np.where(enough & (values > 0.0), values, np.nan)


@kernel
def average_squares(squares: Floats, decay: float, state: tuple[float, float], out: Floats) -> None:
    """Write the weighted mean after each bar: `frame.ewm(adjust=True).mean()` of pandas."""
    for t in range(squares.size):
        state = step_average(state, squares[t], decay)
        out[t] = state[0]


@kernel
def push_averages(squares: Floats, decay: float, means: Floats, weights: Floats) -> None:
    """Move the mean and weight of each coin on by a bar: `average_squares`, bar by bar."""
    for i in range(squares.size):
        means[i], weights[i] = step_average((means[i], weights[i]), squares[i], decay)


@inlined_kernel
def step_average(state: tuple[float, float], square: float, decay: float) -> tuple[float, float]:
    """Mean and weight of the past after a bar; a missing square (NaN) lets the weight fade."""
    mean, weight = state
    if math.isnan(mean):
        return square, weight
    weight *= decay
    if math.isnan(square):
        return mean, weight
    if mean != square:  # a constant stays what it is
        mean = (weight * mean + square) / (weight + 1.0)
    return mean, weight + 1.0


def forecast_har(
    squares: Floats, clock: GridClock, params: Har, refit_days: int, horizon: int = HORIZON
) -> Floats:
    """Heterogeneous autoregression in logs (Corsi 2009).

    log of the mean square of the next bars on those of the last hour, six hours,
    day and week.

    Parameters
    ----------
    squares
        De-seasonalised, shape (bars,), NaN where missing; the hour of day enters
        as the season.
    horizon
        Bars ahead.

    Returns
    -------
    ndarray
        Variance of a bar over the next `horizon`, shape (bars,); NaN before the
        first fit.
    """
    target = log_of_positive(mean_of_next_bars(squares, horizon))
    regressors = stack_log_means([moving_mean(squares, width) for width in HAR_WINDOWS])
    return forecast_by_regression(regressors, target, clock, params, refit_days, horizon)
