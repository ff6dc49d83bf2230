"""Bad cells and broken rows: the line, what was found there, and what dropping it leaves."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.market.raw.errors import Bars, Read, read_error, with_cell

pytestmark = pytest.mark.slow

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
    read_error(
        read, "set/BTCUSDT-5m.csv, line 12:", expected, "on_bad_row to drop", repr(value)[:20]
    )
    market = read(on_bad_row="drop")
    assert [(d.file, d.symbol, d.reason, d.rows) for d in market.log.dropped] == [
        ("set/BTCUSDT-5m.csv", "BTCUSDT", reason, 1)
    ]
    expected_frame = bars().drop(index=10).iloc[:-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(market.bars["BTCUSDT"], expected_frame)


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
    read_error(read, f"set/BTCUSDT.{kind}, row 11:", expected, "on_bad_row to drop")
    assert [d.reason for d in read(on_bad_row="drop").log.dropped] == [reason]


def test_text_in_a_parquet_column(raw: Path, read: Read, bars: Bars) -> None:
    frame = bars().assign(close=bars()["close"].astype(str))
    with_cell(frame, "close", 4, "oops").to_parquet(raw / "BTCUSDT.parquet")
    read_error(read, "BTCUSDT.parquet, row 5:", "numbers", "close='oops'")


def test_a_bad_row_in_a_zip_names_the_csv_in_it(
    raw: Path, read: Read, bars: Bars, klines: Any, zipped: Any
) -> None:
    frame = bars()
    frame.loc[[3, 7, 9], "high"] = 1.0
    zipped(raw / "BTCUSDT-5m-2023-01.zip", klines(frame))
    read_error(
        read,
        "set/BTCUSDT-5m-2023-01.zip (BTCUSDT-5m-2023-01.csv), line 4:",
        "and 2 more bad rows in this file",
    )


def test_blank_lines_do_not_shift_the_line_number(raw: Path, read: Read, bars: Bars) -> None:
    lines = with_cell(bars(), "close", 10, "oops").to_csv(index=False).splitlines()
    text = "\r\n".join(["", *lines[:5], "", "   ", *lines[5:]])
    (raw / "BTCUSDT.csv").write_text(text, encoding="utf-8")
    read_error(read, "BTCUSDT.csv, line 15:", "'oops'")
    assert text.split("\r\n")[14].split(",")[4] == "oops"


@pytest.mark.parametrize("cut", ["2023-01-01 05:00:00,100", "2023-01-01 05:00:00,1,2,3,4,5,6,7"])
def test_a_row_with_the_wrong_number_of_fields(raw: Path, read: Read, bars: Bars, cut: str) -> None:
    lines = bars().to_csv(index=False).splitlines()
    lines[61] = cut
    (raw / "BTCUSDT.csv").write_text("\n".join(lines), encoding="utf-8")
    read_error(read, "BTCUSDT.csv, line 62:", "6 fields", "download the file again")
    assert [d.reason for d in read(on_bad_row="drop").log.dropped] == ["wrong_number_of_fields"]


def test_a_quote_that_never_closes(raw: Path, read: Read, bars: Bars) -> None:
    lines = bars().to_csv(index=False).splitlines()
    lines[61] = lines[61].replace(",", ',"', 1)
    (raw / "BTCUSDT.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    read_error(read, "set/BTCUSDT.csv")


def test_a_line_end_inside_quotes_counts_rows_instead_of_lines(
    raw: Path, read: Read, bars: Bars
) -> None:
    frame = with_cell(bars(), "close", 10, "oops").assign(note="a\nb")
    frame.to_csv(raw / "BTCUSDT.csv", index=False)
    read_error(read, "set/BTCUSDT.csv, row 11 of those that could be read", "'oops'")


def test_a_download_that_was_cut_off(raw: Path, read: Read, bars: Bars, klines: Any) -> None:
    text = klines(bars())
    (raw / "BTCUSDT-5m.csv").write_text(text[:-60], encoding="utf-8")
    read_error(read, f"BTCUSDT-5m.csv, line {len(bars())}:", "12 fields", "cut-off download")


def test_the_header_again_in_the_middle(raw: Path, read: Read, bars: Bars, klines: Any) -> None:
    text = klines(bars(), header=True)
    (raw / "BTCUSDT-5m.csv").write_text(text + text, encoding="utf-8")
    read_error(read, f"BTCUSDT-5m.csv, line {len(bars()) + 2}:", "a time", "open_time='open_time'")
