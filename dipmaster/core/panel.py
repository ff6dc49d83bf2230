"""Bars of all symbols on one regular 5-minute grid.

The engine and everything that looks across symbols works on a `Panel`. A bar
that does not exist is NaN; nothing is ever filled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from dipmaster.core.errors import TableError
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.time_units import BAR_MS, ISO_UTC


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
    funding_frac
        Rate that a long position pays at the open of the bar, 0 where it pays none; None
        where no symbol is charged.
    """

    symbols: tuple[str, ...]
    open_time: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    half_spread_bps: Floats
    funding_frac: Floats | None = None

    @property
    def bars(self) -> int:
        """Length of the grid."""
        return int(self.open_time.size)

    @property
    def traded(self) -> "Panel":
        """The panel in which bars of volume 0 do not exist; itself where there are none.

        Nobody traded in such a bar, so that nothing could have been bought or sold in it.
        A symbol without volume in any bar is one whose source does not know it: it keeps
        its bars.
        """
        return self._without_idle_bars or self

    @cached_property
    def _without_idle_bars(self) -> "Panel | None":
        """None where no bar is idle: a panel that holds itself stays until cycles are searched."""
        idle = (self.volume == 0.0) & (self.volume > 0.0).any(axis=1, keepdims=True)
        if not idle.any():
            return None
        fields = (np.where(idle, np.nan, getattr(self, name)) for name in _FIELDS)
        return replace(Panel(self.symbols, self.open_time, *fields), funding_frac=self.funding_frac)

    @cached_property
    def cumulative_funding(self) -> Floats | None:
        """Funding that one unit held since the first bar has paid by the open of each bar.

        Quote currency, shape (symbols, bars), a running sum: the difference of two bars is
        what a unit pays that is bought at the open of the first and still held at that of
        the second. The charge is the rate x the open of the bar, or x the last close before
        it where there is none. None where no symbol is charged.
        """
        if self.funding_frac is None:
            return None
        bar = np.where(np.isnan(self.close), 0, np.arange(self.bars))
        last_close = np.take_along_axis(self.close, np.maximum.accumulate(bar, axis=1), axis=1)
        previous_close = np.pad(last_close[:, :-1], ((0, 0), (1, 0)), constant_values=np.nan)
        price = np.where(np.isnan(self.open), previous_close, self.open)
        charge = np.where(self.funding_frac == 0.0, 0.0, self.funding_frac * price)
        return np.cumsum(np.nan_to_num(charge), axis=1)  # before its first bar nobody holds it

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


def format_time(time_ms: int) -> str:
    """A time as outputs write it."""
    return str(to_timestamps(np.array([time_ms], dtype=np.int64))[0].strftime(ISO_UTC))


def align_bars(bars: Mapping[str, pd.DataFrame], fallback_half_spread_bps: float) -> Panel:
    """Align the bars of all symbols on one regular grid, symbols in sorted order.

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


def add_funding(panel: Panel, rates: Mapping[str, pd.DataFrame]) -> Panel:
    """Add the funding rates of some symbols to a panel, each on the bar that opens then.

    Parameters
    ----------
    rates
        One frame of table FUNDING for each symbol that is charged. Times may be some
        milliseconds off, as the exchange's are; those outside the panel charge nobody.
    """
    if not rates:
        return panel
    funding = np.zeros(panel.open.shape)
    for row, symbol in enumerate(panel.symbols):
        if symbol in rates:
            bar = panel.index_of(to_epoch_ms(rates[symbol]["time"]) + BAR_MS // 2)
            on_grid = (bar >= 0) & (bar < panel.bars)
            rate = rates[symbol]["rate_frac"].to_numpy(dtype=np.float64)
            np.add.at(funding[row], bar[on_grid], rate[on_grid])
    return replace(panel, funding_frac=funding)


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
