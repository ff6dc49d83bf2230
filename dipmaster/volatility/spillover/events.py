"""Coins in event to events of the market: when one began, who was in it, how large it was."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Ints
from dipmaster.core.params.volatility import Spillover
from dipmaster.volatility.spillover.analysis import SpilloverSeries


@dataclass(frozen=True)
class MarketEvent:
    """One event, from its first to its last bar; `coins` are rows."""

    first: int
    last: int
    coins: Ints
    intensity: float
    rise: float


def find_events(spillover: SpilloverSeries, first_bar: int, params: Spillover) -> list[MarketEvent]:
    """Events that begin at `first_bar` or later.

    A bar belongs to one where at least `min_coins` coins are in event: spillover takes two.
    Bars less than `recent_bars` apart belong to the same.
    """
    bars = np.flatnonzero((spillover.event == 1).sum(axis=0) >= params.min_coins)
    if bars.size == 0:
        return []
    runs = np.split(bars, np.flatnonzero(np.diff(bars) >= params.recent_bars) + 1)
    return [_describe(spillover, run) for run in runs if run[0] >= first_bar]


def _describe(spillover: SpilloverSeries, run: Ints) -> MarketEvent:
    in_event = spillover.event[:, run] == 1
    return MarketEvent(
        first=int(run[0]),
        last=int(run[-1]),
        coins=np.flatnonzero(in_event.any(axis=1)),
        intensity=float(spillover.intensity[:, run][in_event].max()),
        rise=float(spillover.mean_rise[run].max()),
    )
