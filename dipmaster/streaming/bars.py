"""Bars as they come in: checked as ingest checks rows of files, before anything is taken in."""

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from dipmaster.core.errors import data_error
from dipmaster.core.panel import format_time
from dipmaster.core.params import Ingest
from dipmaster.core.time_units import BAR_MS, date_to_epoch_ms
from dipmaster.market.raw.rows import NO_FAULT, REASONS, BadRowReason, find_faults
from dipmaster.streaming.market import PRICES, MarketFacts
from dipmaster.streaming.sources import Bar


class BarCheck:
    """Refuses what cannot be a bar, or drops and counts it, as `ingest.on_bad_row` says.

    Attributes
    ----------
    dropped
        Name of a reason to bars that were left out.
    """

    def __init__(self, facts: MarketFacts, params: Ingest) -> None:
        self._names = {one: (*PRICES, *facts.columns[one]) for one in facts.symbols}
        self._on_bad_row = params.on_bad_row
        self._max_ms = date_to_epoch_ms(params.max_time)
        self.dropped: Counter[str] = Counter()

    def accept(self, time_ms: int, expected_ms: int, bars: Mapping[str, Bar]) -> dict[str, Bar]:
        """The bars that can be used.

        Parameters
        ----------
        expected_ms
            First open time that may come: later ones leave a gap, which is one of the market.

        Raises
        ------
        DataError
            For a time that is off the grid or came before, an unknown coin, a lacking column, and
            a bar that cannot be one where these are not dropped; coin and time are named.
        """
        if time_ms % BAR_MS:
            raise data_error(
                _name_bars(time_ms, bars),
                "open times on the 5-minute grid",
                f"{time_ms % BAR_MS} ms beside it",
                "push closed 5-minute bars by their open time",
            )
        if time_ms < expected_ms:
            raise data_error(
                _name_bars(time_ms, bars),
                f"an open time of {format_time(expected_ms)} or later",
                "one that was already decided on: late, doubled or out of order",
                "push each open time once, after the one before it, with the bars of all coins",
            )
        return {symbol: bar for symbol, bar in bars.items() if self._check(time_ms, symbol, bar)}

    def _check(self, time_ms: int, symbol: str, bar: Bar) -> bool:
        names = self._names.get(symbol)
        if names is None:
            known = ", ".join(self._names)
            where = _name_bars(time_ms, [symbol])
            raise data_error(where, f"one of the coins {known}", symbol, "leave the coin out")
        missing = [name for name in names if name not in bar]
        if missing:
            raise data_error(
                _name_bars(time_ms, [symbol]),
                f"the columns {', '.join(names)}",
                f"no {', '.join(missing)}",
                "give every column that the coin's source has",
            )
        if _is_plain(bar, names) and time_ms < self._max_ms:
            return True
        reason = self._find_fault(time_ms, {name: float(bar[name]) for name in names})
        if reason is None:
            return True
        if self._on_bad_row == "error":
            raise data_error(
                _name_bars(time_ms, [symbol]),
                reason.expected,
                ", ".join(f"{name} {bar[name]:.10g}" for name in names),
                "correct the source, or set ingest.on_bad_row to drop",
            )
        self.dropped[reason.name] += 1
        return False

    def _find_fault(self, time_ms: int, bar: Mapping[str, float]) -> BadRowReason | None:
        values = {name: np.array([value]) for name, value in bar.items()}
        no_text = {name: np.zeros(1, np.bool_) for name in bar}
        code = int(find_faults(np.array([time_ms]), values, no_text, BAR_MS, self._max_ms)[0])
        return None if code == NO_FAULT else REASONS[code]


def _is_plain(bar: Bar, names: tuple[str, ...]) -> bool:
    """Whether a bar is surely good: the quick look that spares most bars the whole check."""
    opened, high, low, close = (bar[name] for name in PRICES)
    inside = 0.0 < low <= opened <= high < np.inf and low <= close <= high
    others = all(0.0 <= bar[name] < np.inf for name in names[len(PRICES) :])
    return inside and others and bar.get("taker_buy_volume", 0.0) <= bar["volume"]


def _name_bars(time_ms: int, symbols: Iterable[str]) -> str:
    return f"bar of {', '.join(symbols) or 'no coin'} at {format_time(time_ms)}"
