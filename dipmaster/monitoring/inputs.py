"""What monitoring looks at, as read or as made in process."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import Panel, format_time
from dipmaster.core.time_units import DAY_MS


@dataclass(frozen=True)
class WatchedCandidates:
    """All candidates, burn-in included, in order of their signals.

    Attributes
    ----------
    signal_ms
        Open time of the signal's bar.
    known_ms
        Open time of the bar at whose close the outcome is known. LOOK-AHEAD: at a time t an
        outcome may be used only where ``known_ms < t``.
    won
        1 or 0; NaN where the baseline trade never took place.
    confidence
        Of the final phase; NaN where there is no score.
    fitted_ms
        Refit of the models behind the score, -1 where there was none.
    inputs
        Shape (candidates, inputs), of the models; NaN where missing.
    input_names
        One a column.
    """

    signal_ms: Ints
    known_ms: Ints
    won: Floats
    confidence: Floats
    fitted_ms: Ints
    inputs: Floats
    input_names: tuple[str, ...]


@dataclass(frozen=True)
class WatchedAccount:
    """One phase.

    Attributes
    ----------
    trades, equity
        Tables TRADES and EQUITY, burn-in included.
    rejected
        Reason to orders that were not filled.
    """

    phase: int
    trades: pd.DataFrame
    equity: pd.DataFrame
    rejected: Mapping[str, int]


@dataclass(frozen=True)
class MonitoringInputs:
    """Everything that is looked at.

    Attributes
    ----------
    out_of_sample_ms
        UTC midnight from which the system is watched.
    accounts
        Phases in rising order; alerts are those of the last.
    stray_bars
        Symbol to bars that ingest left out.
    """

    panel: Panel
    out_of_sample_ms: int
    candidates: WatchedCandidates
    accounts: tuple[WatchedAccount, ...]
    stray_bars: Mapping[str, int]

    @property
    def last_ms(self) -> int:
        """Open time of the last bar."""
        return int(self.panel.open_time[-1])


@dataclass(frozen=True)
class Window:
    """Days from one midnight to another, the second one excluded."""

    from_ms: int
    to_ms: int

    def has(self, times_ms: Ints) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
        """Which times lie in it."""
        return (times_ms >= self.from_ms) & (times_ms < self.to_ms)

    @property
    def days(self) -> int:
        """Its length."""
        return (self.to_ms - self.from_ms) // DAY_MS

    @property
    def from_day(self) -> str:
        """First day."""
        return format_time(self.from_ms)[:10]

    @property
    def to_day(self) -> str:
        """First day after it."""
        return format_time(self.to_ms)[:10]


def list_windows(out_of_sample_ms: int, last_ms: int, days: int, bar_ms: int) -> list[Window]:
    """Windows one after the other from the out-of-sample start, those that have ended.

    They hang on the start alone: bars that are added later move none.
    """
    length = days * DAY_MS
    ended = (last_ms + bar_ms - out_of_sample_ms) // length
    return [
        Window(out_of_sample_ms + place * length, out_of_sample_ms + (place + 1) * length)
        for place in range(ended)
    ]


def spend_alpha(alpha: float, rank: int) -> float:
    """Level of the test at the end of window `rank`, from 1 on; all of them add up to alpha."""
    return alpha / (rank * (rank + 1))
