"""Every accepted format gives the same bars; what a source lacks stays absent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dipmaster.core.tables import BARS
from dipmaster.market.raw import RawMarket

Bars = Callable[..., pd.DataFrame]
Read = Callable[..., RawMarket]
PLAIN = ["open_time", "open", "high", "low", "close", "volume"]
KLINES = [*PLAIN, "quote_volume", "trade_count", "taker_buy_volume"]


def assert_bars(market: RawMarket, expected: pd.DataFrame, columns: list[str]) -> None:
    assert list(market.bars) == ["BTCUSDT"]
    frame = market.bars["BTCUSDT"]
    assert list(frame.columns) == columns
    BARS.check(frame, "test")
    pd.testing.assert_frame_equal(frame[PLAIN], expected.iloc[:-1], check_exact=True)


@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("per_ms", [1, 1000], ids=["ms", "us"])
@pytest.mark.parametrize("ending", [".csv", ".zip"])
def test_klines(
    raw: Path,
    read: Read,
    bars: Bars,
    klines: Any,
    zipped: Any,
    header: bool,
    per_ms: int,
    ending: str,
) -> None:
    text = klines(bars(), header=header, per_ms=per_ms)
    path = raw / f"BTCUSDT-5m-2023-01{ending}"
    zipped(path, text) if ending == ".zip" else path.write_text(text, encoding="utf-8")
    assert_bars(read(), bars(), KLINES)


@pytest.mark.parametrize(
    "name", ["BTCUSDT_5m.parquet", "btcusdt.parquet", "BTC-USDT.parquet", "BTCUSDT-2023.parquet"]
)
def test_parquet(raw: Path, read: Read, bars: Bars, name: str) -> None:
    bars().to_parquet(raw / name, index=False)
    assert_bars(read(), bars(), PLAIN)


def test_parquet_with_the_time_as_index(raw: Path, read: Read, bars: Bars) -> None:
    bars().set_index("open_time").rename_axis(None).to_parquet(raw / "BTCUSDT.parquet")
    assert_bars(read(), bars(), PLAIN)


@pytest.mark.parametrize("name", ["BTC_USDT-5m.feather", "BTC_USDT_USDT-5m-futures.feather"])
def test_freqtrade_feather(raw: Path, read: Read, bars: Bars, name: str) -> None:
    bars().rename(columns={"open_time": "date"}).to_feather(raw / name)
    assert_bars(read(), bars(), PLAIN)


@pytest.mark.parametrize(
    ("column", "form"),
    [
        ("date", "%Y-%m-%d %H:%M:%S"),
        ("timestamp", "%Y-%m-%dT%H:%M:%SZ"),
        ("Open time", "%Y-%m-%d %H:%M:%S+00:00"),
    ],
)
def test_csv_with_written_times(raw: Path, read: Read, bars: Bars, column: str, form: str) -> None:
    frame = bars().assign(open_time=bars()["open_time"].dt.strftime(form))
    frame.rename(columns={"open_time": column}).to_csv(raw / "BTCUSDT.csv", index=False)
    assert_bars(read(), bars(), PLAIN)


def test_times_with_an_offset_are_turned_into_utc(raw: Path, read: Read, bars: Bars) -> None:
    local = bars()["open_time"].dt.tz_convert("Asia/Kolkata").map(lambda t: t.isoformat())
    bars().assign(open_time=local).to_csv(raw / "BTCUSDT.csv", index=False)
    assert_bars(read(), bars(), PLAIN)


@pytest.mark.parametrize("per_second", [1, 1_000, 1_000_000, 1_000_000_000])
def test_whole_numbers_in_any_unit(raw: Path, read: Read, bars: Bars, per_second: int) -> None:
    stamps = bars()["open_time"].astype("int64") // 1_000 * per_second
    bars().assign(open_time=stamps).to_csv(raw / "BTCUSDT.csv", index=False)
    assert_bars(read(), bars(), PLAIN)


@pytest.mark.parametrize(
    "mangle",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b"\n", b"\r"),
        lambda text: text + b"\n\n  \n",
        lambda text: b"\n" + text,
        lambda text: text.rstrip(b"\n"),
        lambda text: b'"' + text.replace(b",", b'","').replace(b"\n", b'"\n"')[:-1],
        lambda text: text.replace(b",", b", "),
    ],
    ids=["bom", "crlf", "cr", "blank-end", "blank-start", "no-last-end", "quotes", "spaces"],
)
def test_csv_as_people_save_it(
    raw: Path, read: Read, bars: Bars, klines: Any, mangle: Callable[[bytes], bytes]
) -> None:
    text = klines(bars(), header=True).encode()
    (raw / "BTCUSDT-5m.csv").write_bytes(mangle(text))
    assert_bars(read(), bars(), KLINES)


def test_a_symbol_column_holds_several_coins(raw: Path, read: Read, bars: Bars) -> None:
    frames = [bars(seed=i).assign(symbol=name) for i, name in enumerate(["btc/usdt", "ETH_USDT"])]
    mixed = pd.concat(frames).sort_values(["open_time", "symbol"])
    mixed.to_csv(raw / "everything.csv", index=False)
    market = read()
    assert list(market.bars) == ["BTCUSDT", "ETHUSDT"]
    pd.testing.assert_frame_equal(market.bars["ETHUSDT"], bars(seed=1).iloc[:-1])


def test_an_empty_optional_column_is_absent(raw: Path, read: Read, bars: Bars) -> None:
    bars().assign(quote_volume=float("nan"), trade_count=3).to_parquet(raw / "BTCUSDT.parquet")
    assert_bars(read(), bars(), [*PLAIN, "trade_count"])


def test_a_column_of_some_files_only_is_left_out_and_reported(
    raw: Path, read: Read, bars: Bars
) -> None:
    frame = bars()
    quote = frame["volume"] * frame["close"]
    first = frame.assign(trade_count=1.0, quote_volume=quote).iloc[:300]
    first.to_parquet(raw / "BTCUSDT-2022.parquet")
    frame.iloc[300:].assign(trade_count=1.0).to_parquet(raw / "BTCUSDT-2023.parquet")
    market = read()
    assert_bars(market, frame, [*PLAIN, "trade_count"])
    assert market.log.left_out_columns == {"BTCUSDT": ("quote_volume",)}


def test_sets_make_one_market(raw: Path, read: Read, bars: Bars) -> None:
    bars().to_parquet(raw / "BTCUSDT.parquet")
    (raw.parent / "other" / "deep").mkdir(parents=True)
    bars(seed=1).to_parquet(raw.parent / "other" / "deep" / "ETHUSDT.parquet")
    market = read()
    assert list(market.bars) == ["BTCUSDT", "ETHUSDT"]
    assert [file.file for file in market.log.files] == [
        "other/deep/ETHUSDT.parquet",
        "set/BTCUSDT.parquet",
    ]


def test_other_files_are_listed_and_companions_are_not(
    raw: Path, read: Read, bars: Bars, zipped: Any
) -> None:
    bars().to_parquet(raw / "BTCUSDT.parquet")
    for name in (".gitignore", "README.md", "set.dvc", ".hidden.csv", "BTCUSDT-5m.zip.CHECKSUM"):
        (raw / name).write_text("x", encoding="utf-8")
    (raw / "notes.txt").write_text("x", encoding="utf-8")
    bars(minutes=60).to_parquet(raw / "BTCUSDT-1h.parquet")
    bars(minutes=15).to_parquet(raw / "ETHUSDT.parquet")
    bars(minutes=3).to_parquet(raw / "SOLUSDT-3m.parquet")
    zipped(raw / "BTCUSDT-fundingRate-2023-01.zip", "calc_time,last_funding_rate\n1,2\n")
    zipped(raw / "BTCUSDT-new-2023-01.zip", "create_time,open_interest\n1,2\n")
    zipped(raw / "BTC_USDT_USDT-8h-mark.zip", "x")
    marker = raw / "futures" / "markPriceKlines"
    marker.mkdir(parents=True)
    bars(seed=3).to_parquet(marker / "BTCUSDT-5m.parquet")
    market = read()
    assert_bars(market, bars(), PLAIN)
    assert {entry.file: entry.reason for entry in market.log.ignored} == {
        "set/notes.txt": "not a parquet, feather, csv or zip file",
        "set/BTCUSDT-1h.parquet": "1h bars cannot be made into 5-minute bars",
        "set/ETHUSDT.parquet": "15m bars cannot be made into 5-minute bars",
        "set/SOLUSDT-3m.parquet": "3m bars cannot be made into 5-minute bars",
        "set/BTCUSDT-fundingRate-2023-01.zip": "holds funding rates, not bars",
        "set/BTCUSDT-new-2023-01.zip": "no price columns (found create_time, open_interest)",
        "set/BTC_USDT_USDT-8h-mark.zip": "holds mark prices, not bars",
        "set/futures/markPriceKlines/BTCUSDT-5m.parquet": "holds mark prices, not bars",
    }


@pytest.mark.parametrize("workers", ["1", "4"])
def test_any_number_of_workers_gives_the_same(
    raw: Path, read: Read, bars: Bars, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    for day in range(6):
        part = bars(6 * 288).iloc[day * 288 : (day + 1) * 288]
        part.to_csv(raw / f"BTCUSDT-5m-2023-01-0{6 - day}.csv", index=False)
    monkeypatch.setenv("DIPMASTER_WORKERS", workers)
    assert_bars(read(), bars(6 * 288), PLAIN)
