"""The hierarchical filter, hour by hour."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params import Volatility
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.volatility.hierarchical import HierarchicalRegimes
from dipmaster.volatility.hierarchical.coin_bank import CoinBanks
from dipmaster.volatility.hierarchical.forward import step_filter
from dipmaster.volatility.hierarchical.model import STATES, STEP_BARS, STEPS_PER_DAY, build_model
from dipmaster.volatility.hierarchical.observations import (
    log_hourly_ranges,
    mean_past_gap,
    measure_gaps,
    multiply_neighbours,
)
from dipmaster.volatility.hierarchical.workspace import Histories, make_workspace
from dipmaster.volatility.regime import UNKNOWN, Classes, class_centres
from dipmaster.volatility.stream.snapshot import roll_in


class StatesMemory(NamedTuple):
    """What is remembered of hours and histories.

    Attributes
    ----------
    steps, days
        Hours and days that are over, shape (1,).
    square
        Of the bar before, shape (coins, 1).
    ranges, log_ranges, products
        Of the hour's bars, the day's hours and the day's bars, shapes (coins, 12), (coins, 24)
        and (coins, 288), NaN where missing or to come.
    gaps
        Of the days of the window, the latest last, shape (window, coins).
    gap
        Added in the hours of this day, shape (coins,).
    seen
        Whether a coin has been observed, shape (coins,).
    market, coin
        States at the last hour that has ended, shapes (1,) and (coins, 1).
    kept, histories, banks
        Of the filter (`Workspace`).
    """

    steps: Ints
    days: Ints
    square: Floats
    ranges: Floats
    log_ranges: Floats
    products: Floats
    gaps: Floats
    gap: Floats
    seen: Bools
    market: Classes
    coin: Classes
    kept: Ints
    histories: Histories
    banks: CoinBanks


class HourlyStates:
    """As `hierarchical.detect_states`."""

    def __init__(self, coins: int, params: Volatility) -> None:
        self._window_days = params.range_window_days
        self._model = build_model(class_centres(params.regime), params.regime)
        self._work = make_workspace(self._model, coins)
        self.memory = StatesMemory(
            steps=np.zeros(1, dtype=np.int64),
            days=np.zeros(1, dtype=np.int64),
            square=np.full((coins, 1), np.nan),
            ranges=np.full((coins, STEP_BARS), np.nan),
            log_ranges=np.full((coins, STEPS_PER_DAY), np.nan),
            products=np.full((coins, BARS_PER_DAY), np.nan),
            gaps=np.full((self._window_days, coins), np.nan),
            gap=np.full(coins, np.nan),
            seen=np.zeros(coins, dtype=np.bool_),
            market=np.full(1, UNKNOWN, dtype=np.int8),
            coin=np.full((coins, 1), UNKNOWN, dtype=np.int8),
            kept=self._work.kept,
            histories=self._work.histories,
            banks=self._work.now,
        )

    def close_day(self) -> None:
        """Take the day that is over into the past."""
        memory = self.memory
        gaps = measure_gaps(memory.log_ranges[:, None], memory.products[:, None])
        roll_in(memory.gaps, gaps[:, 0])
        memory.days[0] += 1
        memory.log_ranges[:] = memory.products[:] = np.nan

    def open_day(self) -> None:
        """Gap of the day that begins, from the days before."""
        days = min(int(self.memory.days[0]), self._window_days)
        past = self.memory.gaps[self._window_days - days :]
        self.memory.gap[:] = mean_past_gap(np.ascontiguousarray(past.T), self._window_days)

    def skip_hours(self, slot: int) -> None:
        """Step over the hours of the first day that ended before its first bar."""
        for _ in range(slot // STEP_BARS):
            self._step(np.full(len(self.memory.seen), np.nan))

    def push(self, slot: int, ranges: Floats, squares: Floats) -> HierarchicalRegimes:
        """Take in a bar, the `slot`-th of its day; shapes (coins, 1), NaN where missing."""
        memory, place = self.memory, slot % STEP_BARS
        memory.ranges[:, place] = ranges[:, 0]
        both = np.column_stack([memory.square, squares])
        memory.products[:, slot] = multiply_neighbours(both)[:, 1]
        memory.square[:] = squares
        if place == STEP_BARS - 1:
            log_ranges = log_hourly_ranges(memory.ranges)
            memory.log_ranges[:, slot // STEP_BARS] = log_ranges
            memory.ranges[:] = np.nan
            self._step(log_ranges + memory.gap)
        return HierarchicalRegimes(memory.market.copy(), memory.coin.copy())

    def _step(self, observed: Floats) -> None:
        memory, coins = self.memory, observed.size
        market, coin = np.zeros(STATES), np.zeros((coins, STATES))
        step_filter(observed, int(memory.steps[0]), self._model, self._work, market, coin)
        memory.steps[0] += 1
        memory.seen[:] |= np.isfinite(observed)
        memory.market[:] = market.argmax() if memory.seen.any() else UNKNOWN
        memory.coin[:, 0] = np.where(memory.seen, coin.argmax(axis=-1), UNKNOWN)
