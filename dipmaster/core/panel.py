"""Bars of all symbols on one regular 5-minute grid.

The engine and everything that looks across symbols works on a `Panel`. A bar
that does not exist is NaN; nothing is ever filled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from dipmaster.core.errors import TableError
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.time_units import BAR_MS


@dataclass(frozen=True)
class Panel:
    """Arrays of shape (symbols, bars), NaN where a bar does not exist.

    Attributes
    ----------
    symbols
        Names in row order.
    open_time
        Shape (bars,), int64 milliseconds since 1970 UTC, every 5 minutes.
    open, high, low, close
        Prices in the quote currency.
    volume
        Base units.
    half_spread_bps
        Half-spread at the open in bps; the fallback where the source has none.
    """

    symbols: tuple[str, ...]
    open_time: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    half_spread_bps: Floats

    @property
    def bars(self) -> int:
        """Length of the grid."""
        return int(self.open_time.size)

    @cached_property
    def traded(self) -> "Panel":
        """The panel in which bars of volume 0 do not exist; itself where there are none.

        Nobody traded in such a bar, so that nothing could have been bought or sold in it.
        A symbol without volume in any bar is one whose source does not know it: it keeps
        its bars.
        """
        idle = (self.volume == 0.0) & (self.volume > 0.0).any(axis=1, keepdims=True)
        if not idle.any():
            return self
        fields = (np.where(idle, np.nan, getattr(self, name)) for name in _FIELDS)
        return Panel(self.symbols, self.open_time, *fields)

    def index_of(self, times_ms: Ints) -> Ints:
        """Positions on the grid of times that lie on it."""
        first = int(self.open_time[0])
        return np.asarray((times_ms - first) // BAR_MS, dtype=np.int64)


def to_epoch_ms(times: "pd.Series[pd.Timestamp]") -> Ints:
    """UTC times as int64 milliseconds since 1970."""
    milliseconds = times.astype("datetime64[ms, UTC]").astype("int64")
    return np.asarray(milliseconds.to_numpy(), dtype=np.int64)


def to_timestamps(times_ms: Ints) -> pd.DatetimeIndex:
    """int64 milliseconds since 1970 as UTC times."""
    return pd.DatetimeIndex(times_ms.astype("datetime64[ms]")).tz_localize("UTC")


def align_bars(bars: Mapping[str, pd.DataFrame], fallback_half_spread_bps: float) -> Panel:
    """Put the bars of all symbols on one regular grid, symbols in sorted order.

    Parameters
    ----------
    bars
        One frame of table BARS a symbol.
    fallback_half_spread_bps
        Used for symbols whose source gives no half-spread.

    Raises
    ------
    TableError
        Where there is no bar at all or a stamp is off the 5-minute grid.
    """
    symbols = tuple(sorted(bars))
    times = {symbol: to_epoch_ms(bars[symbol]["open_time"]) for symbol in symbols}
    if not symbols or any(times[symbol].size == 0 for symbol in symbols):
        raise TableError("expected at least one bar of every symbol, found none")
    first = min(int(times[symbol][0]) for symbol in symbols)
    last = max(int(times[symbol][-1]) for symbol in symbols)
    grid = np.arange(first, last + BAR_MS, BAR_MS, dtype=np.int64)
    rows = {symbol: _grid_rows(times[symbol], first, symbol) for symbol in symbols}

    def collect_field(name: str) -> Floats:
        values = np.full((len(symbols), grid.size), np.nan)
        for i, symbol in enumerate(symbols):
            values[i, rows[symbol]] = _extract_column(bars[symbol], name, fallback_half_spread_bps)
        return values

    return Panel(symbols, grid, *(collect_field(name) for name in _FIELDS))


_FIELDS = ("open", "high", "low", "close", "volume", "half_spread_bps")


def _extract_column(
    frame: pd.DataFrame, name: str, fallback_half_spread_bps: float
) -> Floats | float:
    if name == "half_spread_bps" and name not in frame:
        return fallback_half_spread_bps
    return np.asarray(frame[name].to_numpy(), dtype=np.float64)


def _grid_rows(times_ms: Ints, first_ms: int, symbol: str) -> Ints:
    offset_ms = times_ms - first_ms
    if np.any(offset_ms % BAR_MS) or np.any(np.diff(times_ms) <= 0):
        raise TableError(
            f"{symbol}: expected rising open times on the 5-minute grid.\n"
            "  Fix: run the ingest stage again."
        )
    return offset_ms // BAR_MS
