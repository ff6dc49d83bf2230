"""Correlations of all pairs and their rises, bar by bar."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params.volatility import Spillover
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.volatility.columns import SpilloverColumns
from dipmaster.volatility.spillover.adjustment import (
    UNKNOWN,
    adjust_for_risk,
    flag_coins,
    measure_intensity,
)
from dipmaster.volatility.spillover.block_pairs import Correlations, PairSums, push_pairs
from dipmaster.volatility.spillover.correlation import least_shared, pairs_with_later
from dipmaster.volatility.spillover.rises import RISES, Counts, Flags, push_rises


class SpilloverMemory(NamedTuple):
    """What is remembered of pairs.

    Attributes
    ----------
    sums
        Of the rolling correlations.
    correlations
        Of the last `rise_bars` bars, a ring of shape (rise_bars, pairs).
    counts, places
        Past rises of each pair by size, all of them: shapes (pairs, 40001) and (pairs, 3).
    intensities, flags
        Of the last `recent_bars` bars, rings of shape (coins, recent_bars).
    """

    sums: PairSums
    correlations: Correlations
    counts: Counts
    places: Ints
    intensities: Floats
    flags: Flags


class PairRises:
    """As `spillover.analysis.analyze_spillover`."""

    def __init__(self, coins: int, params: Spillover) -> None:
        self._params = params
        self._limits = params.rise, params.past_quantile, params.min_past_days * BARS_PER_DAY
        self._least = least_shared(params.window_bars)
        members = np.array(pairs_with_later(range(coins), coins), dtype=np.int64).reshape(-1, 2)
        pairs, window = len(members), params.window_bars
        self.memory = SpilloverMemory(
            sums=PairSums(
                members,
                np.full((coins, window), np.nan),
                np.zeros((pairs, 6, window)),
                np.zeros((pairs, 6)),
            ),
            correlations=np.full((params.rise_bars, pairs), np.nan, dtype=np.float32),
            counts=np.zeros((pairs, RISES), dtype=np.int32),
            places=np.zeros((pairs, 3), dtype=np.int64),
            intensities=np.full((coins, params.recent_bars), np.nan),
            flags=np.full((coins, params.recent_bars), UNKNOWN, dtype=np.int8),
        )

    def push(self, bar: int, deviations: Floats) -> SpilloverColumns:
        """Take in standard deviations of a bar's past returns, shape (coins,), NaN: not known."""
        memory, params = self.memory, self._params
        rises = self._flag_pairs(bar, deviations)
        in_event, known = self._count_pairs(rises == 1), self._count_pairs(rises >= 0)
        intensity = measure_intensity(in_event, known)
        flags = flag_coins(intensity, params)
        place = bar % params.recent_bars
        memory.intensities[:, place], memory.flags[:, place] = intensity, flags
        # the largest of the whole ring, wherever it begins
        factor = adjust_for_risk(memory.intensities, memory.flags, params)[:, -1:]
        return SpilloverColumns(flags[:, None], intensity[:, None], factor)

    def _flag_pairs(self, bar: int, deviations: Floats) -> Flags:
        memory = self.memory
        correlation = np.empty(len(memory.counts), dtype=np.float32)
        slot = bar % memory.sums.block.shape[1]
        push_pairs(deviations, slot, self._least, memory.sums, correlation)
        before = memory.correlations[bar % self._params.rise_bars]
        rises = np.empty(correlation.size, dtype=np.int8)
        push_rises(correlation, before, self._limits, memory.counts, memory.places, rises)
        before[:] = correlation
        return rises

    def _count_pairs(self, chosen: Bools) -> Ints:
        """Chosen pairs of each coin."""
        members = self.memory.sums.members[chosen].ravel()
        return np.bincount(members, minlength=len(self.memory.flags)).astype(np.int64)
