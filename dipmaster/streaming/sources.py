"""What a stream is given: bars, and the volatility at each."""

from collections.abc import Mapping
from typing import Protocol

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
