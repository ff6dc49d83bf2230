"""Class of the next day's volatility, hour by hour: one regression for all coins."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Volatility
from dipmaster.volatility.range_class import MARKET_WINDOWS, classify_forecast, fit_pooled
from dipmaster.volatility.range_har import RANGE_WINDOWS
from dipmaster.volatility.regime import UNKNOWN, Classes
from dipmaster.volatility.rolling_regression import weighted_sum
from dipmaster.volatility.season import HOURS
from dipmaster.volatility.stream.snapshot import in_order

COLUMNS = 2 + len(RANGE_WINDOWS) + len(MARKET_WINDOWS)  # a constant and the week's squares beside


class RangeClassMemory(NamedTuple):
    """What is remembered of the regression on ranges.

    Attributes
    ----------
    hours
        Hours that have ended, shape (1,).
    rows, targets
        Regressors and log target of each hour of the fit's window, rings of shape
        (columns, coins, hours) and (coins, hours), NaN where not known.
    slopes
        Shape (columns,), NaN without a fit.
    classes
        Of the last hour that has ended, shape (coins, 1).
    """

    hours: Ints
    rows: Floats
    targets: Floats
    slopes: Floats
    classes: Classes


class RangeClasses:
    """As `range_class.forecast_classes`."""

    def __init__(self, coins: int, params: Volatility) -> None:
        self._params = params
        hours = params.har.window_days * HOURS
        self.memory = RangeClassMemory(
            hours=np.zeros(1, dtype=np.int64),
            rows=np.full((COLUMNS, coins, hours), np.nan),
            targets=np.full((coins, hours), np.nan),
            slopes=np.full(COLUMNS, np.nan),
            classes=np.full((coins, 1), UNKNOWN, dtype=np.int8),
        )

    def refit(self) -> None:
        """Fit on the hours so far whose next day is over, at a midnight."""
        memory, count = self.memory, int(self.memory.hours[0])
        rows = in_order(memory.rows, count)[..., :-HOURS]
        targets = in_order(memory.targets, count)[:, :-HOURS]
        memory.slopes[:] = fit_pooled(rows, targets, self._params)

    def close_hour(self, regressors: Floats, log_target: Floats, season_ahead: Floats) -> None:
        """Classify the next day at the last bar of an hour.

        Parameters
        ----------
        regressors
            Shape (columns, coins, 1).
        log_target
            Of the hour a day before, whose next day is over with this one, shape (coins, 1).
        season_ahead
            Mean square of the season of the next day, shape (1,).
        """
        memory, hour = self.memory, int(self.memory.hours[0])
        length = memory.targets.shape[1]
        memory.rows[..., hour % length] = regressors[..., 0]
        memory.targets[:, hour % length] = np.nan
        memory.targets[:, (hour - HOURS) % length] = log_target[:, 0]
        memory.hours[0] += 1
        log_variance = weighted_sum(memory.slopes, regressors)
        memory.classes[:] = classify_forecast(log_variance, season_ahead, self._params)
