"""Every format of data/raw/alt, from excerpts made here: channels, times, symbols, values."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dipmaster.altdata import read_values
from dipmaster.altdata.files.cleaning import FileValues, read_file_values
from dipmaster.altdata.files.table import load_table
from dipmaster.altdata.providers.files import FilesProvider
from dipmaster.core.panel import to_epoch_ms
from dipmaster.market.raw.files import RawFile

Read = Callable[[str, str], FileValues]
Provide = Callable[[dict[str, str]], FilesProvider]

ON_CHAIN = (
    "time,AdrActCnt,FlowInExNtv,FlowOutExNtv,SplyExNtv,TxCnt,PriceUSD\n"
    "2023-01-01,900,10.5,12.25,2000,250,16500\n"
    "2023-01-02,950,11,9,1998,260,16600\n"
)
METRICS = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,"
    "count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio,count_long_short_ratio,"
    "sum_taker_long_short_vol_ratio\n"
    "2023-01-01 00:05:00,BTCUSDT,100.5000000000000000,1600000.0000000000000000,1.5,1.2,1.4,0.8\n"
)
DEPTH = "timestamp,percentage,depth,notional\n"
QUOTES = (
    "best_bid,best_ask,mid_price,spread,bid_volume,ask_volume,imbalance,timestamp\n"
    "99.5,100.5,100,1,13.5,9.5,0.17,2023-01-01 00:00:31.053108\n"
)


def by_channel(values: FileValues) -> dict[str, tuple[str, str, float]]:
    """Channel to symbol, end of the event and value, of files with a value a channel."""
    times = pd.to_datetime(values.rows["event_ms"], unit="ms")
    rows = zip(values.rows["symbol"], times, values.rows["value"], strict=True)
    return {
        channel: (symbol, time.strftime("%m-%d %H:%M:%S"), value)
        for channel, (symbol, time, value) in zip(values.rows["channel"], rows, strict=True)
    }


def test_daily_on_chain_is_known_a_day_later_where_it_is_revised(provide: Provide) -> None:
    provider = provide({"btc_daily.csv": ON_CHAIN})
    frame = read_values(provider, "ETHUSDT")  # of the market as a whole
    names = ["exchange_inflow", "exchange_outflow", "exchange_supply", "active_addresses"]
    assert [channel.name for channel in provider.channels] == [*names, "transactions"]
    first = frame.groupby("channel", observed=True).first()
    assert first.loc["exchange_outflow", "value"] == 12.25
    assert str(first.loc["exchange_outflow", "event_time"])[:16] == "2023-01-02 00:00"
    assert str(first.loc["exchange_outflow", "known_time"])[:16] == "2023-01-03 12:00"
    assert str(first.loc["active_addresses", "known_time"])[:16] == "2023-01-02 12:00"


@pytest.mark.parametrize("column", ["date", "timestamp"])
def test_fear_and_greed_is_known_after_its_day(provide: Provide, column: str) -> None:
    provider = provide({"fear_greed_daily.csv": f"{column},fng\n2023-01-01,26\n2023-01-02,27\n"})
    frame = read_values(provider, "BTCUSDT")
    assert frame["value"].tolist() == [26.0, 27.0]
    assert str(frame["known_time"][0])[:16] == "2023-01-02 01:00"


def test_funding_of_the_archive(read_text: Read) -> None:
    text = "calc_time,funding_interval_hours,last_funding_rate\n1672531200003,8,-0.00003449\n"
    values = by_channel(read_text("BTCUSDT-fundingRate-2023-01.csv", text))
    assert values == {"funding_rate_frac": ("BTCUSDT", "01-01 00:00:00", -0.00003449)}


def test_funding_of_venues_is_the_mean_of_those_that_paid(read_text: Read) -> None:
    text = "ts,fr_binance,fr_bybit,fr_okx\n2023-01-01 08:00:00+00:00,0.0001,0.0003,\n"
    read = read_text("funding_8h_btc.csv", text)
    ((symbol, time, value),) = by_channel(read).values()
    assert (symbol, time) == ("", "01-01 08:00:00")
    assert value == pytest.approx(0.0002)
    assert read.counts["empty value"] == 1


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("deribit_dvol_btc_daily.json", "implied_volatility_pct"),
        ("btc_large_tx_count_daily.json", "large_transactions"),
    ],
)
def test_lists_of_time_and_value_are_known_by_their_name(
    read_text: Read, name: str, channel: str
) -> None:
    text = json.dumps([[1672531200000, 56.76], [1672617600000, None]])
    read = read_text(name, text)
    assert by_channel(read) == {channel: ("", "01-02 00:00:00", 56.76)}
    assert read.counts["empty value"] == 1


def test_futures_metrics_with_padded_decimals(read_text: Read) -> None:
    values = by_channel(read_text("BTCUSDT-metrics-2023-01-01.csv", METRICS))
    assert values["open_interest"] == ("BTCUSDT", "01-01 00:05:00", 100.5)
    assert values["top_trader_account_ratio"][2] == 1.5
    assert values["top_trader_position_ratio"][2] == 1.2
    assert values["account_ratio"][2] == 1.4
    assert values["taker_volume_ratio"][2] == 0.8


@pytest.mark.parametrize(
    ("bands", "narrow"),
    [(("-5", "-1", "1", "5"), False), (("-5.00", "-1.00", "-0.20", "0.20", "1.00"), True)],
)
def test_depth_in_both_forms_of_bands(
    read_text: Read, bands: tuple[str, ...], narrow: bool
) -> None:
    rows = "".join(f"2023-01-01 00:00:04,{band},10.00,{i}00.00\n" for i, band in enumerate(bands))
    values = by_channel(read_text("BTCUSDT-bookDepth-2023-01-01.csv", DEPTH + rows))
    assert values["bid_within_5pct_quote"] == ("BTCUSDT", "01-01 00:00:04", 0.0)
    assert values["bid_within_1pct_quote"][2] == 100.0
    assert ("bid_within_0.2pct_quote" in values) == narrow
    assert len(values) == len(bands)


def test_best_quotes_take_their_coin_from_the_folder(read_text: Read) -> None:
    values = by_channel(read_text("BTCUSDT/top.csv", QUOTES))
    assert values["best_bid"] == ("BTCUSDT", "01-01 00:00:31", 99.5)
    assert values["quoted_ask_volume"][2] == 9.5


BAR = "1672531200000,1,2,0.5,1.5,40,1672531499999,60,7,30,45,0\n"
HEADER = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
    "taker_buy_quote_volume,ignore\n"
)


@pytest.mark.parametrize("text", [BAR, HEADER + BAR, BAR.replace("1672531200000", "1672531200")])
def test_takers_of_bars_with_and_without_a_header(read_text: Read, text: str) -> None:
    values = by_channel(read_text("BTCUSDT-5m-2023-01.csv", text))
    assert values == {"taker_imbalance": ("BTCUSDT", "01-01 00:05:00", 0.5)}


def test_takers_of_a_parquet_file_and_a_bar_without_volume(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "open_time": pd.date_range("2023-01-01", periods=3, freq="5min", tz="UTC"),
            **dict.fromkeys(("open", "high", "low", "close"), 1.0),
            "volume": [10.0, 0.0, 10.0],
            "taker_buy_base_asset_volume": [10.0, 0.0, 0.0],
        }
    )
    path = tmp_path / "taker_spot_BTCUSDT_5m.parquet"
    frame.to_parquet(path)
    read = read_file_values(load_table(RawFile(path.name, path)))
    assert read.rows["value"].tolist() == [1.0, -1.0]
    assert set(read.rows["symbol"]) == {"BTCUSDT"}


def test_a_zip_of_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT-metrics-2023-01-01.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("BTCUSDT-metrics-2023-01-01.csv", METRICS)
    assert len(read_file_values(load_table(RawFile(path.name, path))).rows) == 6


@pytest.mark.parametrize(
    "stamp",
    [
        "1672531200",
        "1672531200000",
        "1672531200000000",
        "2023-01-01",
        "2023-01-01T00:00:00Z",
        "2023-01-01 00:00:00+00:00",
        "2023-01-01 01:00:00+01:00",
    ],
)
def test_one_time_in_every_spelling(provide: Provide, stamp: str) -> None:
    frame = read_values(provide({"f.csv": f"date,fng\n{stamp},50\n"}), "BTCUSDT")
    assert to_epoch_ms(frame["event_time"]).tolist() == [1672617600000]


def test_files_of_one_channel_are_joined_in_the_order_of_time(provide: Provide) -> None:
    second = "date,fng\n2023-01-03,3\n2023-01-04,4\n"
    first = "date,fng\n2023-01-01,1\n2023-01-02,2\n2023-01-03,3\n"
    provider = provide({"a.csv": second, "b.csv": first})
    frame = read_values(provider, "BTCUSDT")
    assert frame["value"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert np.diff(to_epoch_ms(frame["known_time"])).min() > 0
    assert provider.cleaning == {"a.csv": {}, "b.csv": {"doubled value": 1}}


@pytest.mark.parametrize(
    "text",
    [
        '"date","fng"\n"2023-01-01","50"\n',
        "\ufeffdate,fng\r\n2023-01-01,50\r\n",
        "\n\ndate,fng\n\n2023-01-01,50\n\n",
        "Date, FNG\n2023-01-01, 50",
    ],
)
def test_quotes_line_ends_and_blank_lines_play_no_part(read_text: Read, text: str) -> None:
    values = by_channel(read_text("a.csv", text))
    assert values == {"fear_greed": ("", "01-02 00:00:00", 50.0)}
