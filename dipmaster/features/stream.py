"""Features bar by bar, as they would be made live; the same bytes as the batch."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params import Features
from dipmaster.core.time_units import BAR_MS
from dipmaster.features.blocks import compute_blocks
from dipmaster.features.inputs import create_state
from dipmaster.features.layout import BAR_COLUMNS, HORIZONS
from dipmaster.features.market_returns import CLOSE, mean_over_present
from dipmaster.features.segments import is_usable


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
            symbol: create_state(params, has_spread="half_spread_bps" in columns)
            for symbol, columns in sources.items()
        }
        self._closes = {symbol: RecentCloses() for symbol in sources}

    def push(self, time_ms: int, bars: Mapping[str, Mapping[str, float]]) -> dict[str, Floats]:
        """Take in the bars that opened at `time_ms` and have closed.

        Returns
        -------
        dict
            Symbol to its row, shape (features,), in the order of table
            FEATURES without open_time; NaN where not known.
        """
        present = [symbol for symbol in self._symbols if symbol in bars]
        columns = {
            symbol: [np.array([bars[symbol].get(name, np.nan)]) for name in BAR_COLUMNS]
            for symbol in present
        }
        coin_returns = np.empty((len(present), len(HORIZONS), 1))
        for i, symbol in enumerate(present):
            coin_returns[i, :, 0] = self._closes[symbol].returns(time_ms, columns[symbol])
        mean = np.empty((len(HORIZONS), 1))
        mean_over_present(coin_returns, mean)
        return {symbol: self._row(symbol, time_ms, columns[symbol], mean) for symbol in present}

    def save(self) -> dict[str, Floats]:
        """Everything that the next rows depend on, by name; `load` takes it back."""
        states = {f"state/{symbol}": state for symbol, state in self._states.items()}
        return states | {f"closes/{symbol}": one.save() for symbol, one in self._closes.items()}

    def load(self, saved: Mapping[str, Floats]) -> None:
        """Go on where `save` was called."""
        for symbol, state in self._states.items():
            state[:] = saved[f"state/{symbol}"]
            self._closes[symbol].load(saved[f"closes/{symbol}"])

    def _row(self, symbol: str, time_ms: int, bar: Sequence[Floats], market: Floats) -> Floats:
        times = np.array([time_ms], dtype=np.int64)
        [(_, _, row)] = compute_blocks(self._states[symbol], times, bar, market, time_ms)
        return row[:, 0].copy()


class RecentCloses:
    """The last closes of a coin without a gap, for its part in the market's returns."""

    def __init__(self) -> None:
        self._closes: deque[float] = deque(maxlen=max(HORIZONS) + 1)
        self._last_ms = 0

    def returns(self, time_ms: int, bar: Sequence[Floats]) -> list[float]:
        """Take in a closed bar; its returns over the horizons, NaN where not known."""
        is_usable_bar = bool(is_usable(bar)[0])
        if not is_usable_bar or time_ms - self._last_ms != BAR_MS:
            self._closes.clear()
        self._last_ms = time_ms
        if not is_usable_bar:
            return [np.nan] * len(HORIZONS)
        close = float(bar[CLOSE][0])
        self._closes.append(close)
        count = len(self._closes)
        return [close / self._closes[-1 - h] - 1.0 if count > h else np.nan for h in HORIZONS]

    def save(self) -> Floats:
        """The time of the last bar, then the closes."""
        return np.array([float(self._last_ms), *self._closes])

    def load(self, saved: Floats) -> None:
        """Go on where `save` was called."""
        self._last_ms = int(saved[0])
        self._closes.clear()
        self._closes.extend(saved[1:].tolist())
