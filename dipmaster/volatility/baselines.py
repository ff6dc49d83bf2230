"""Benchmarks of the GARCH forecast: RV-EWMA and the HAR regression."""

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats
from dipmaster.core.params.volatility import Har
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.garch_forecast import HORIZON
from dipmaster.volatility.rolling_regression import forecast_by_regression, log_of_positive
from dipmaster.volatility.windows import moving_mean, moving_sum

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
    regressors = _har_regressors(squares)
    return forecast_by_regression(regressors, target, clock, params, refit_days, horizon)


def _har_regressors(squares: Floats) -> Floats:
    log_means = [log_of_positive(moving_mean(squares, width)) for width in HAR_WINDOWS]
    return np.stack([np.ones(squares.size), *log_means])
