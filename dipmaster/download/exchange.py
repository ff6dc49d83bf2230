"""The newest bars of any exchange that ccxt knows, added to one csv a coin.

ccxt is an extra of the project (``fetch``), imported here alone and only when asked for.
"""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from dipmaster.core import locks, store
from dipmaster.core.panel import format_time
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.download.errors import DownloadError, describe
from dipmaster.download.record import (
    Outcome,
    begin_manifest,
    finish_manifest,
    is_fetched,
    undo_begin,
)
from dipmaster.market.raw.manifest import FetchedFile
from dipmaster.market.raw.naming import check_symbol

HEADER: Final = ("open_time", "open", "high", "low", "close", "volume")
MARKET: Final = "exchange"
_LIMIT = 500
_TIMEFRAME = "5m"

Rows = dict[int, tuple[float, ...]]


class Exchange(Protocol):
    """What is used of a ccxt exchange."""

    def fetch_ohlcv(
        self, symbol: str, timeframe: str, since: int, limit: int
    ) -> Sequence[Sequence[float]]:
        """Bars from `since` on, oldest first: open time (ms), open, high, low, close, volume."""


@dataclass(frozen=True)
class AddedBars:
    """Bars of one coin: those in its file now, and how many of them are new."""

    file: str
    bars: int
    new: int


def open_exchange(name: str) -> tuple[Exchange, type[Exception]]:
    """An exchange by ccxt's name for it, and the base of the errors it raises.

    Raises
    ------
    DownloadError
        Where ccxt is not installed, or knows no exchange of that name.
    """
    try:
        import ccxt
    except ImportError as error:
        raise DownloadError(
            describe(
                "`dipmaster fetch exchange`",
                "the package ccxt",
                "none in this environment",
                "install the extra: `.venv/bin/python -m pip install --require-hashes "
                "-r requirements-fetch.lock` (or `pip install 'dipmaster[fetch]'`)",
            )
        ) from error
    if name not in ccxt.exchanges:
        near = [one for one in ccxt.exchanges if one.startswith(name[:3])][:5]
        found = f"{name!r}" + (f"; near it: {', '.join(near)}" if near else "")
        fix = "take a name of ccxt's list of exchanges"
        raise DownloadError(describe("EXCHANGE", "an exchange that ccxt knows", found, fix))
    return getattr(ccxt, name)({"enableRateLimit": True, "timeout": 20_000}), ccxt.BaseError


def fetch_newest(
    exchange: Exchange,
    source: str,
    symbols: Sequence[str],
    raw: Path,
    set_name: str,
    *,
    now_ms: int,
    days: int,
    choice: str,
    failures: type[Exception] = OSError,
) -> tuple[AddedBars, ...]:
    """Add the bars of the last days to the files of a set.

    The bar that is still open is left out. Bars that are there stay as they are; where the
    exchange says something else of one of them, nothing is written.

    Parameters
    ----------
    source
        Name of the exchange, for the manifest.
    symbols
        As ccxt writes them: ``BTC/USDT``.
    now_ms
        The time now, milliseconds since 1970.
    failures
        Base of the errors that the exchange raises.

    Raises
    ------
    DownloadError
        Where the exchange fails, has no bars, or contradicts a file.
    """
    files = _name_files(symbols)
    folder = raw / set_name
    with locks.hold("fetch"):
        is_new = not is_fetched(folder)
        old = begin_manifest(folder, source, MARKET, choice)
        try:
            start_ms = (now_ms - days * DAY_MS) // BAR_MS * BAR_MS
            bars = {
                symbol: _read_bars(exchange, symbol, start_ms, now_ms, failures)
                for symbol in symbols
            }
            merged = {s: _merge(folder / files[s], bars[s]) for s in symbols}
        except BaseException:
            undo_begin(folder, old, is_new=is_new)
            raise
        added = tuple(_write(folder / files[s], *merged[s]) for s in symbols)
        entries = tuple(_describe(folder / files[s], s, set_name) for s in symbols)
        today = format_time(now_ms)[:10]
        has_news = any(one.new for one in added)
        finish_manifest(folder, old, Outcome(entries, has_news, (), today, choice))
    return added


def _name_files(symbols: Sequence[str]) -> Mapping[str, str]:
    files = {symbol: f"{check_symbol(symbol, 'SYMBOL')}-{_TIMEFRAME}.csv" for symbol in symbols}
    if len(set(files.values())) != len(symbols):
        fix = "name each coin once; spot and futures need a set each"
        raise DownloadError(describe("SYMBOL", "different coins", ", ".join(symbols), fix))
    return files


def _read_bars(
    exchange: Exchange, symbol: str, start_ms: int, now_ms: int, failures: type[Exception]
) -> Rows:
    """Bars that are over, from `start_ms` on, in pages."""
    rows: Rows = {}
    since = start_ms
    while since + BAR_MS <= now_ms:
        try:
            page = exchange.fetch_ohlcv(symbol, _TIMEFRAME, since, _LIMIT)
        except failures as error:
            fix = "check the symbol (as ccxt writes it, BTC/USDT), or try again later"
            found = f"{type(error).__name__}: {error!s:.120}"
            raise DownloadError(describe(symbol, "bars", found, fix)) from error
        times = [int(row[0]) for row in page if int(row[0]) >= since]
        rows |= {
            int(row[0]): tuple(float(value) for value in row[1:6])
            for row in page
            if start_ms <= int(row[0]) <= now_ms - BAR_MS
        }
        if not times:
            break
        since = max(times) + BAR_MS
    if not rows:
        fix = "name another coin, or more --days"
        raise DownloadError(describe(symbol, "bars", "none", fix))
    return rows


def _merge(path: Path, rows: Rows) -> tuple[Rows, int]:
    """Bars of the file and new ones; the number of those."""
    old = _read_file(path)
    differing = sorted(time for time in old.keys() & rows.keys() if old[time] != rows[time])
    if differing:
        raise DownloadError(
            describe(
                f"{path}, bar {format_time(differing[0])}",
                f"{old[differing[0]]}, as it is there",
                f"{rows[differing[0]]} at the exchange",
                "choose another --set; which of the two is right, the exchange has to say",
            )
        )
    return old | rows, len(rows.keys() - old.keys())


def _read_file(path: Path) -> Rows:
    if not path.is_file():
        return {}
    lines: list[list[Any]] = list(csv.reader(io.StringIO(store.read_text(path))))
    try:
        return {int(row[0]): tuple(map(float, row[1:])) for row in lines[1:]}
    except (ValueError, IndexError) as error:
        fix = "move it out of the set: it is not one that `dipmaster fetch exchange` wrote"
        raise DownloadError(describe(str(path), "bars", str(error), fix)) from error


def _write(path: Path, rows: Rows, new: int) -> AddedBars:
    if new:
        lines = [",".join(HEADER)]
        lines += [",".join(map(repr, (time, *rows[time]))) for time in sorted(rows)]
        store.write_text("\n".join(lines) + "\n", path)
    return AddedBars(path.name, len(rows), new)


def _describe(path: Path, symbol: str, set_name: str) -> FetchedFile:
    content = store.read_bytes(path)
    digest = hashlib.sha256(content).hexdigest()
    return FetchedFile(
        file=f"{set_name}/{path.name}", source=symbol, sha256=digest, bytes=len(content)
    )
