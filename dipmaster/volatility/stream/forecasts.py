"""The forecasts beside GARCH, bar by bar."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Volatility
from dipmaster.volatility.baselines import (
    HAR_WINDOWS,
    START,
    decay_of,
    known_ewma,
    push_averages,
)
from dipmaster.volatility.columns import VolatilityForecasts, to_daily_forecast
from dipmaster.volatility.garch_forecast import HORIZON
from dipmaster.volatility.range_har import RANGE_WINDOWS, WEEK, combine_forecasts
from dipmaster.volatility.rolling_regression import log_of_positive, stack_log_means
from dipmaster.volatility.stream.regressions import RegressionMemory, RollingRegressions
from dipmaster.volatility.stream.windows import SeriesWindows

FORECAST_WINDOWS = (
    *(("squares", width) for width in (*HAR_WINDOWS, WEEK, HORIZON)),
    *(("ranges", width) for width in RANGE_WINDOWS),
)


class ForecastMemory(NamedTuple):
    """What is remembered of the forecasts.

    Attributes
    ----------
    means, weights, counts
        Of RV-EWMA, with the number of squares that are known, shape (coins,).
    har, range_har
        Of the regressions.
    """

    means: Floats
    weights: Floats
    counts: Ints
    har: RegressionMemory
    range_har: RegressionMemory


class Forecasts:
    """RV-EWMA, HAR, range-HAR and their combination."""

    def __init__(self, coins: int, params: Volatility) -> None:
        self._halflife = params.ewma_halflife_bars
        self._har = RollingRegressions(1 + len(HAR_WINDOWS), coins, params.har)
        self._range_har = RollingRegressions(2 + len(RANGE_WINDOWS), coins, params.har)
        self.memory = ForecastMemory(
            means=np.full(coins, START[0]),
            weights=np.full(coins, START[1]),
            counts=np.zeros(coins, dtype=np.int64),
            har=self._har.memory,
            range_har=self._range_har.memory,
        )

    def refit(self, bars: int) -> None:
        """Fit the regressions on the rows so far, after `bars` bars in all."""
        self._har.refit(bars)
        self._range_har.refit(bars)

    def push(
        self,
        bar: int,
        squares: Floats,
        windows: SeriesWindows,
        season_ahead: Floats,
        garch_daily: Floats,
    ) -> VolatilityForecasts:
        """Take in a bar that `windows` has taken in; shapes (coins, 1), (1,) of `season_ahead`."""
        target = log_of_positive(windows.mean_of_all("squares", HORIZON))
        square_means = [windows.mean("squares", width) for width in HAR_WINDOWS]
        range_means = [windows.mean("ranges", width) for width in RANGE_WINDOWS]
        range_means.append(windows.mean("squares", WEEK))
        variances = (
            self._average(squares[:, 0]),
            self._har.push(bar, stack_log_means(square_means), target),
            self._range_har.push(bar, stack_log_means(range_means), target),
        )
        ewma, har, range_har = (to_daily_forecast(value, season_ahead) for value in variances)
        return VolatilityForecasts(
            garch_daily, ewma, har, range_har, combine_forecasts(har, range_har)
        )

    def _average(self, squares: Floats) -> Floats:
        memory = self.memory
        push_averages(squares, decay_of(self._halflife), memory.means, memory.weights)
        memory.counts[:] += np.isfinite(squares)
        return known_ewma(memory.means, memory.counts, self._halflife)[:, None]
