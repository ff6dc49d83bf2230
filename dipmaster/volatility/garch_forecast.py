"""Forecasts of GARCH(1,1) between refits: filtered bar by bar, summed over 24 bars ahead."""

import math

from dipmaster.core.kernels import Floats, Ints, inlined_kernel, kernel
from dipmaster.volatility.garch_fit import ALPHA, BACKCAST, BETA, COVARIANCE, OMEGA

HORIZON = 24  # bars: 2 hours
Z_95 = 1.959963984540054
VARIANCE_SUM, LEVEL_SUM, CONFIDENCE = 0, 1, 2

FilterState = tuple[float, float, float, float]
"""Variance of the next bar, and its derivatives by omega, alpha, beta."""


@kernel
def forecast_variance(
    row: Floats,
    squares: Floats,
    first: int,
    start: int,
    stop: int,
    profile: Floats,
    day: Ints,
    cells: Ints,
    out: Floats,
) -> None:
    """Forecast at the close of each bar from `start` to before `stop` with one fit.

    The variance of the next bar follows from this bar's square. A missing square
    counts as its expectation, so over a gap the variance returns to its mean.

    Parameters
    ----------
    row
        A fit that used bars before `start` alone.
    squares
        De-seasonalised squared returns of the whole grid, NaN where missing.
    first
        First bar of the fit's window: the filter starts there.
    profile, day, cells
        Profile of each day (its squares are on volatility's square), the day of
        each bar, the cell of each bar and of 24 more. The profile of the bar's
        own day serves for all 24 ahead: that of tomorrow is not known.
    out
        Written, shape (3, bars): summed variance of the next 24 bars with the
        season, without it, and the forecast's confidence.

    Notes
    -----
    Confidence is exp(-1.96 se) with the standard error of the log forecast from
    the covariance of the parameters (delta method): the lower 95 % bound of the
    forecast is confidence x forecast. Noise to come is not in it.
    """
    state = start_filter(row)
    for t in range(first, stop):
        state = step_filter(row, state, squares[t])
        if t >= start:
            sums = forecast_horizon(row, state, profile[day[t]], cells[t + 1 :])
            out[VARIANCE_SUM, t], out[LEVEL_SUM, t], out[CONFIDENCE, t] = sums


@kernel
def start_filter(row: Floats) -> FilterState:
    """State before the first bar of a fit's window."""
    variance = row[OMEGA] + (row[ALPHA] + row[BETA]) * row[BACKCAST]
    return variance, 1.0, row[BACKCAST], row[BACKCAST]


@inlined_kernel
def step_filter(row: Floats, state: FilterState, square: float) -> FilterState:
    """State after a bar; a missing square (NaN) counts as its expectation."""
    omega, alpha, beta = row[OMEGA], row[ALPHA], row[BETA]
    persistence = alpha + beta
    variance, d0, d1, d2 = state
    if square >= 0.0:
        d0, d1, d2 = 1.0 + beta * d0, square + beta * d1, variance + beta * d2
    else:
        square = variance
        d0, d1 = 1.0 + persistence * d0, variance + persistence * d1
        d2 = variance + persistence * d2
    return omega + alpha * square + beta * variance, d0, d1, d2


@inlined_kernel
def forecast_horizon(
    row: Floats, state: FilterState, scale: Floats, cells: Ints
) -> tuple[float, float, float]:
    """Variance of the next 24 bars with the season, without it, and the confidence.

    Parameters
    ----------
    scale, cells
        Season of the bar's day and the cells of the bars after it, at least 24.
    """
    total, level, error_variance = _sum_variances(row, state[0], state[1:], scale, cells)
    confidence = math.exp(-Z_95 * 0.5 * math.sqrt(max(error_variance, 0.0)) / total)
    return total, level, confidence


@kernel
def push_forecasts(
    fits: Floats, states: Floats, squares: Floats, scale: Floats, cells: Ints, out: Floats
) -> None:
    """Take in a bar of every coin and forecast: `forecast_variance`, bar by bar.

    Parameters
    ----------
    fits
        Shape (coins, 18), NaN for a coin without one.
    states
        Moved on, shape (coins, 4); means nothing without a fit.
    squares
        Of the bar, shape (coins,), NaN where missing.
    out
        Written, shape (3, coins); NaN without a fit.
    """
    for i in range(squares.size):
        out[:, i] = math.nan
        if math.isnan(fits[i, OMEGA]):
            continue
        state = states[i, 0], states[i, 1], states[i, 2], states[i, 3]
        state = step_filter(fits[i], state, squares[i])
        states[i, 0], states[i, 1], states[i, 2], states[i, 3] = state
        sums = forecast_horizon(fits[i], state, scale, cells)
        out[VARIANCE_SUM, i], out[LEVEL_SUM, i], out[CONFIDENCE, i] = sums


@kernel
def run_filter(row: Floats, squares: Floats, state_out: Floats) -> None:
    """Write the state after the window of a new fit, shape (4,)."""
    state = start_filter(row)
    for t in range(squares.size):
        state = step_filter(row, state, squares[t])
    state_out[0], state_out[1], state_out[2], state_out[3] = state


@kernel
def _sum_variances(
    row: Floats,
    ahead: float,
    gradient: tuple[float, float, float],
    scale: Floats,
    cells: Ints,
) -> tuple[float, float, float]:
    """Sum of the next 24 variances with and without the season, and its error variance."""
    omega, persistence = row[OMEGA], row[ALPHA] + row[BETA]
    e0, e1, e2 = gradient
    total, level, g0, g1, g2 = 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(HORIZON):
        factor = scale[cells[k]]
        weight = factor * factor
        total += weight * ahead
        level += ahead
        g0 += weight * e0
        g1 += weight * e1
        g2 += weight * e2
        e0 = 1.0 + persistence * e0
        e1 = ahead + persistence * e1
        e2 = ahead + persistence * e2
        ahead = omega + persistence * ahead
    return total, level, _quadratic_form(g0, g1, g2, row)


@kernel
def _quadratic_form(g0: float, g1: float, g2: float, row: Floats) -> float:
    """Gradient x covariance x gradient, the covariance as stored in a fit."""
    return float(
        g0 * g0 * row[COVARIANCE]
        + g1 * g1 * row[COVARIANCE + 4]
        + g2 * g2 * row[COVARIANCE + 8]
        + 2.0 * g0 * g1 * row[COVARIANCE + 1]
        + 2.0 * g0 * g2 * row[COVARIANCE + 2]
        + 2.0 * g1 * g2 * row[COVARIANCE + 5]
    )
