"""Days that are over to the season and the pattern of the week of the day that begins."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Volatility
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.volatility.baselines import compute_season_ahead
from dipmaster.volatility.clock import SEASON_CELLS, GridClock
from dipmaster.volatility.garch_forecast import HORIZON
from dipmaster.volatility.intraday.prediction import sum_squares_ahead
from dipmaster.volatility.intraday.profiles import (
    SIDE,
    contrast_day,
    depart_by_weekday,
    hours_of_week,
    to_week_profile,
)
from dipmaster.volatility.season import (
    CONTRAST_DAYS,
    HOURS,
    TUESDAY,
    WEEKDAYS,
    contrast_weekend,
    describe_days,
    mean_daily_changes,
    season_factors,
    shrink_to_flat,
    to_profile,
)
from dipmaster.volatility.stream.snapshot import roll_in


class DaysMemory(NamedTuple):
    """What is remembered of days, the latest last.

    Attributes
    ----------
    over
        Days that are over, shape (1,).
    returns
        Of the day so far, shape (coins, 288), NaN where missing.
    level
        Log level of the day before, shape (coins,).
    shapes, weekends
        Hours and weekend contrast of each day of the season's window, shapes (window, 24) and
        (window, 1), NaN where not known.
    changes
        Change of the log level from day to day, shape (days,).
    contrasts
        Level of each day against its week, those whose week is over, shape (window - 3,).
    profile
        Season of the day, shape (48,).
    factors
        Of the bars of the day, a row each as `TodayFactors` has them, shape (5, 288).
    cells
        Cell of the season of the bars of the day and of 24 more.
    """

    over: Ints
    returns: Floats
    level: Floats
    shapes: Floats
    weekends: Floats
    changes: Floats
    contrasts: Floats
    profile: Floats
    factors: Floats
    cells: Ints


SEASON, SEASON_AHEAD, SEASON_OF_NEXT_DAY, PATTERN, PATTERN_AHEAD = range(5)
"""Season of a bar; its mean square over the next 2 hours and the next day; factor of the week's
pattern; its sum of squares over the next hour."""


class Days:
    """Season and pattern of the week, a new one each day from the days before."""

    def __init__(self, coins: int, params: Volatility) -> None:
        self._params = params
        window = params.seasonality.window_days
        self.memory = DaysMemory(
            over=np.zeros(1, dtype=np.int64),
            returns=np.full((coins, BARS_PER_DAY), np.nan),
            level=np.full(coins, np.nan),
            shapes=np.full((window, HOURS), np.nan),
            weekends=np.full((window, 1), np.nan),
            changes=np.full(max(CONTRAST_DAYS, 2 * SIDE), np.nan),
            contrasts=np.full(max(0, window - SIDE), np.nan),
            profile=np.full(SEASON_CELLS, np.nan),
            factors=np.full((5, BARS_PER_DAY), np.nan),
            cells=np.zeros(BARS_PER_DAY + HORIZON, dtype=np.int64),
        )

    def close_day(self, clock: GridClock) -> None:
        """Take the day that is over into the past; `clock` is that of its 288 bars."""
        memory = self.memory
        level, shape = describe_days(memory.returns, clock)
        change = mean_daily_changes(np.column_stack([memory.level, level[:, 0]]))[1]
        memory.level[:] = level[:, 0]
        memory.returns[:] = np.nan
        roll_in(memory.shapes, shape[0])
        roll_in(memory.changes, change)
        roll_in(memory.weekends, self._contrast_weekend(clock))
        memory.over[0] += 1
        if memory.over[0] > SIDE:
            roll_in(memory.contrasts, self._contrast_day())

    def _contrast_weekend(self, clock: GridClock) -> float:
        """Of the weekend before a Tuesday that is over; NaN on other days."""
        if clock.weekdays()[0] != TUESDAY or self.memory.over[0] < CONTRAST_DAYS:
            return np.nan
        return contrast_weekend(self.memory.changes[-CONTRAST_DAYS:])

    def _contrast_day(self) -> float:
        """Of the day whose week ended with the day that is over; NaN where that is not whole."""
        if self.memory.over[0] <= 2 * SIDE:
            return np.nan
        return contrast_day(self.memory.changes[-2 * SIDE :])

    def open_day(self, clock: GridClock) -> None:
        """Profiles of the day that begins; `clock` is that of its 288 bars."""
        memory, seasonality = self.memory, self._params.seasonality
        hour = shrink_to_flat(memory.shapes, seasonality.prior_days)
        weekend = shrink_to_flat(memory.weekends, seasonality.prior_days / WEEKDAYS)
        season = to_profile(hour[None], weekend)
        week = to_week_profile(season, self._departures(clock)[None])
        hours = hours_of_week(clock, BARS_PER_HOUR)
        memory.profile[:] = season[0]
        memory.cells[:] = clock.season_cells(HORIZON)
        memory.factors[SEASON] = season_factors(season, clock)
        memory.factors[SEASON_AHEAD] = compute_season_ahead(season, clock)
        memory.factors[SEASON_OF_NEXT_DAY] = compute_season_ahead(season, clock, BARS_PER_DAY)
        memory.factors[PATTERN] = week[0, hours[:BARS_PER_DAY]]
        memory.factors[PATTERN_AHEAD] = sum_squares_ahead(week, hours, clock)

    def _departures(self, clock: GridClock) -> Floats:
        contrasts = self.memory.contrasts
        back = np.arange(len(contrasts) + SIDE, SIDE, -1)  # days before the one that begins
        weekday = (clock.weekdays()[0] - back) % WEEKDAYS
        return depart_by_weekday(contrasts, weekday, self._params.intraday.weekday_prior_weeks)

    def factor(self, row: int, slot: int) -> Floats:
        """A row of the factors at a bar of the day, shape (1,)."""
        return self.memory.factors[row, slot : slot + 1]
