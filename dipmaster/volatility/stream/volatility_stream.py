"""Volatility bar by bar, as it would be made live; the same bytes as the batch."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np

from dipmaster.core.errors import TableError
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import format_time
from dipmaster.core.params import Volatility
from dipmaster.core.params.market import Source
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS
from dipmaster.volatility.clock import EPOCH_WEEKDAY, GridClock
from dipmaster.volatility.stream.market import MarketStream
from dipmaster.volatility.stream.rows import build_rows
from dipmaster.volatility.stream.snapshot import Array, name_arrays, restore_arrays

PRICES = ("open", "high", "low", "close")
MADE_FOR = "made_for"


class GridMemory(NamedTuple):
    """Place on the grid, each of shape (1,): open time of the first bar, bars taken in, bars begun.

    A bar is begun before its prices are known: with the profiles of its day and its refits.
    """

    first_ms: Ints
    taken: Ints
    begun: Ints


class VolatilityStream:
    """Holds the state of all coins; `push` takes all bars of one time.

    Parameters
    ----------
    symbols
        All coins there will be; one may begin late or end.
    params
        Section `volatility`.
    source
        Of the bars; `regime.detector: by_source` follows it.
    """

    def __init__(self, symbols: Collection[str], params: Volatility, source: Source) -> None:
        self._symbols = tuple(sorted(symbols))
        self._made_for = f"{source} {' '.join(self._symbols)} {params.model_dump_json()}"
        self._refit_days = params.garch.refit_days
        self._grid = GridMemory(*(np.zeros(1, dtype=np.int64) for _ in GridMemory._fields))
        self._market = MarketStream(self._symbols, params, source)

    @classmethod
    def from_state(
        cls,
        symbols: Collection[str],
        params: Volatility,
        source: Source,
        state: Mapping[str, Any],
    ) -> "VolatilityStream":
        """A stream that goes on where the one that gave `state` stood.

        Raises
        ------
        TableError
            Where the state is not of these symbols, params and source, or is not whole.
        """
        stream = cls(symbols, params, source)
        if str(state.get(MADE_FOR)) != stream._made_for:
            raise TableError(
                "snapshot of the volatility stream: expected one of the same symbols, section "
                "`volatility` and source, found another.\n"
                "  Fix: use the params that it was taken with, or start from the first bar."
            )
        restore_arrays(stream._arrays(), state)
        return stream

    def state(self) -> dict[str, Any]:
        """All that is remembered: copies of arrays by name, and for what they were made."""
        arrays = {name: array.copy() for name, array in self._arrays().items()}
        return {MADE_FOR: self._made_for, **arrays}

    def prepare(self) -> None:
        """Begin the next bar before its prices are known.

        At midnight the day's profiles and on some days refits take longer than a bar does.
        `push` does what was not done beforehand; the values are the same.
        """
        grid = self._grid
        if grid.taken[0] == 0 or grid.begun[0] > grid.taken[0]:
            return
        self._begin(int(grid.taken[0]))

    def push(
        self, time_ms: int, bars: Mapping[str, Mapping[str, float]]
    ) -> dict[str, dict[str, Any]]:
        """Take in the bars that opened at `time_ms` and have closed.

        Times between the last one and this one, at which no coin had a bar, count as missing.

        Parameters
        ----------
        bars
            Symbol to open, high, low and close; other columns are not read. A coin without a
            bar is absent.

        Returns
        -------
        dict
            Symbol to its row, `STREAM_COLUMNS` to a float32 or int8, NaN or -1 where not known;
            of coins with a close, as the rows of the table.

        Raises
        ------
        TableError
            Where the time is off the grid or does not follow the last one, or a symbol is not
            one of those of the stream.
        """
        self._check(time_ms, bars)
        prices = self._read_prices(time_ms, bars)
        grid = self._grid
        if grid.begun[0] == 0:
            if not bars:
                return {}  # the grid begins with the first bar of any coin
            grid.first_ms[0] = time_ms
        while self._next_ms() < time_ms:
            self._take(np.full(prices.shape, np.nan))
        return build_rows(self._take(prices), self._symbols, np.isfinite(prices[-1]))

    def _read_prices(self, time_ms: int, bars: Mapping[str, Mapping[str, float]]) -> Floats:
        """Shape (4, coins), NaN where a coin has no bar."""
        prices = np.full((len(PRICES), len(self._symbols)), np.nan)
        for i, symbol in enumerate(self._symbols):
            if symbol not in bars:
                continue
            try:
                prices[:, i] = [bars[symbol][name] for name in PRICES]
            except KeyError as error:
                raise TableError(
                    f"{symbol} at {format_time(time_ms)}: expected {', '.join(PRICES)}, found no "
                    f"{error.args[0]}.\n  Fix: give all four; NaN where one is missing."
                ) from error
        return prices

    def _arrays(self) -> dict[str, Array]:
        memories = {"grid": self._grid, **self._market.memories()}
        return {
            name: array
            for part, memory in memories.items()
            for name, array in name_arrays(memory, part)
        }

    def _check(self, time_ms: int, bars: Mapping[str, Mapping[str, float]]) -> None:
        unknown = sorted(set(bars) - set(self._symbols))
        if unknown:
            raise TableError(
                f"{format_time(time_ms)}: expected bars of {', '.join(self._symbols)}, found "
                f"{', '.join(unknown)}.\n  Fix: name every symbol when the stream is made."
            )
        is_late = self._grid.taken[0] > 0 and time_ms < self._next_ms()
        if is_late or time_ms % BAR_MS:
            expected = f"from {format_time(self._next_ms())} on" if is_late else "on the grid"
            raise TableError(
                f"expected a 5-minute bar {expected}, found {format_time(time_ms)}.\n"
                "  Fix: send each time once, in order, with the bars of all symbols."
            )

    def _next_ms(self) -> int:
        return int(self._grid.first_ms[0] + BAR_MS * self._grid.taken[0])

    def _begin(self, bar: int) -> None:
        """New day and refits, from bars before this one."""
        slot = int(self._grid.first_ms[0] // BAR_MS + bar) % BARS_PER_DAY
        self._grid.begun[0] = bar + 1
        if bar == 0:
            self._market.start(slot)
        elif slot != 0:
            return
        day_ms = int(self._grid.first_ms[0] + BAR_MS * (bar - slot))
        if bar > 0:
            self._market.close_day(GridClock(day_ms - DAY_MS, BARS_PER_DAY))
            if (day_ms // DAY_MS + EPOCH_WEEKDAY) % self._refit_days == 0:
                self._market.refit(bar)
        self._market.open_day(GridClock(day_ms, BARS_PER_DAY))

    def _take(self, prices: Floats) -> dict[str, Any]:
        bar = int(self._grid.taken[0])
        if self._grid.begun[0] == bar:
            self._begin(bar)
        slot = int(self._grid.first_ms[0] // BAR_MS + bar) % BARS_PER_DAY
        columns = self._market.push(bar, slot, prices)
        self._grid.taken[0] += 1
        return columns
