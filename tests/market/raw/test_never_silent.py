"""A file that seems to hold bars is read, or it stops the stage: no coin is lost in silence."""

from pathlib import Path
from typing import Any

import pytest

from tests.market.raw.errors import Bars, Read, read_error

pytestmark = pytest.mark.slow

BANNER = "delete the lines above the header"
BOTH = pytest.mark.parametrize("on_bad_row", ["error", "drop"])


@BOTH
@pytest.mark.parametrize(
    "above",
    [
        "https://www.CryptoDataDownload.com,,,,,\n",
        "https://www.CryptoDataDownload.com,,,,,,,,,,,\n",
        "sep=,\n",
        "Source,Binance\nPair,BTC/USDT\n",
        "\n \nexported,by,me,for,your,bars\n",
        "# bars,of BTCUSDT\n" * 50,
    ],
)
@pytest.mark.parametrize("kline", [False, True])
@pytest.mark.parametrize("header", [False, True])
def test_lines_above_the_header(
    raw: Path,
    read: Read,
    bars: Bars,
    klines: Any,
    above: str,
    kline: bool,
    header: bool,
    on_bad_row: str,
) -> None:
    text = klines(bars(), header) if kline else bars().to_csv(index=False, header=header)
    bars(seed=1).to_csv(raw / "ETHUSDT.csv", index=False)
    (raw / "BTCUSDT.csv").write_text(above + text, encoding="utf-8")
    read_error(read, "set/BTCUSDT.csv:", above.strip().partition(",")[0], on_bad_row=on_bad_row)


def test_what_stands_above_and_below_is_reported(
    raw: Path, read: Read, bars: Bars, klines: Any, zipped: Any
) -> None:
    zipped(raw / "BTCUSDT.zip", "a,b,c,d,e,f\n" + bars().to_csv(index=False))
    read_error(
        read, "BTCUSDT.zip (BTCUSDT.csv):", "'a,b,c,d,e,f' above 'open_time,open,high", BANNER
    )
    zipped(raw / "BTCUSDT.zip", "x,x,x,x,x,x,x,x,x,x,x,x\n" + klines(bars()))
    read_error(read, "'x,x,x,x,x,x,x,x,x,x,x,x' above '1672531200000,", BANNER)


@pytest.mark.parametrize(
    "names",
    [
        ["t", "o", "h", "l", "c", "v"],
        ["date", "Open (USD)", "High (USD)", "Low (USD)", "Close (USD)", "Volume"],
        ["time", "price_open", "price_high", "price_low", "price_close", "volume_traded"],
    ],
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_prices_by_other_names(
    raw: Path, read: Read, bars: Bars, names: list[str], kind: str
) -> None:
    bars(seed=1).to_csv(raw / "ETHUSDT.csv", index=False)
    frame = bars().set_axis(names, axis=1)
    if kind == "csv":
        frame.to_csv(raw / "BTCUSDT.csv", index=False)
    else:
        frame.to_parquet(raw / "BTCUSDT.parquet")
    read_error(
        read, f"set/BTCUSDT.{kind}:", "columns open_time", names[2], "save the file with these"
    )


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("BTCUSDT-5m.csv.gz", ".gz"),
        ("BTCUSDT-1m-2023-01.json", ".json"),
        ("BTC_USDT_USDT-5m-futures.json.gz", ".gz"),
        ("BTCUSDT_5m", "nameless"),
        ("BTCUSDT.xlsx", ".xlsx"),
        ("BTC-USDT.txt", ".txt"),
        ("all.csv.part", ".part"),
        ("all.parquet.crdownload", ".crdownload"),
    ],
)
def test_formats_that_cannot_be_read(
    raw: Path, read: Read, bars: Bars, name: str, ending: str
) -> None:
    bars(seed=1).to_csv(raw / "ETHUSDT.csv", index=False)
    (raw / name).write_bytes(b"x")
    read_error(read, f"set/{name}:", ".parquet, .feather, .csv, .zip", f"a {ending} file", "unpack")


def test_what_lies_beside_a_file_that_is_read_is_listed(raw: Path, read: Read, bars: Bars) -> None:
    names = ["BTCUSDT-5m.csv.sha256", "BTCUSDT-5m.csv.gz", "BTC_USDT-15m.json", "notes-2023.txt"]
    bars().to_csv(raw / "BTCUSDT-5m.csv", index=False)
    for name in names:
        (raw / name).write_bytes(b"x")
    market = read()
    assert list(market.bars) == ["BTCUSDT"]
    assert {entry.file for entry in market.log.ignored} == {f"set/{name}" for name in names}


@pytest.mark.parametrize("name", ["BTCUSDT-5m.csv", "BTCUSDT.csv", "BTC_USDT.csv", "x-1m-2023.csv"])
def test_other_columns_under_a_name_that_says_bars(
    raw: Path, read: Read, bars: Bars, name: str
) -> None:
    bars(seed=1).to_csv(raw / "ETHUSDT.csv", index=False)
    (raw / name).write_text("Datum,Hoch,Tief\n1,2,3\n", encoding="utf-8")
    read_error(read, f"set/{name}:", "no price columns (found Datum, Hoch, Tief)")
    (raw / name).rename(raw / "BTCUSDT-2023.csv")
    (entry,) = read().log.ignored
    assert entry.reason == "no price columns (found Datum, Hoch, Tief)"


@pytest.mark.parametrize(
    ("name", "member", "text"),
    [
        ("BTCUSDT.zip", "BTCUSDT.parquet", "a csv in the zip, found BTCUSDT.parquet"),
        ("BTCUSDT.zip", "BTCUSDT-5m.json", "a csv in the zip, found BTCUSDT-5m.json"),
        ("BTCUSDT-5m.zip", "x", "a zip without a csv in it"),
    ],
)
def test_a_zip_of_something_else(
    raw: Path, read: Read, bars: Bars, name: str, member: str, text: str
) -> None:
    import zipfile

    bars(seed=1).to_csv(raw / "ETHUSDT.csv", index=False)
    with zipfile.ZipFile(raw / name, "w") as archive:
        archive.writestr(member, "x")
    read_error(read, f"set/{name}:", text)


def test_tables_of_other_things_are_still_listed_only(raw: Path, read: Read, bars: Bars) -> None:
    """Many lines, cut in the middle of one by the part that is searched."""
    bars(seed=1).to_csv(raw / "ETHUSDT.csv", index=False)
    rows = "".join(f"{i},{'x' * 2000},{i}\n" for i in range(200))
    (raw / "news.csv").write_text("when,text,score\n" + rows, encoding="utf-8")
    assert [entry.file for entry in read().log.ignored] == ["set/news.csv"]


def test_a_name_that_is_no_utf8_is_escaped(raw: Path, read: Read, bars: Bars) -> None:
    bars(seed=1).to_csv(raw / "ETHUSDT.csv", index=False)
    (raw / b"caf\xe9.txt".decode("utf-8", "surrogateescape")).write_bytes(b"x")
    assert [entry.file for entry in read().log.ignored] == ["set/caf\\udce9.txt"]
