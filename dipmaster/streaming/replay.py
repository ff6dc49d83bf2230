"""Stored bars to what a stream is pushed: one open time after the other."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from dipmaster.core.panel import to_epoch_ms
from dipmaster.streaming.sources import Bar


def iterate_bars(bars: Mapping[str, pd.DataFrame]) -> Iterator[tuple[int, dict[str, Bar]]]:
    """Open times with a bar of any coin, rising, and the bars.

    Parameters
    ----------
    bars
        Symbol to a frame of table BARS.
    """
    coins = [_CoinBars(symbol, frame) for symbol, frame in bars.items()]
    times = np.unique(np.concatenate([one.times for one in coins]))
    for time in times.tolist():
        read = ((one.symbol, one.read(time)) for one in coins)
        yield time, {symbol: bar for symbol, bar in read if bar is not None}


class _CoinBars:
    """Bars of one coin, read in rising order."""

    def __init__(self, symbol: str, frame: pd.DataFrame) -> None:
        self.symbol, self.times = symbol, to_epoch_ms(frame["open_time"])
        self._names = [str(name) for name in frame.columns if name != "open_time"]
        self._values = frame[self._names].to_numpy(np.float64)

    def read(self, time_ms: int) -> Bar | None:
        row = int(np.searchsorted(self.times, time_ms))
        if row == self.times.size or self.times[row] != time_ms:
            return None
        return dict(zip(self._names, self._values[row].tolist(), strict=True))
