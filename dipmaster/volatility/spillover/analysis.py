"""Spillover of one market: every pair's correlation followed once, none of them kept."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params import Volatility
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.spillover.adjustment import (
    adjust_for_risk,
    flag_coins,
    measure_intensity,
)
from dipmaster.volatility.spillover.correlation import (
    correlate_with_later,
    pairs_with_later,
    rolling_deviation,
    split_coins,
)
from dipmaster.volatility.spillover.rises import Flags, flag_rises, sum_by_month


@dataclass(frozen=True)
class SpilloverSeries:
    """Events of rising correlation, every value known at the close of its bar.

    Attributes
    ----------
    event
        Shape (coins, bars): 1 in event, 0 not, -1 where no pair of the coin is known.
    intensity
        Share of the coin's known pairs that are in event; NaN where none is known.
    factor
        On sizes, 1 less the reduction of a recent event; 1 where nothing is known.
    mean_rise
        Shape (bars,): sum of the rises in event over the known pairs; NaN where none is known.
    months
        First days of the months, UTC.
    monthly
        Mean correlation of each pair, shape (pairs, months), in the order of `pairs_of`.
    """

    event: Flags
    intensity: Floats
    factor: Floats
    mean_rise: Floats
    months: tuple[str, ...]
    monthly: Floats


@dataclass(frozen=True)
class _Pairs:
    """Some pairs: flags (pairs, bars), sum over pairs (bars,), means (pairs, months)."""

    members: list[tuple[int, int]]
    flags: Flags
    rise_in_event: Floats
    monthly: Floats


def pairs_of(symbols: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    """Pairs of coins in the order of `SpilloverSeries.monthly`."""
    pairs = pairs_with_later(range(len(symbols)), len(symbols))
    return ((symbols[a], symbols[b]) for a, b in pairs)


def analyze_spillover(returns: Floats, clock: GridClock, params: Volatility) -> SpilloverSeries:
    """Events, intensity and risk adjustment of every coin and bar, from closed bars alone.

    Parameters
    ----------
    returns
        Log returns, shape (coins, bars), NaN where missing.
    """
    rules = params.spillover
    deviations = rolling_deviation(returns, params.short_bars)
    months, month = _months(clock)

    def follow(coins: range) -> _Pairs:
        return _follow_pairs(deviations, coins, month, len(months), params)

    rows = map_in_threads(follow, split_coins(len(returns)), "spillover")
    in_event, known = _count_pairs(rows, returns.shape)
    intensity = measure_intensity(in_event, known)
    event = flag_coins(intensity, rules)
    pairs = known.sum(axis=0) / 2.0
    rise = np.zeros(clock.bars)
    for row in rows:
        rise += row.rise_in_event
    return SpilloverSeries(
        event=event,
        intensity=intensity,
        factor=adjust_for_risk(intensity, event, rules),
        mean_rise=np.where(pairs > 0.0, rise / np.maximum(pairs, 1.0), np.nan),
        months=months,
        monthly=np.concatenate([row.monthly for row in rows]),
    )


def _follow_pairs(
    deviations: Floats, coins: range, month: Ints, months: int, params: Volatility
) -> _Pairs:
    rules = params.spillover
    members = pairs_with_later(coins, len(deviations))
    correlations = correlate_with_later(deviations, coins, rules.window_bars)
    bars = month.size
    flags = np.empty(correlations.shape, dtype=np.int8)
    rise, total_rise = np.empty(bars), np.zeros(bars)
    total = np.zeros((len(correlations), months))
    count = np.zeros((len(correlations), months), dtype=np.int64)
    for pair, row in enumerate(correlations):
        flag_rises(
            row,
            rules.rise_bars,
            rules.rise,
            rules.past_quantile,
            rules.min_past_days * BARS_PER_DAY,
            flags[pair],
            rise,
        )
        total_rise += np.where(flags[pair] == 1, rise, 0.0)
        sum_by_month(row, month, total[pair], count[pair])
    monthly = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return _Pairs(members, flags, total_rise, monthly)


def _count_pairs(rows: list[_Pairs], shape: tuple[int, ...]) -> tuple[Ints, Ints]:
    """Pairs in event and pairs known of each coin, shape (coins, bars); each pair counts twice."""
    in_event = np.zeros(shape, dtype=np.int64)
    known = np.zeros(shape, dtype=np.int64)
    for row in rows:
        for members, flags in zip(row.members, row.flags, strict=True):
            for member in members:
                in_event[member] += flags == 1
                known[member] += flags >= 0
    return in_event, known


def _months(clock: GridClock) -> tuple[tuple[str, ...], Ints]:
    """First days of the months that the grid touches, and the month of each bar from 0."""
    month = clock.times_ms().astype("datetime64[ms]").astype("datetime64[M]")
    first, last = month[0], month[-1]
    names = np.arange(first, last + 1).astype("datetime64[D]")
    return tuple(str(name) for name in names), (month - first).astype(np.int64)
