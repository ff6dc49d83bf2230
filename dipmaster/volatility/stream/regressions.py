"""HAR and range-HAR of all coins, bar by bar: rows of the past weeks are kept for the next fit."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params.volatility import Har
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.volatility.garch_forecast import HORIZON
from dipmaster.volatility.rolling_regression import ROW_STEP_BARS, fit_complete_rows, weighted_sum
from dipmaster.volatility.stream.snapshot import in_order

ROWS_AHEAD = HORIZON // ROW_STEP_BARS  # rows whose target is not over


class RegressionMemory(NamedTuple):
    """What is remembered of one regression.

    Attributes
    ----------
    rows, targets
        Regressors and log target of every twelfth bar of the fit's window, rings of shape
        (columns, coins, rows) and (coins, rows), NaN where not known.
    slopes, smearing
        Of each coin, shapes (columns, coins, 1) and (coins, 1), NaN without a fit.
    """

    rows: Floats
    targets: Floats
    slopes: Floats
    smearing: Floats


class RollingRegressions:
    """One regression a coin, as `rolling_regression.forecast_by_regression`."""

    def __init__(self, columns: int, coins: int, params: Har) -> None:
        self._params = params
        rows = params.window_days * BARS_PER_DAY // ROW_STEP_BARS
        self.memory = RegressionMemory(
            rows=np.full((columns, coins, rows), np.nan),
            targets=np.full((coins, rows), np.nan),
            slopes=np.full((columns, coins, 1), np.nan),
            smearing=np.full((coins, 1), np.nan),
        )

    def refit(self, bars: int) -> None:
        """Fit on the rows so far whose target is over, after `bars` bars in all."""
        memory, count = self.memory, -(-bars // ROW_STEP_BARS)
        rows = in_order(memory.rows, count)[..., :-ROWS_AHEAD]
        targets = in_order(memory.targets, count)[..., :-ROWS_AHEAD]
        for i, target in enumerate(targets):
            slopes, smearing = fit_complete_rows(rows[:, i], target, self._params)
            memory.slopes[:, i, 0], memory.smearing[i] = slopes, smearing

    def push(self, bar: int, regressors: Floats, log_target: Floats) -> Floats:
        """Forecast of the variance of a bar over the next two hours, shape (coins, 1).

        Parameters
        ----------
        regressors
            Of this bar, shape (columns, coins, 1).
        log_target
            Of the bar 24 before, which is over with this one, shape (coins, 1).
        """
        memory = self.memory
        if bar % ROW_STEP_BARS == 0:
            row, rows = bar // ROW_STEP_BARS, memory.targets.shape[-1]
            memory.rows[..., row % rows] = regressors[..., 0]
            memory.targets[:, row % rows] = np.nan
            memory.targets[:, (row - ROWS_AHEAD) % rows] = log_target[:, 0]
        forecast = memory.smearing * np.exp(weighted_sum(memory.slopes, regressors))
        return np.asarray(forecast, dtype=np.float64)
