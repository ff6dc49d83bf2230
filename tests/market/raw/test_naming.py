"""Symbol, interval and kind from a file's name; only A-Z and digits become a symbol."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.core.errors import DataError
from dipmaster.market.raw import naming
from dipmaster.market.raw.intervals import INTERVALS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("name", "symbol", "interval"),
    [
        ("BTCUSDT-1m-2020-01.zip", "BTCUSDT", "1m"),
        ("set/BTCUSDT-5m-2020-01-31.zip", "BTCUSDT", "5m"),
        ("BTCUSDT_5m.parquet", "BTCUSDT", "5m"),
        ("BTC_USDT-5m.feather", "BTCUSDT", "5m"),
        ("BTC_USDT_USDT-5m-futures.feather", "BTCUSDT", "5m"),
        ("1000SHIBUSDT-15m-2023-01.zip", "1000SHIBUSDT", "15m"),
        ("1INCH_USDT-1h.feather", "1INCHUSDT", "1h"),
        ("btc-usdt.csv", "BTCUSDT", None),
        ("BTCUSDT.csv.zip", "BTCUSDT", None),
        ("ETHBTC_20230101.CSV", "ETHBTC", None),
        ("BTCUSDT-1M.csv", "BTCUSDT", "1M"),
        ("BTCUSDT-1mo-2020-01.zip", "BTCUSDT", "1mo"),
    ],
)
def test_names(name: str, symbol: str, interval: str | None) -> None:
    assert naming.parse_symbol(name, name) == symbol
    assert naming.parse_interval(name) == (INTERVALS[interval] if interval else None)


@pytest.mark.parametrize("text", ["BTC/USDT", "btc_usdt", "BTC-USDT", "BTC/USDT:USDT", "BTCUSDT"])
def test_spellings_of_a_pair(text: str) -> None:
    assert naming.check_symbol(text, "here") == "BTCUSDT"


@pytest.mark.parametrize(
    "text",
    [
        "../../x",
        "<script>",
        "",
        "A",
        "A" * 21,
        "BTC\n",
        "BTC USDT",
        "BTC/XYZ",
        "ſſ",
        "ß",
        "ＡＢ",
        "a\x00b",
    ],
)
def test_what_is_no_symbol(text: str) -> None:
    with pytest.raises(DataError, match="here: expected a symbol of 2 to 20"):
        naming.check_symbol(text, "here")


@given(st.text(max_size=30))
def test_nothing_but_capitals_and_digits_ever_passes(text: str) -> None:
    try:
        symbol = naming.check_symbol(text, "here")
    except DataError:
        return
    assert 2 <= len(symbol) <= 20
    assert set(symbol) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("BTCUSDT-fundingRate-2026-04.zip", "funding rates"),
        ("BTCUSDT-metrics-2023-11-14-merged.csv", "futures metrics"),
        ("BTCUSDT-bookDepth-2026-09-01.csv", "order-book depth"),
        ("BTCUSDT-aggTrades-2023-01.zip", "aggregated trades"),
        ("BTC_USDT_USDT-8h-funding_rate.feather", "funding rates"),
        ("um/monthly/markPriceKlines/BTCUSDT/5m/BTCUSDT-5m-2023-01.zip", "mark prices"),
        ("um/monthly/klines/BTCUSDT/5m/BTCUSDT-5m-2023-01.zip", None),
        ("metrics/BTCUSDT-5m.zip", None),
    ],
)
def test_files_that_hold_something_else(name: str, kind: str | None) -> None:
    assert naming.detect_other_kind(name) == kind
