"""Benchmarks of the GARCH forecast: RV-EWMA and the HAR regression."""

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats
from dipmaster.core.params.volatility import Har
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.garch_forecast import HORIZON
from dipmaster.volatility.windows import moving_mean, moving_sum

HAR_WINDOWS = (BARS_PER_HOUR, 6 * BARS_PER_HOUR, BARS_PER_DAY, 7 * BARS_PER_DAY)
ROW_STEP_BARS = BARS_PER_HOUR  # targets of 2 hours overlap: more rows carry little more


def compute_season_ahead(profile: Floats, clock: GridClock) -> Floats:
    """Mean squared season factor of the next 24 bars, as known at each bar, shape (bars,)."""
    cells, day = clock.season_cells(HORIZON), clock.day_index()
    total = np.zeros(clock.bars)
    for k in range(1, HORIZON + 1):
        total += profile[day, cells[k : clock.bars + k]] ** 2
    return total / HORIZON


def mean_of_next_bars(values: Floats, horizon: int = HORIZON) -> Floats:
    """Mean of the next `horizon` values, NaN where one is missing or lies beyond the end."""
    known = np.isfinite(values)
    total = moving_sum(np.where(known, values, 0.0), horizon)
    count = moving_sum(known.astype(np.float64), horizon)
    mean = np.where(count == horizon, total / horizon, np.nan)
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
    min_periods = max(1, round(2.0 * halflife))
    path = pd.Series(squares).ewm(halflife=halflife, min_periods=min_periods).mean()
    values = path.to_numpy(dtype=np.float64)
    return np.where(values > 0.0, values, np.nan)


def forecast_har(squares: Floats, clock: GridClock, params: Har, refit_days: int) -> Floats:
    """Heterogeneous autoregression (Corsi 2009) in logs, with Duan's (1983) smearing.

    log of the mean square of the next 24 bars on those of the last hour, six
    hours, day and week, by least squares on the hourly rows of the
    `window_days` before each refit whose target was over by then.

    Parameters
    ----------
    squares
        De-seasonalised, shape (bars,), NaN where missing; the hour of day enters
        as the season.

    Returns
    -------
    ndarray
        Variance of a bar over the next 24, shape (bars,); NaN before the first fit.
    """
    rows, target = _har_regressors(squares), _log_of_positive(mean_of_next_bars(squares))
    out = np.full(clock.bars, np.nan)
    edges = clock.refit_bars(refit_days)
    for edge, stop in zip(edges, [*edges, clock.bars][1:], strict=True):
        last = edge - HORIZON  # its target ended at bar edge - 1
        first = max(0, edge - params.window_days * BARS_PER_DAY)
        fit_rows = slice(first + (-first) % ROW_STEP_BARS, last, ROW_STEP_BARS)
        x, y = rows[:, fit_rows], target[fit_rows]
        complete = np.isfinite(y) & np.isfinite(x).all(axis=0)
        if complete.sum() * ROW_STEP_BARS < params.min_days * BARS_PER_DAY:
            continue
        slopes, smearing = fit_least_squares(x[:, complete], y[complete])
        out[edge:stop] = smearing * np.exp(_weighted_sum(slopes, rows[:, edge:stop]))
    return out


def fit_least_squares(x: Floats, y: Floats) -> tuple[Floats, float]:
    """Coefficients, and the mean of exp(residual).

    Sums are taken without BLAS, whose order depends on the number of threads.

    Parameters
    ----------
    x, y
        Shapes (columns, rows) and (rows,). Columns that others explain get the
        least of equal coefficients (pseudo-inverse).
    """
    moments = np.array([[(a * b).sum() for b in x] for a in x])
    slopes = np.linalg.pinv(moments, hermitian=True) @ np.array([(a * y).sum() for a in x])
    return slopes, float(np.exp(y - _weighted_sum(slopes, x)).mean())


def _weighted_sum(slopes: Floats, x: Floats) -> Floats:
    total = np.zeros(x.shape[1])
    for slope, column in zip(slopes, x, strict=True):
        total += slope * column
    return total


def _har_regressors(squares: Floats) -> Floats:
    log_means = [_log_of_positive(moving_mean(squares, width)) for width in HAR_WINDOWS]
    return np.stack([np.ones(squares.size), *log_means])


def _log_of_positive(values: Floats) -> Floats:
    return np.log(np.where(values > 0.0, values, np.nan))
