"""Log-linear regressions fitted anew on fixed days, on the past: what HAR and range-HAR share."""

from collections.abc import Sequence

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params.volatility import Har
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.volatility.clock import GridClock

ROW_STEP_BARS = BARS_PER_HOUR  # targets of hours overlap: more rows carry little more


def forecast_by_regression(
    regressors: Floats,
    log_target: Floats,
    clock: GridClock,
    params: Har,
    refit_days: int,
    horizon: int,
) -> Floats:
    """Forecast of the target between refits, with Duan's (1983) smearing.

    Least squares of the log target on the hourly rows of the `window_days`
    before each refit whose target was over by then; a row with anything missing
    is left out.

    Parameters
    ----------
    regressors
        Shape (columns, bars), NaN where not known; a constant is among them.
    log_target
        Log of a mean over the `horizon` bars after each bar, shape (bars,), NaN
        where not known. It looks ahead: its rows are taken up to `horizon` bars
        before a refit alone.
    horizon
        Bars.

    Returns
    -------
    ndarray
        The target, not its log, shape (bars,); NaN before the first fit and
        where a regressor is.
    """
    out = np.full(clock.bars, np.nan)
    edges = clock.refit_bars(refit_days)
    for edge, stop in zip(edges, [*edges, clock.bars][1:], strict=True):
        last = max(0, edge - horizon)  # the target before it ended at bar edge - 1
        first = max(0, edge - params.window_days * BARS_PER_DAY)
        fit_rows = slice(first + (-first) % ROW_STEP_BARS, last, ROW_STEP_BARS)
        slopes, smearing = fit_complete_rows(regressors[:, fit_rows], log_target[fit_rows], params)
        out[edge:stop] = smearing * np.exp(weighted_sum(slopes, regressors[:, edge:stop]))
    return out


def fit_complete_rows(x: Floats, y: Floats, params: Har) -> tuple[Floats, float]:
    """`fit_least_squares` on the hourly rows without anything missing; NaN where too few are."""
    complete = np.isfinite(y) & np.isfinite(x).all(axis=0)
    if complete.sum() * ROW_STEP_BARS < params.min_days * BARS_PER_DAY:
        return np.full(len(x), np.nan), np.nan
    return fit_least_squares(x[:, complete], y[complete])


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
    return slopes, float(np.exp(y - weighted_sum(slopes, x)).mean())


def log_of_positive(values: Floats) -> Floats:
    """Log; NaN where a value is missing or not above 0."""
    return np.log(np.where(values > 0.0, values, np.nan))


def stack_log_means(means: Sequence[Floats]) -> Floats:
    """A constant and the log of each mean, shape (columns, ...); NaN where one is not above 0."""
    return np.stack([np.ones(means[0].shape), *(log_of_positive(mean) for mean in means)])


def weighted_sum(slopes: Floats, x: Floats) -> Floats:
    """Sum of the columns of x times their slopes, in their order.

    Parameters
    ----------
    slopes
        Shape (columns,), or (columns, ...) as x where each row has its own.
    """
    total = np.zeros(x.shape[1:])
    for slope, column in zip(slopes, x, strict=True):
        total += slope * column
    return total
