"""Forecasts of GARCH(1,1) between refits: filtered bar by bar, summed over 24 bars ahead."""

import math

from dipmaster.core.kernels import Floats, Ints, kernel
from dipmaster.volatility.garch_fit import ALPHA, BACKCAST, BETA, COVARIANCE, OMEGA

HORIZON = 24  # bars: 2 hours
Z_95 = 1.959963984540054
VARIANCE_SUM, LEVEL_SUM, CONFIDENCE = 0, 1, 2


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
    omega, alpha, beta = row[OMEGA], row[ALPHA], row[BETA]
    persistence = alpha + beta
    variance = omega + persistence * row[BACKCAST]
    d0, d1, d2 = 1.0, row[BACKCAST], row[BACKCAST]
    for t in range(first, stop):
        square = squares[t] if squares[t] >= 0.0 else variance
        if squares[t] >= 0.0:
            d0, d1, d2 = 1.0 + beta * d0, square + beta * d1, variance + beta * d2
        else:
            d0, d1 = 1.0 + persistence * d0, variance + persistence * d1
            d2 = variance + persistence * d2
        variance = omega + alpha * square + beta * variance
        if t < start:
            continue
        scale = profile[day[t]]
        total, level, error_variance = _sum_variances(
            row, variance, (d0, d1, d2), scale, cells[t + 1 :]
        )
        out[VARIANCE_SUM, t] = total
        out[LEVEL_SUM, t] = level
        out[CONFIDENCE, t] = math.exp(-Z_95 * 0.5 * math.sqrt(max(error_variance, 0.0)) / total)


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
