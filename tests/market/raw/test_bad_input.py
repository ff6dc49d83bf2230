"""Every kind of bad input ends in one clear error: file, row, what was found, the cure."""

import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dipmaster.foundation.errors import DataError
from dipmaster.market.raw import RawMarket

Bars = Callable[..., pd.DataFrame]
Read = Callable[..., RawMarket]


def told(read: Read, *texts: str, **changes: Any) -> str:
    """Read, expect a DataError whose message has all `texts` and a cure."""
    with pytest.raises(DataError) as caught:
        read(**changes)
    message = str(caught.value)
    for text in ("data/raw", "Cure:", *texts):
        assert text in message, f"{text!r} is not in:\n{message}"
    return message


def with_cell(frame: pd.DataFrame, column: str, row: int, value: Any) -> pd.DataFrame:
    out = frame.astype({column: "object"})
    out.loc[row, column] = value
    return out


BAD_CELLS = [
    ("open_time", "2023-01-01 00:50:01", "off_grid", "on the grid"),
    ("open_time", "2023-01-01 00:50:00.0004", "off_grid", "on the grid"),
    ("open_time", "2035-01-01 00:00:00", "beyond_max_time", "ingest.max_time"),
    ("open_time", "2008-12-31 23:55:00", "before_2009", "2009 or later"),
    ("open_time", "1577836800000000000000000", "no_time", "a time"),
    ("open_time", "yesterday", "no_time", "a time"),
    ("open_time", "now", "no_time", "a time"),
    ("open_time", "03/01/2023 00:50", "no_time", "a time"),
    ("open_time", "2023-02-30 00:50:00", "no_time", "a time"),
    ("open_time", "", "no_time", "a time"),
    ("close", "about 100", "not_a_number", "numbers in the price and volume columns"),
    ("close", "<script>", "not_a_number", "numbers"),
    ("close", "1_000", "not_a_number", "numbers"),
    ("close", "0x64", "not_a_number", "numbers"),
    ("close", "", "missing_value", "a value in every column"),
    ("volume", "nan", "missing_value", "a value in every column"),
    ("high", "inf", "not_finite", "finite numbers"),
    ("high", "1e999", "not_finite", "finite numbers"),
    ("low", "0", "price_not_positive", "above zero"),
    ("low", "-5", "price_not_positive", "above zero"),
    ("high", "1", "high_below_low", "high at or above low"),
    ("open", "1", "outside_high_low", "between low and high"),
    ("close", "1e6", "outside_high_low", "between low and high"),
    ("volume", "-1", "negative_volume", "zero or more"),
]


@pytest.mark.parametrize(("column", "value", "reason", "expected"), BAD_CELLS)
def test_a_bad_cell_in_a_csv(
    raw: Path, read: Read, bars: Bars, column: str, value: str, reason: str, expected: str
) -> None:
    with_cell(bars(), column, 10, value).to_csv(raw / "BTCUSDT-5m.csv", index=False)
    told(read, "set/BTCUSDT-5m.csv, line 12:", expected, "on_bad_row to drop", repr(value)[:20])
    market = read(on_bad_row="drop")
    assert [(d.file, d.symbol, d.reason, d.rows) for d in market.log.dropped] == [
        ("set/BTCUSDT-5m.csv", "BTCUSDT", reason, 1)
    ]
    kept = bars().drop(index=10).iloc[:-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(market.bars["BTCUSDT"], kept)


NUMERIC_CELLS = [
    cell for cell in BAD_CELLS if cell[0] != "open_time" and cell[2] not in ("not_a_number",)
]


@pytest.mark.parametrize(("column", "value", "reason", "expected"), NUMERIC_CELLS)
@pytest.mark.parametrize("kind", ["parquet", "feather"])
def test_a_bad_cell_in_a_table(
    raw: Path,
    read: Read,
    bars: Bars,
    kind: str,
    column: str,
    value: str,
    reason: str,
    expected: str,
) -> None:
    frame = bars()
    frame.loc[10, column] = float(value or "nan")
    getattr(frame, f"to_{kind}")(raw / f"BTCUSDT.{kind}")
    told(read, f"set/BTCUSDT.{kind}, row 11:", expected, "on_bad_row to drop")
    assert [d.reason for d in read(on_bad_row="drop").log.dropped] == [reason]


def test_text_in_a_parquet_column(raw: Path, read: Read, bars: Bars) -> None:
    frame = bars().assign(close=bars()["close"].astype(str))
    with_cell(frame, "close", 4, "oops").to_parquet(raw / "BTCUSDT.parquet")
    told(read, "BTCUSDT.parquet, row 5:", "numbers", "close='oops'")


def test_a_bad_row_in_a_zip_names_the_csv_in_it(
    raw: Path, read: Read, bars: Bars, klines: Any, zipped: Any
) -> None:
    frame = bars()
    frame.loc[[3, 7, 9], "high"] = 1.0
    zipped(raw / "BTCUSDT-5m-2023-01.zip", klines(frame))
    told(
        read,
        "set/BTCUSDT-5m-2023-01.zip (BTCUSDT-5m-2023-01.csv), line 4:",
        "and 2 more bad rows in this file",
    )


def test_blank_lines_do_not_shift_the_line_number(raw: Path, read: Read, bars: Bars) -> None:
    lines = with_cell(bars(), "close", 10, "oops").to_csv(index=False).splitlines()
    text = "\r\n".join(["", *lines[:5], "", "   ", *lines[5:]])
    (raw / "BTCUSDT.csv").write_text(text, encoding="utf-8")
    told(read, "BTCUSDT.csv, line 15:", "'oops'")
    assert text.split("\r\n")[14].split(",")[4] == "oops"


@pytest.mark.parametrize("cut", ["2023-01-01 05:00:00,100", "2023-01-01 05:00:00,1,2,3,4,5,6,7"])
def test_a_row_with_the_wrong_number_of_fields(raw: Path, read: Read, bars: Bars, cut: str) -> None:
    lines = bars().to_csv(index=False).splitlines()
    lines[61] = cut
    (raw / "BTCUSDT.csv").write_text("\n".join(lines), encoding="utf-8")
    told(read, "BTCUSDT.csv, line 62:", "6 fields", "download the file again")
    assert [d.reason for d in read(on_bad_row="drop").log.dropped] == ["wrong_number_of_fields"]


def test_a_quote_that_never_closes(raw: Path, read: Read, bars: Bars) -> None:
    lines = bars().to_csv(index=False).splitlines()
    lines[61] = lines[61].replace(",", ',"', 1)
    (raw / "BTCUSDT.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    told(read, "set/BTCUSDT.csv")


def test_a_line_end_inside_quotes_counts_rows_instead_of_lines(
    raw: Path, read: Read, bars: Bars
) -> None:
    frame = with_cell(bars(), "close", 10, "oops").assign(note="a\nb")
    frame.to_csv(raw / "BTCUSDT.csv", index=False)
    told(read, "set/BTCUSDT.csv, row 11 of those that could be read", "'oops'")


def test_a_download_that_was_cut_off(raw: Path, read: Read, bars: Bars, klines: Any) -> None:
    text = klines(bars())
    (raw / "BTCUSDT-5m.csv").write_text(text[:-60], encoding="utf-8")
    told(read, f"BTCUSDT-5m.csv, line {len(bars())}:", "12 fields", "cut-off download")


def test_the_header_again_in_the_middle(raw: Path, read: Read, bars: Bars, klines: Any) -> None:
    text = klines(bars(), header=True)
    (raw / "BTCUSDT-5m.csv").write_text(text + text, encoding="utf-8")
    told(read, f"BTCUSDT-5m.csv, line {len(bars()) + 2}:", "a time", "open_time='open_time'")


@pytest.mark.parametrize(
    ("name", "kind"), [("B.zip", "zip"), ("B.parquet", "parquet"), ("B.feather", "feather")]
)
@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.99])
def test_truncated_files(
    raw: Path, read: Read, bars: Bars, klines: Any, zipped: Any, name: str, kind: str, share: float
) -> None:
    place = raw / name.replace("B", "BTCUSDT-5m")
    if kind == "zip":
        zipped(place, klines(bars()))
    else:
        getattr(bars(), f"to_{kind}")(place)
    whole = place.read_bytes()
    place.write_bytes(whole[: int(len(whole) * share)])
    told(read, f"set/{place.name}:", f"a whole {kind} that can be read", "download the file again")
    told(read, f"set/{place.name}:", on_bad_row="drop")


def test_a_flipped_byte_inside_a_zip(
    raw: Path, read: Read, bars: Bars, klines: Any, zipped: Any
) -> None:
    place = zipped(raw / "BTCUSDT-5m.zip", klines(bars()))
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 0xFF
    place.write_bytes(bytes(data))
    told(read, "set/BTCUSDT-5m.zip:", "download the file again")


def test_two_csv_in_a_zip(raw: Path, read: Read) -> None:
    with zipfile.ZipFile(raw / "BTCUSDT-5m.zip", "w") as archive:
        archive.writestr("a.csv", "1")
        archive.writestr("b.csv", "1")
    told(read, "set/BTCUSDT-5m.zip:", "one csv in the zip", "unpack it")


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.csv", "", "an empty file"),
        ("a.csv", "\n\r\n \n", "an empty file"),
        ("a.csv", "open_time,open,high,low,close,volume\n", "no row"),
        ("a.csv", "open_time,open,high,low,close\n1,1,1,1,1\n", "missing volume"),
        ("a.csv", "time,o,high,low,c,volume\n1,1,1,1,1,1\n", "missing open, close"),
        ("a.csv", "open,high,low,close,volume\n1,1,1,1,1\n", "missing open_time"),
        ("a.csv", "date,open,high,low,close,close,volume\n1,1,1,1,1,1,1\n", "more than once"),
        ("a.csv", "1577836800000,1,1,1,1,1\n", "6 columns without a header line"),
        ("a.csv", "2023-01-01,1,1,1,1,1\n", "6 columns without a header line"),
    ],
)
def test_wrong_columns_and_empty_files(
    raw: Path, read: Read, name: str, text: str, found: str
) -> None:
    (raw / name).write_text(text, encoding="utf-8")
    told(read, f"set/{name}", found)


def test_semicolons_are_no_commas(raw: Path, read: Read, bars: Bars) -> None:
    bars().to_csv(raw / "BTCUSDT.csv", sep=";", index=False)
    told(read, "set/BTCUSDT.csv", "commas")


def test_parquet_of_the_wrong_types(raw: Path, read: Read, bars: Bars) -> None:
    bars().assign(volume=bars()["open_time"]).to_parquet(raw / "BTCUSDT.parquet")
    told(read, "set/BTCUSDT.parquet:", "column 'volume' with values of type timestamp")
    bars().assign(open_time=[[1]] * len(bars())).to_parquet(raw / "BTCUSDT.parquet")
    told(read, "set/BTCUSDT.parquet:", "column 'open_time' with values of type list")


@pytest.mark.parametrize("data", [b"\xff\xfeo\x00p\x00", b"open_time\nM\xe4rz"])
def test_other_encodings(raw: Path, read: Read, data: bytes) -> None:
    (raw / "BTCUSDT.csv").write_bytes(data)
    told(read, "set/BTCUSDT.csv, line", "UTF-8 text", "save the file as UTF-8")


@pytest.mark.parametrize(
    "symbol", ["../../x", "<script>", "", "A", "BTC USDT", "ＢＴＣ", "ß" * 4, "A" * 21]
)
def test_symbols_that_are_no_symbols(raw: Path, read: Read, bars: Bars, symbol: str) -> None:
    with_cell(bars().assign(symbol="BTCUSDT"), "symbol", 5, symbol).to_csv(
        raw / "all.csv", index=False
    )
    told(read, "all.csv, line 7:", "a symbol of 2 to 20 letters A-Z and digits")
    told(read, "all.csv, line 7:", "a symbol", on_bad_row="drop")


@pytest.mark.parametrize(
    "stem", ["<script>", "x..y", "b@d", "taker_spot_BTCUSDT_5m", "A", "A" * 21]
)
def test_file_names_that_are_no_symbols(raw: Path, read: Read, bars: Bars, stem: str) -> None:
    bars().to_parquet(raw / f"{stem}.parquet")
    told(read, "a symbol of 2 to 20 letters", "name the file SYMBOL-5m.csv")


def test_duplicates_that_agree_are_dropped_and_counted(raw: Path, read: Read, bars: Bars) -> None:
    whole = bars()
    whole.iloc[:400].to_parquet(raw / "BTCUSDT-2022.parquet")
    whole.iloc[300:].to_parquet(raw / "BTCUSDT-2023.parquet")
    market = read()
    pd.testing.assert_frame_equal(market.bars["BTCUSDT"], whole.iloc[:-1])
    (entry,) = market.log.dropped
    assert (entry.file, entry.reason, entry.rows) == ("set/BTCUSDT-2023.parquet", "duplicate", 100)


@pytest.mark.parametrize("on_bad_row", ["error", "drop"])
def test_duplicates_that_disagree_name_both_files_and_the_time(
    raw: Path, read: Read, bars: Bars, on_bad_row: str
) -> None:
    whole = bars()
    whole.iloc[:400].to_parquet(raw / "BTCUSDT-2022.parquet")
    whole.loc[350, "volume"] += 0.001
    whole.iloc[300:].to_csv(raw / "BTCUSDT-2023.csv", index=False)
    told(
        read,
        "set/BTCUSDT-2022.parquet and data/raw/set/BTCUSDT-2023.csv, BTCUSDT at 2023-01-02 05:10",
        "volume",
        "keep one of the two",
        on_bad_row=on_bad_row,
    )


def test_duplicates_that_disagree_inside_one_file(raw: Path, read: Read, bars: Bars) -> None:
    frame = bars()
    frame.loc[10, "open_time"] = frame.loc[9, "open_time"]
    frame.to_parquet(raw / "BTCUSDT-5m.parquet")
    told(read, "set/BTCUSDT-5m.parquet, BTCUSDT at 2023-01-01 00:45 UTC", "to agree")


def test_ten_bars_only(raw: Path, read: Read, bars: Bars) -> None:
    bars(10).to_parquet(raw / "BTCUSDT.parquet")
    bars().to_parquet(raw / "ETHUSDT.parquet")
    told(read, "BTCUSDT", "at least 2 days", "10 bars of BTCUSDT", "add files of more days")


def test_nothing_left_after_dropping(raw: Path, read: Read, bars: Bars) -> None:
    bars().assign(high=0.5).to_parquet(raw / "BTCUSDT.parquet")
    told(read, "0 bars of BTCUSDT", on_bad_row="drop")


def test_one_row_has_no_interval(raw: Path, read: Read, bars: Bars) -> None:
    bars(1).to_parquet(raw / "BTCUSDT.parquet")
    told(read, "set/BTCUSDT.parquet", "the interval in the file name", "SYMBOL-5m.csv")


def test_a_name_with_the_wrong_interval(raw: Path, read: Read, bars: Bars) -> None:
    bars().to_parquet(raw / "BTCUSDT-1m.parquet")
    told(read, "1m bars, as the file name says", "5 minutes apart", "true interval")
    (raw / "BTCUSDT-1m.parquet").unlink()
    bars(minutes=1).to_parquet(raw / "BTCUSDT-5m.parquet")
    told(read, "BTCUSDT-5m.parquet, row 2:", "on the grid of the file's interval")


def test_an_empty_folder_names_the_cure(raw: Path, read: Read) -> None:
    told(read, "found no file", "data/raw/<set>/", "dvc add data/raw/<set>", "--temp")
    (raw.parent / "README.md").write_text("x", encoding="utf-8")
    told(read, "found no file")
    raw.rmdir()
    (raw.parent / "README.md").unlink()
    raw.parent.rmdir()
    told(read, "found no file")


def test_only_files_that_cannot_be_used(raw: Path, read: Read, bars: Bars) -> None:
    bars(minutes=60).to_parquet(raw / "BTCUSDT-1h.parquet")
    bars(minutes=60).to_parquet(raw / "ETHUSDT.parquet")
    told(read, "only 2 file(s) that cannot be used", "set/BTCUSDT-1h.parquet (1h bars cannot")


def test_faults_of_all_files_are_told_in_their_order(raw: Path, read: Read) -> None:
    for number in range(7):
        (raw / f"COIN{number}-5m.csv").write_text("", encoding="utf-8")
    message = told(read, "... and 2 more files")
    assert [f"COIN{n}" in message for n in range(7)] == [True] * 5 + [False] * 2
    assert message.index("COIN0") < message.index("COIN4")


def test_a_checksum_beside_a_file_is_held_against_it(
    raw: Path, read: Read, bars: Bars, klines: Any, zipped: Any
) -> None:
    place = zipped(raw / "BTCUSDT-5m-2023-01.zip", klines(bars()))
    beside = raw / "BTCUSDT-5m-2023-01.zip.CHECKSUM"
    digest = hashlib.sha256(place.read_bytes()).hexdigest()
    beside.write_text(f"{digest}  {place.name}\n", encoding="utf-8")
    assert len(read().bars["BTCUSDT"]) == len(bars()) - 1
    beside.write_text(f"{'0' * 64}  {place.name}\n", encoding="utf-8")
    told(read, "BTCUSDT-5m-2023-01.zip:", "the sha256 in", "download the file again")


def test_broken_links_and_pipes(raw: Path, read: Read, bars: Bars) -> None:
    bars().to_parquet(raw / "BTCUSDT.parquet")
    os.mkfifo(raw / "ETHUSDT.csv")
    assert [entry.reason for entry in read().log.ignored] == ["not a regular file"]
    (raw / "SOLUSDT.csv").symlink_to(raw / "nowhere.csv")
    told(read, "set/SOLUSDT.csv:", "a whole file that can be read")
