"""Rows of table VOLATILITY computed bar by bar, as a source of a stream."""

from collections.abc import Mapping

import numpy as np

from dipmaster.core.params import Volatility
from dipmaster.results.market import Market
from dipmaster.streaming.sources import Bar
from dipmaster.streaming.state import Saved
from dipmaster.volatility.stream import VolatilityStream


class ComputedVolatility:
    """`VolatilityStream` behind the interface of a source.

    Parameters
    ----------
    market
        Its coins, and whether its bars are simulated.
    """

    def __init__(self, market: Market, params: Volatility) -> None:
        self._market, self._params = market, params
        self._stream = VolatilityStream(market.symbols, params, market.source)

    def push(self, time_ms: int, bars: Mapping[str, Bar]) -> Mapping[str, Mapping[str, float]]:
        """Take in the bars that opened then and have closed; the row of each of their coins."""
        return self._stream.push(time_ms, bars)

    def prepare(self) -> None:
        """Do what the next bar needs before it has come: fits and profiles at midnight."""
        self._stream.prepare()

    def save(self) -> Saved:
        """Everything that the next bars depend on."""
        return {name: np.asarray(one) for name, one in self._stream.state().items()}

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called."""
        market, params = self._market, self._params
        self._stream = VolatilityStream.from_state(market.symbols, params, market.source, saved)
