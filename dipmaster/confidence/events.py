"""Candidates with their labels, as arrays: what everything in this package works on.

The label is the triple-barrier label of Lopez de Prado (2018, chapter 3): how the baseline
trade of a candidate alone ends at its target, its stop or its time limit. Predicting whether
a rule's signals win is meta-labelling (ibid., section 3.6).
"""

from dataclasses import dataclass, fields, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.time_units import BAR_MS
from dipmaster.core.wins import is_win


@dataclass(frozen=True)
class Events:
    """Candidates in the order of their table; every array has shape (candidates,).

    Attributes
    ----------
    candidate_id, symbol
        As in the table.
    symbol_index
        Row of the panel.
    signal_ms
        Open time of the bar on which the rule fired, ms since 1970.
    entry_bar, exit_bar
        Positions on the panel's grid of the baseline trade; -1 where it never took place.
    exit_ms
        Open time of the bar of the exit; where no trade took place that of the signal.
    net_frac
        Net return of the baseline trade, NaN where it never took place.
    settled
        The trade took place and one of its own rules closed it. Only these may be
        learned from: a trade that ends with the data has no result yet.
    """

    candidate_id: Ints
    symbol: npt.NDArray[np.object_]
    symbol_index: Ints
    signal_ms: Ints
    entry_bar: Ints
    exit_bar: Ints
    exit_ms: Ints
    net_frac: Floats
    settled: Bools

    @property
    def count(self) -> int:
        """Number of candidates."""
        return int(self.candidate_id.size)

    @property
    def decision_ms(self) -> Ints:
        """When each candidate is known: the close of its bar."""
        return self.signal_ms + BAR_MS

    @property
    def known_ms(self) -> Ints:
        """When each label is known: the close of the bar of its exit."""
        return self.exit_ms + BAR_MS

    @property
    def label(self) -> npt.NDArray[np.int8]:
        """1 where the trade won (`core.wins`), 0 where not, -1 where it never took place."""
        won = np.where(is_win(self.net_frac), 1, 0)
        return np.where(np.isnan(self.net_frac), -1, won).astype(np.int8)

    @property
    def won(self) -> Floats:
        """The label as 1.0 and 0.0, NaN where the trade never took place."""
        return np.where(self.label < 0, np.nan, self.label.astype(np.float64))

    def first(self, count: int) -> "Events":
        """The first of them."""
        return replace(self, **{one.name: getattr(self, one.name)[:count] for one in fields(self)})

    def settled_values(self, values: Floats) -> Floats:
        """Values that may be learned from, NaN for all other candidates."""
        return np.where(self.settled, values, np.nan)


class Trades(Protocol):
    """The trade of every candidate alone; -1 and NaN where the bar after its signal is missing."""

    @property
    def symbol_index(self) -> Ints:
        """Row of the panel."""

    @property
    def entry_index(self) -> Ints:
        """Position on the panel's grid."""

    @property
    def exit_index(self) -> Ints:
        """Position on the panel's grid."""

    @property
    def net_frac(self) -> Floats:
        """Net return."""

    @property
    def open_at_end(self) -> Bools:
        """Closed only because the data ended."""


def build_events(candidates: pd.DataFrame, grid_ms: Ints, trades: Trades) -> Events:
    """Join table CANDIDATES and the outcomes of its baseline trades.

    Parameters
    ----------
    grid_ms
        Open times of the panel's bars.
    """
    signal_ms = to_epoch_ms(candidates["open_time"])
    traded = trades.entry_index >= 0
    exit_bar = np.where(traded, trades.exit_index, -1)
    return Events(
        candidate_id=candidates["candidate_id"].to_numpy(dtype=np.int64),
        symbol=candidates["symbol"].to_numpy(dtype=object),
        symbol_index=trades.symbol_index,
        signal_ms=signal_ms,
        entry_bar=trades.entry_index,
        exit_bar=exit_bar,
        exit_ms=np.where(traded, grid_ms[np.where(traded, exit_bar, 0)], signal_ms),
        net_frac=trades.net_frac,
        settled=traded & ~trades.open_at_end,
    )
