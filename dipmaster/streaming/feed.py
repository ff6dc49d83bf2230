"""Bars as JSON lines to what a stream is pushed, one open time after the other.

A line is one closed bar of one coin: ``{"open_time": "2023-01-01T00:05:00Z", "symbol":
"BTCUSDT", "open": ...}`` with the columns of table BARS that the coin's source has; the time is
ISO 8601 in UTC, or milliseconds since 1970. An open time is complete when it has a bar of every
coin, or when a later one begins.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np

from dipmaster.core.errors import DataError, data_error
from dipmaster.core.panel import format_time
from dipmaster.market.raw.merge import AGREE_RTOL
from dipmaster.streaming.sources import Bar

_KEYS = ("open_time", "symbol")


class BarFeed:
    """Reads lines and groups them by open time.

    Parameters
    ----------
    lines
        In order of open times.
    name
        Of the file, for errors.
    symbols
        Coins that there are.

    Attributes
    ----------
    duplicates
        Bars that came again with the same values: the first of them counts, as in ingest.
    """

    def __init__(self, lines: Iterable[str], name: str, symbols: Collection[str]) -> None:
        self._lines, self._name, self._symbols = lines, name, frozenset(symbols)
        self.duplicates = 0

    def __iter__(self) -> Iterator[tuple[int, dict[str, Bar]]]:
        """Open times and their bars.

        Raises
        ------
        DataError
            For a line that is no bar, one that comes after a later open time, and two bars of
            the same coin and time that disagree; with file and line.
        """
        time_ms, bars, is_given = -1, dict[str, Bar](), True
        for number, line in enumerate(self._lines, start=1):
            if not line.strip():
                continue
            where = f"{self._name}, line {number}"
            line_ms, symbol, bar = self._parse(line, where)
            if symbol not in self._symbols:
                raise self._unknown(where, line_ms, symbol)
            if line_ms < time_ms:
                raise data_error(
                    f"{where}, {symbol} at {format_time(line_ms)}",
                    f"open times that do not fall, {format_time(time_ms)} or later",
                    "a bar that is late or out of order",
                    "sort the lines by open_time",
                )
            if line_ms > time_ms:
                if not is_given:
                    yield time_ms, bars
                time_ms, bars, is_given = line_ms, {}, False
            if symbol in bars:
                self._compare(where, line_ms, symbol, bars[symbol], bar)
                continue
            bars[symbol] = bar
            if bars.keys() == self._symbols:
                yield time_ms, bars
                is_given = True
        if not is_given:
            yield time_ms, bars

    def _compare(self, where: str, time_ms: int, symbol: str, first: Bar, second: Bar) -> None:
        for name, value in first.items():
            if not np.isclose(second.get(name, np.nan), value, rtol=AGREE_RTOL, atol=0.0):
                raise data_error(
                    f"{where}, {symbol} at {format_time(time_ms)}",
                    "bars of the same time to agree",
                    f"{name} {value:.10g} and {second.get(name, np.nan):.10g}",
                    "send each bar once, when it has closed",
                )
        self.duplicates += 1

    def _unknown(self, where: str, time_ms: int, symbol: str) -> DataError:
        return data_error(
            f"{where}, {symbol} at {format_time(time_ms)}",
            f"one of the coins {', '.join(sorted(self._symbols))}",
            symbol,
            "leave the coin out",
        )

    def _parse(self, line: str, where: str) -> tuple[int, str, dict[str, float]]:
        try:
            fields: dict[str, Any] = json.loads(line)
            time_ms = _parse_time(fields["open_time"])
            values = {name: float(one) for name, one in fields.items() if name not in _KEYS}
            return time_ms, str(fields["symbol"]), values
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise data_error(
                where,
                'a bar such as {"open_time": "2023-01-01T00:05:00Z", "symbol": "BTCUSDT", '
                '"open": 1.0, "high": 1.0, "low": 1.0, "close": 1.0, "volume": 1.0}',
                f"{line.strip():.80} ({type(error).__name__}: {error})",
                "correct the line",
            ) from error


def _parse_time(value: Any) -> int:
    if isinstance(value, str):
        time = datetime.fromisoformat(value)
        aware = time if time.tzinfo else time.replace(tzinfo=UTC)
        return round(aware.timestamp() * 1000)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"open_time {value!r}")
    return value
