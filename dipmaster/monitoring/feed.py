"""Bars of every coin to gaps, staleness and stray bars."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Bools, Ints
from dipmaster.monitoring.inputs import MonitoringInputs, Window
from dipmaster.results.monitoring.health import CoinFeed


@dataclass(frozen=True)
class FeedPath:
    """Bars out of sample.

    Attributes
    ----------
    time_ms
        Shape (bars,).
    silent
        Shape (coins, bars): bars in a row without a trade up to each, itself included.
    """

    time_ms: Ints
    silent: Ints

    @property
    def all_silent(self) -> Ints:
        """Bars in a row in which no coin traded; shape (bars,)."""
        shared: Ints = self.silent.min(axis=0)
        return shared

    @property
    def any_silent(self) -> Ints:
        """The same of the coin that has been silent for longest."""
        longest: Ints = self.silent.max(axis=0)
        return longest


def build_feed_path(inputs: MonitoringInputs) -> FeedPath:
    """Cut the burn-in off; a gap that began in it counts in full, none before the first bar."""
    panel = inputs.panel.traded
    missing = np.isnan(panel.close)
    listed = np.logical_or.accumulate(~missing, axis=1)
    silent = np.vstack([count_in_a_row(row) for row in missing & listed])
    chosen = panel.open_time >= inputs.out_of_sample_ms
    return FeedPath(panel.open_time[chosen], silent[:, chosen])


def count_in_a_row(holds: Bools) -> Ints:
    """Bars in a row up to each in which something holds, 0 where it does not."""
    place = np.arange(1, holds.size + 1, dtype=np.int64)
    return place - np.maximum.accumulate(np.where(holds, 0, place))


def describe_feed(
    inputs: MonitoringInputs, path: FeedPath, window: Window | None
) -> tuple[CoinFeed, ...]:
    """Every coin, in the order of the panel."""
    panel = inputs.panel.traded
    recent = window.has(path.time_ms) if window else np.zeros(path.time_ms.size, dtype=np.bool_)
    close = panel.close[:, panel.open_time >= inputs.out_of_sample_ms]
    return tuple(
        CoinFeed(
            symbol=symbol,
            bars=int((~np.isnan(close[row])).sum()),
            missing_bars=int((path.silent[row] > 0).sum()),
            recent_missing_bars=int((path.silent[row] > 0)[recent].sum()),
            longest_gap_bars=int(path.silent[row].max()),
            stale_bars=int(path.silent[row, -1]),
            unchanged_bars=int(count_in_a_row(np.diff(close[row]) == 0.0).max(initial=0)),
            stray_bars=inputs.stray_bars.get(symbol, 0),
        )
        for row, symbol in enumerate(panel.symbols)
    )
