"""What a stream is given beside bars, and the sources that read it from tables of the batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from dipmaster.altdata.layer import LAYER_INPUTS, LayerInputs
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats
from dipmaster.core.panel import format_time, to_epoch_ms

Bar = Mapping[str, float]
"""Columns of table BARS without the time."""
NOT_PUBLISHED = -1


class VolatilitySource(Protocol):
    """Rows of table VOLATILITY, bar by bar."""

    def push(self, time_ms: int, bars: Mapping[str, Bar]) -> Mapping[str, Mapping[str, float]]:
        """Take in the bars that opened then and have closed; the row of each of their coins."""


@dataclass(frozen=True)
class EvidenceAtBar:
    """What alternative data says at candidates of one bar, known at its close.

    Attributes
    ----------
    inputs
        Of the second layer.
    news
        Impact of news, shape (candidates,); None where the source has no such channel.
    """

    inputs: LayerInputs
    news: Floats | None


class EvidenceSource(Protocol):
    """What alternative data says at candidates."""

    def read(self, time_ms: int, symbols: Sequence[str]) -> EvidenceAtBar:
        """What is known at the close of the bar that opened then, of these coins."""


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


class StoredEvidence:
    """Inputs that the stage `alt-data` wrote: a stand-in for a source that joins channels.

    Parameters
    ----------
    inputs
        Frame of table EVIDENCE_INPUTS.
    news
        Shape (candidates,), column news_impact_score of table EVIDENCE_SCORES; None where the
        source has no such channel.
    """

    def __init__(self, inputs: pd.DataFrame, news: Floats | None) -> None:
        names = [one.name for one in LAYER_INPUTS]
        self._values, self._news = inputs[names].to_numpy(np.float64), news
        keys = zip(inputs["symbol"], to_epoch_ms(inputs["open_time"]).tolist(), strict=True)
        self._rows = {key: row for row, key in enumerate(keys)}

    def read(self, time_ms: int, symbols: Sequence[str]) -> EvidenceAtBar:
        """Look the rows up.

        Raises
        ------
        DataError
            Where the table has no row of a candidate.
        """
        for symbol in symbols:
            if (symbol, time_ms) not in self._rows:
                raise data_error(
                    "table 'evidence_inputs'",
                    f"a row of {symbol} at {format_time(time_ms)}",
                    "none",
                    "run the stages from `features` on again",
                )
        rows = [self._rows[symbol, time_ms] for symbol in symbols]
        inputs = LayerInputs(self._values[rows], np.full(len(rows), NOT_PUBLISHED))
        return EvidenceAtBar(inputs, None if self._news is None else self._news[rows])
