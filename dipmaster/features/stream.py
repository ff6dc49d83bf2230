"""Features bar by bar, as they would be made live; the same bytes as the batch."""

from collections.abc import Collection, Mapping

import numpy as np

from dipmaster.features import layout
from dipmaster.features.inputs import knobs
from dipmaster.features.market_wide import (
    HORIZON_COUNT,
    RETURNS_STATE_SIZE,
    mean_of_present,
    returns_step,
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
        self._states = {symbol: np.zeros(layout.STATE_SIZE) for symbol in sources}
        self._returns = {symbol: np.zeros(RETURNS_STATE_SIZE) for symbol in sources}
        self._knobs = {
            symbol: knobs(params, has_spread="half_spread_bps" in columns)
            for symbol, columns in sources.items()
        }

    def push(self, time_ms: int, bars: Mapping[str, Mapping[str, float]]) -> dict[str, Floats]:
        """Take in the bars that opened at `time_ms` and have closed.

        Returns
        -------
        dict
            Symbol to its row, shape (features,), in the order of table
            FEATURES without open_time; NaN where not known.
        """
        present = [symbol for symbol in self._symbols if symbol in bars]
        rows = {
            symbol: np.array([bars[symbol].get(name, np.nan) for name in layout.BAR_COLUMNS])
            for symbol in present
        }
        each = np.full((len(present), 1, HORIZON_COUNT), np.nan)
        for i, symbol in enumerate(present):
            returns_step(self._returns[symbol], time_ms, rows[symbol], each[i, 0])
        mean = np.empty((1, HORIZON_COUNT))
        mean_of_present(each, mean)
        return {symbol: self._row(symbol, time_ms, rows[symbol], mean[0]) for symbol in present}

    def _row(self, symbol: str, time_ms: int, bar: Floats, market: Floats) -> Floats:
        out = np.empty(layout.WIDTH)
        step(self._states[symbol], time_ms, bar, market, self._knobs[symbol], out)
        return out
