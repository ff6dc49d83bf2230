"""Newest bars of an exchange: pages, the open bar, what is added to a file that is there."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from dipmaster.core.errors import DataError
from dipmaster.core.params import Ingest
from dipmaster.download.errors import DownloadError
from dipmaster.download.exchange import AddedBars, fetch_newest, open_exchange
from dipmaster.market.raw import read_raw
from tests.market.ingest_section import ingest_section

BAR_MS = 300_000
DAY = 288
START_MS = 1_672_531_200_000  # 2023-01-01
Fetch = Callable[..., tuple[AddedBars, ...]]


class MadeExchange:
    """Bars from the beginning to `now_ms`, the last of them open; `page` bars an answer."""

    def __init__(self, now_ms: int, page: int = 100) -> None:
        self.now_ms, self.page, self.calls = now_ms, page, 0
        self.changed: dict[int, float] = {}

    def fetch_ohlcv(
        self, symbol: str, timeframe: str, since: int, limit: int
    ) -> Sequence[Sequence[float]]:
        assert timeframe == "5m"
        if symbol == "NO/USDT":
            raise OSError("no such market")
        self.calls += 1
        first = max(-(-since // BAR_MS) * BAR_MS, START_MS)
        times = range(first, self.now_ms + 1, BAR_MS)
        return [self.bar(time) for time in times[: min(self.page, limit)]]

    def bar(self, time: int) -> list[float]:
        price = 100.0 + (time // BAR_MS % 7) / 10
        volume = 1.0 if time > self.now_ms - BAR_MS else self.changed.get(time, 5.0)
        return [time, price, price + 0.1, price - 0.1, price, volume]


def at(bars: int) -> int:
    """Two minutes into the bar after so many."""
    return START_MS + bars * BAR_MS + 120_000


@pytest.fixture
def fetch(raw: Path) -> Fetch:
    def run(
        exchange: MadeExchange, symbols: Sequence[str] = ("BTC/USDT",)
    ) -> tuple[AddedBars, ...]:
        return fetch_newest(
            exchange, "made", symbols, raw, "made",
            now_ms=exchange.now_ms, days=3, choice="coins that were named",
        )  # fmt: skip

    return run


def test_bars_that_are_over_are_added_and_ingested(fetch: Fetch, raw: Path) -> None:
    exchange = MadeExchange(at(3 * DAY))
    added = fetch(exchange, ["BTC/USDT", "ETH/USDT:USDT"])
    assert added == (
        AddedBars("BTCUSDT-5m.csv", 3 * DAY, 3 * DAY),
        AddedBars("ETHUSDT-5m.csv", 3 * DAY, 3 * DAY),
    )
    market = read_raw(raw, Ingest.model_validate(ingest_section(set="made")))
    assert [len(frame) for frame in market.bars.values()] == [3 * DAY - 1] * 2
    assert set(market.bars["BTCUSDT"]["volume"]) == {5.0}
    (fetched,) = market.log.fetched
    assert (fetched.source, fetched.market, fetched.files) == ("made", "exchange", 2)


def test_later_bars_are_added_to_those_that_are_there(fetch: Fetch, raw: Path) -> None:
    fetch(MadeExchange(at(3 * DAY)))
    before = (raw / "made/BTCUSDT-5m.csv").read_text()
    assert fetch(MadeExchange(at(4 * DAY))) == (AddedBars("BTCUSDT-5m.csv", 4 * DAY, DAY),)
    assert (raw / "made/BTCUSDT-5m.csv").read_text().startswith(before)


def test_nothing_new_changes_nothing(fetch: Fetch, raw: Path) -> None:
    fetch(MadeExchange(at(3 * DAY)))
    before = (raw / "made/BTCUSDT-5m.csv").stat().st_ino
    assert fetch(MadeExchange(at(3 * DAY)))[0].new == 0
    assert (raw / "made/BTCUSDT-5m.csv").stat().st_ino == before


def test_an_exchange_that_changes_its_past_is_refused(fetch: Fetch, raw: Path) -> None:
    fetch(MadeExchange(at(3 * DAY)))
    before = (raw / "made/BTCUSDT-5m.csv").read_bytes()
    exchange = MadeExchange(at(4 * DAY))
    exchange.changed[START_MS + 2 * DAY * BAR_MS] = 6.0
    with pytest.raises(DownloadError, match=r"bar 2023-01-03T00:00:00Z: expected .*5\.0.*6\.0"):
        fetch(exchange)
    assert (raw / "made/BTCUSDT-5m.csv").read_bytes() == before
    read_raw(raw, Ingest.model_validate(ingest_section(set="made")))  # still a finished set


def test_what_the_exchange_says_is_reported(fetch: Fetch, raw: Path) -> None:
    with pytest.raises(
        DownloadError, match="NO/USDT: expected bars, found OSError: no such market"
    ):
        fetch(MadeExchange(at(3 * DAY)), ["NO/USDT"])
    assert not (raw / "made").exists()


def test_spot_and_futures_of_a_coin_are_not_one_file(fetch: Fetch) -> None:
    with pytest.raises(DownloadError, match="different coins"):
        fetch(MadeExchange(at(3 * DAY)), ["BTC/USDT", "BTC/USDT:USDT"])


def test_a_symbol_cannot_leave_the_folder(fetch: Fetch) -> None:
    with pytest.raises(DataError, match="a symbol of 2 to 20"):
        fetch(MadeExchange(at(3 * DAY)), ["../../x"])


def test_without_ccxt_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ccxt", None)
    with pytest.raises(DownloadError, match=r"the package ccxt.*\n  Fix: .*dipmaster\[fetch\]"):
        open_exchange("kraken")
