"""Rolling GARCH(1,1) of all coins, bar by bar: refits on the calendar's days, filters between."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params.volatility import Garch
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.volatility.garch import fit_window, to_daily_volatility, window_before
from dipmaster.volatility.garch_fit import FIT_SIZE
from dipmaster.volatility.garch_forecast import (
    CONFIDENCE,
    LEVEL_SUM,
    VARIANCE_SUM,
    push_forecasts,
    run_filter,
)
from dipmaster.volatility.stream.snapshot import in_order


class GarchMemory(NamedTuple):
    """What is remembered of GARCH.

    Attributes
    ----------
    squares
        De-seasonalised, in percent squared, of the bars of a fit's window, a ring of shape
        (coins, bars).
    fits
        The last fit of each coin, shape (coins, 18), NaN before the first.
    states
        Of the filters, shape (coins, 4).
    """

    squares: Floats
    fits: Floats
    states: Floats


class GarchForecast(NamedTuple):
    """At one bar, shape (coins, 1); NaN before the first fit."""

    daily: Floats
    level_daily: Floats
    confidence: Floats


class GarchFilters:
    """One filter a coin."""

    def __init__(self, coins: int, params: Garch) -> None:
        self._params = params
        self.memory = GarchMemory(
            squares=np.full((coins, params.window_days * BARS_PER_DAY), np.nan),
            fits=np.full((coins, FIT_SIZE), np.nan),
            states=np.full((coins, 4), np.nan),
        )

    def refit(self, bars: int) -> None:
        """Fit on the bars so far, `bars` in all; where too few are known the fit before stays."""
        memory, days = self.memory, self._params.window_days
        for i, squares in enumerate(in_order(memory.squares, bars)):
            window = window_before(squares, squares.size, days)
            fit = fit_window(window, memory.fits[i], self._params)
            if fit is not None:
                memory.fits[i] = fit
                run_filter(fit, np.ascontiguousarray(squares), memory.states[i])

    def push(self, bar: int, squares: Floats, scale: Floats, cells: Ints) -> GarchForecast:
        """Take in the squares of a bar, shape (coins,), and forecast.

        Parameters
        ----------
        scale, cells
            Season of the bar's day, shape (48,), and the cells of the 24 bars after it.
        """
        memory = self.memory
        memory.squares[:, bar % memory.squares.shape[1]] = squares
        out = np.empty((3, squares.size))
        push_forecasts(memory.fits, memory.states, squares, scale, cells, out)
        daily = to_daily_volatility(out[[VARIANCE_SUM, LEVEL_SUM]])[..., None]
        return GarchForecast(daily[0], daily[1], out[CONFIDENCE][:, None])
