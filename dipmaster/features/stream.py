"""Features bar by bar, as they would be made live; the same bytes as the batch."""

from collections.abc import Collection, Mapping

import numpy as np

from dipmaster.features.inputs import new_state
from dipmaster.features.layout import BAR, BAR_COLUMNS, MARKET, ROW, WIDTH
from dipmaster.features.market_wide import (
    HORIZON_COUNT,
    RETURNS_STATE_SIZE,
    mean_of_present,
    returns_run,
)
from dipmaster.features.step import step
from dipmaster.numerics import Floats
from dipmaster.params import Features


class FeatureStream:
    """Holds the state of every coin; `push` takes all bars of one time.

    Parameters
    ----------
    sources
        Symbol to the optional bar columns its source has.
    params
        Section `features`.
    """

    def __init__(self, sources: Mapping[str, Collection[str]], params: Features) -> None:
        self._symbols = sorted(sources)
        self._states = {
            symbol: new_state(params, has_spread="half_spread_bps" in columns)
            for symbol, columns in sources.items()
        }
        self._returns = {symbol: np.zeros(RETURNS_STATE_SIZE) for symbol in sources}

    def push(self, time_ms: int, bars: Mapping[str, Mapping[str, float]]) -> dict[str, Floats]:
        """Take in the bars that opened at `time_ms` and have closed.

        Returns
        -------
        dict
            Symbol to its row, shape (features,), in the order of table
            FEATURES without open_time; NaN where not known.
        """
        present = [symbol for symbol in self._symbols if symbol in bars]
        each = np.full((len(present), 1, HORIZON_COUNT), np.nan)
        for i, symbol in enumerate(present):
            bar = np.array([[bars[symbol].get(name, np.nan)] for name in BAR_COLUMNS])
            self._states[symbol][BAR : BAR + len(BAR_COLUMNS)] = bar[:, 0]
            times = np.array([time_ms], dtype=np.int64)
            returns_run(self._returns[symbol], times, bar, time_ms, each[i])
        mean = np.empty((1, HORIZON_COUNT))
        mean_of_present(each, mean)
        return {symbol: self._row(symbol, time_ms, mean[0]) for symbol in present}

    def _row(self, symbol: str, time_ms: int, market: Floats) -> Floats:
        state = self._states[symbol]
        state[MARKET : MARKET + HORIZON_COUNT] = market
        step(state, time_ms)
        return state[ROW : ROW + WIDTH].copy()
