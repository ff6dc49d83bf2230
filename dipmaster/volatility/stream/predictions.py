"""Predictions of the next hour, bar by bar, and how far those of past hours were off."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Volatility
from dipmaster.core.time_units import BARS_PER_HOUR
from dipmaster.volatility.columns import IntradayColumns
from dipmaster.volatility.intraday.prediction import (
    predict_from_level,
    spread_of_errors,
    to_confidence,
    to_hourly_volatility,
)
from dipmaster.volatility.intraday.recommendation import factor_of, recommend
from dipmaster.volatility.season import HOURS
from dipmaster.volatility.stream.snapshot import roll_in


class PredictionMemory(NamedTuple):
    """What is remembered of predictions.

    Attributes
    ----------
    days
        Days that are over, shape (1,).
    predicted
        At the last bar before this hour, shape (coins, 1).
    errors
        Log errors of the day's hours so far, shape (coins, 24), NaN where not known.
    past
        Of the days of the season's window, the latest last, shape (window, coins, 24).
    spread
        By coin and hour, from the days before this one, shape (coins, 24).
    """

    days: Ints
    predicted: Floats
    errors: Floats
    past: Floats
    spread: Floats


class HourlyPredictions:
    """As `intraday.prediction.model_intraday`, the pattern of the week given."""

    def __init__(self, coins: int, params: Volatility) -> None:
        self._window = params.seasonality.window_days
        self._params = params
        self.memory = PredictionMemory(
            days=np.zeros(1, dtype=np.int64),
            predicted=np.full((coins, 1), np.nan),
            errors=np.full((coins, HOURS), np.nan),
            past=np.full((self._window, coins, HOURS), np.nan),
            spread=np.full((coins, HOURS), np.nan),
        )

    def close_day(self) -> None:
        """Take the day that is over into the past."""
        memory = self.memory
        roll_in(memory.past, memory.errors)
        memory.days[0] += 1
        memory.errors[:] = np.nan

    def open_day(self) -> None:
        """Spread of the errors of the days before; NaN on the first day."""
        days = min(int(self.memory.days[0]), self._window)
        if days:
            past = self.memory.past[self._window - days :].transpose(1, 0, 2)
            self.memory.spread[:] = spread_of_errors(
                np.ascontiguousarray(past), self._params.intraday.confidence_prior_days
            )

    def push(self, slot: int, level: Floats, ahead: Floats, hour_square: Floats) -> IntradayColumns:
        """Predict at a bar, the `slot`-th of its day; all shapes (coins, 1).

        Parameters
        ----------
        level
            Mean square of the past, the pattern taken out.
        ahead
            Sum of the squared factors of the next 12 bars, shape (1,).
        hour_square
            Mean square of the last 12 returns, NaN where one is missing.
        """
        memory, params = self.memory, self._params.intraday
        predicted = predict_from_level(level, ahead)
        next_hour = (slot + 1) // BARS_PER_HOUR
        if (slot + 1) % BARS_PER_HOUR == 0:
            errors = np.log(to_hourly_volatility(hour_square) / memory.predicted)
            memory.errors[:, next_hour - 1] = errors[:, 0]
            memory.predicted[:] = predicted
        spread = memory.spread[:, next_hour % HOURS][:, None]
        recommendation = recommend(predicted, params)
        return IntradayColumns(
            predicted,
            to_confidence(spread, predicted),
            recommendation,
            factor_of(recommendation, params),
        )
