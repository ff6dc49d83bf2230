"""What a stream is given beside bars, and the sources that read it from tables of the batch."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd

from dipmaster.core.errors import data_error
from dipmaster.core.panel import format_time, to_epoch_ms
from dipmaster.streaming.state import Saved

Bar = Mapping[str, float]
"""Columns of table BARS without the time."""


class VolatilitySource(Protocol):
    """Rows of table VOLATILITY, bar by bar."""

    def push(self, time_ms: int, bars: Mapping[str, Bar]) -> Mapping[str, Mapping[str, float]]:
        """Take in the bars that opened then and have closed; the row of each of their coins."""

    def prepare(self) -> None:
        """Do what the next bar needs before it has come."""

    def save(self) -> Saved:
        """Everything that the next bars depend on."""

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called."""


class StoredVolatility:
    """Rows that the stage `volatility` wrote: a stand-in for a source that computes them.

    Parameters
    ----------
    tables
        Symbol to a frame with open_time and the columns that are wanted.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self._tables = {symbol: _StoredRows(frame, symbol) for symbol, frame in tables.items()}

    def push(self, time_ms: int, bars: Mapping[str, Bar]) -> dict[str, dict[str, float]]:
        """Look the rows up.

        Raises
        ------
        DataError
            Where a coin's table has no row of that time.
        """
        return {symbol: self._tables[symbol].read(time_ms) for symbol in bars}

    def prepare(self) -> None:
        """Nothing: the rows are there."""

    def save(self) -> Saved:
        """Nothing: the tables hold every bar."""
        return {}

    def load(self, saved: Saved) -> None:
        """Nothing was saved."""


class _StoredRows:
    def __init__(self, frame: pd.DataFrame, symbol: str) -> None:
        self._symbol = symbol
        self._times = to_epoch_ms(frame["open_time"])
        self._names = [str(name) for name in frame.columns if name != "open_time"]
        self._values = [frame[name].to_numpy() for name in self._names]

    def read(self, time_ms: int) -> dict[str, float]:
        row = int(np.searchsorted(self._times, time_ms))
        if row == self._times.size or self._times[row] != time_ms:
            raise data_error(
                f"volatility of {self._symbol}",
                f"a row of the bar {format_time(time_ms)}",
                "none",
                "run the volatility stage on these bars",
            )
        return {
            name: float(column[row]) for name, column in zip(self._names, self._values, strict=True)
        }
