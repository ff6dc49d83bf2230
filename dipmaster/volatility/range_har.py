"""HAR on the high-low range, and its geometric mean with HAR.

The range of a bar tells more of its variance than the square of its return
(Parkinson 1980), so windows as short as 15 minutes are of use.
"""

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params.volatility import Har
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.volatility.baselines import mean_of_next_bars
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.garch_forecast import HORIZON
from dipmaster.volatility.rolling_regression import (
    forecast_by_regression,
    log_of_positive,
    stack_log_means,
)
from dipmaster.volatility.windows import moving_mean

WEEK = 7 * BARS_PER_DAY
RANGE_WINDOWS = (
    BARS_PER_HOUR // 4,
    BARS_PER_HOUR,
    6 * BARS_PER_HOUR,
    BARS_PER_DAY,
    WEEK,
)


def forecast_range_har(
    ranges: Floats,
    squares: Floats,
    clock: GridClock,
    params: Har,
    refit_days: int,
    horizon: int = HORIZON,
) -> Floats:
    """Heterogeneous autoregression in logs on ranges, fitted as HAR is.

    log of the mean square of the next bars on the log of the mean range of the
    last 15 minutes, hour, six hours, day and week, and of the mean square of the
    week.

    Parameters
    ----------
    ranges, squares
        log(high / low) and squared log return of each bar, de-seasonalised, shape
        (bars,), NaN where missing. A mean is NaN where fewer than half of its
        bars are known, or where none of them moved.
    horizon
        Bars ahead.

    Returns
    -------
    ndarray
        Variance of a bar over the next `horizon`, shape (bars,); NaN before the
        first fit and where a regressor is.
    """
    target = log_of_positive(mean_of_next_bars(squares, horizon))
    range_means = [moving_mean(ranges, width) for width in RANGE_WINDOWS]
    regressors = stack_log_means([*range_means, moving_mean(squares, WEEK)])
    return forecast_by_regression(regressors, target, clock, params, refit_days, horizon)


def combine_forecasts(first: Floats, second: Floats) -> Floats:
    """Geometric mean; NaN where either forecast is."""
    return np.asarray(np.sqrt(first * second), dtype=np.float64)
