"""Rolling GARCH(1,1) of one coin: weekly fits on the past, forecasts at every bar."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params.volatility import Garch
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.garch_fit import ALPHA, BETA, CONVERGED, FIT_SIZE, fit_garch
from dipmaster.volatility.garch_forecast import (
    CONFIDENCE,
    HORIZON,
    LEVEL_SUM,
    VARIANCE_SUM,
    forecast_variance,
)

PERCENT = 100.0  # returns are fitted in percent, as arch advises


@dataclass(frozen=True)
class GarchPath:
    """Fits and forecasts of one coin.

    Attributes
    ----------
    edges
        Bars from which each fit serves, shape (fits,).
    fits
        Shape (fits, 18), layout of `garch_fit`; returns in percent.
    daily, level_daily
        Forecast of the next 2 hours in daily units with the season and without
        it, fractions, shape (bars,); NaN before the first fit.
    confidence
        0..1; see `garch_forecast.forecast_variance`.
    """

    edges: Ints
    fits: Floats
    daily: Floats
    level_daily: Floats
    confidence: Floats

    @property
    def not_converged(self) -> int:
        """Number of fits that stopped at `max_passes`; their best point serves."""
        return int((self.fits[:, CONVERGED] != 1.0).sum())

    @property
    def integrated(self) -> int:
        """Number of fits whose persistence is one: no mean to which variance returns."""
        return int((self.fits[:, ALPHA] + self.fits[:, BETA] > 1.0 - 1e-9).sum())


def fit_rolling_garch(
    returns: Floats, profile: Floats, clock: GridClock, params: Garch
) -> GarchPath:
    """Fit on fixed days of the calendar, filter with fixed parameters in between.

    A fit uses the known returns of the `window_days` before its edge (over a gap
    they are joined) and is left out where fewer than `min_days` of them are
    known or all are zero: the fit before goes on.

    Parameters
    ----------
    returns
        Log returns of one coin, shape (bars,), NaN where missing.
    profile
        Season of each day, shape (days, 48).
    """
    cells, day = clock.season_cells(HORIZON), clock.day_index()
    squares = square_in_percent(returns, profile[day, cells[: clock.bars]])
    edges, fits = _fit_windows(squares, clock, params)
    out = np.full((3, clock.bars), np.nan)
    stops = np.append(edges, clock.bars)[1:]
    for row, start, stop in zip(fits, edges, stops, strict=True):
        first = max(0, int(start) - params.window_days * BARS_PER_DAY)
        forecast_variance(row, squares, first, int(start), int(stop), profile, day, cells, out)
    daily = to_daily_volatility(out[[VARIANCE_SUM, LEVEL_SUM]])
    return GarchPath(edges, fits, daily[0], daily[1], out[CONFIDENCE])


def square_in_percent(returns: Floats, season: Floats) -> Floats:
    """Squared returns, de-seasonalised, in percent squared."""
    return np.asarray((PERCENT * returns / season) ** 2, dtype=np.float64)


def to_daily_volatility(sums: Floats) -> Floats:
    """Sums of the variances of the horizon, percent squared, to daily volatility, fractions."""
    return np.asarray(np.sqrt(sums * BARS_PER_DAY / HORIZON) / PERCENT, dtype=np.float64)


def window_before(values: Floats, edge: int, days: int) -> Floats:
    """Known values of the days before a bar."""
    window = values[max(0, edge - days * BARS_PER_DAY) : edge]
    return np.ascontiguousarray(window[np.isfinite(window)])


def fit_window(window: Floats, previous_fit: Floats, params: Garch) -> Floats | None:
    """Fit the known squares of a window; None where they are too few or all zero.

    Parameters
    ----------
    window
        From `window_before`.
    previous_fit
        To start from; NaN if there is none.
    """
    if window.size < params.min_days * BARS_PER_DAY or not window.any():
        return None
    row = np.empty(FIT_SIZE)
    fit_garch(window, params.innovations == "student_t", previous_fit, params.max_passes, row)
    return row


def _fit_windows(squares: Floats, clock: GridClock, params: Garch) -> tuple[Ints, Floats]:
    previous_fit = np.full(FIT_SIZE, np.nan)
    edges, fits = [], []
    for edge in clock.refit_bars(params.refit_days):
        row = fit_window(window_before(squares, edge, params.window_days), previous_fit, params)
        if row is None:
            continue
        edges.append(edge)
        fits.append(row)
        previous_fit = row
    return np.array(edges, dtype=np.int64), np.array(fits).reshape(len(fits), FIT_SIZE)
