"""Bars that cannot be placed or do not agree: names, symbols, duplicates, intervals, too few."""

from pathlib import Path

import pandas as pd
import pytest

from tests.market.raw.errors import Bars, Read, read_error, with_cell


@pytest.mark.parametrize(
    "symbol", ["../../x", "<script>", "", "A", "BTC USDT", "ＢＴＣ", "ß" * 4, "A" * 21]
)
def test_symbols_that_are_no_symbols(raw: Path, read: Read, bars: Bars, symbol: str) -> None:
    with_cell(bars().assign(symbol="BTCUSDT"), "symbol", 5, symbol).to_csv(
        raw / "all.csv", index=False
    )
    read_error(read, "all.csv, line 7:", "a symbol of 2 to 20 letters A-Z and digits")
    read_error(read, "all.csv, line 7:", "a symbol", on_bad_row="drop")


@pytest.mark.parametrize(
    "stem", ["<script>", "x..y", "b@d", "taker_spot_BTCUSDT_5m", "A", "A" * 21]
)
def test_file_names_that_are_no_symbols(raw: Path, read: Read, bars: Bars, stem: str) -> None:
    bars().to_parquet(raw / f"{stem}.parquet")
    read_error(read, "a symbol of 2 to 20 letters", "name the file SYMBOL-5m.csv")


def test_duplicates_that_agree_are_dropped_and_counted(raw: Path, read: Read, bars: Bars) -> None:
    frame = bars()
    frame.iloc[:400].to_parquet(raw / "BTCUSDT-2022.parquet")
    frame.iloc[300:].to_parquet(raw / "BTCUSDT-2023.parquet")
    market = read()
    pd.testing.assert_frame_equal(market.bars["BTCUSDT"], frame.iloc[:-1])
    (entry,) = market.log.dropped
    assert (entry.file, entry.reason, entry.rows) == ("set/BTCUSDT-2023.parquet", "duplicate", 100)


@pytest.mark.parametrize("on_bad_row", ["error", "drop"])
def test_duplicates_that_disagree_name_both_files_and_the_time(
    raw: Path, read: Read, bars: Bars, on_bad_row: str
) -> None:
    frame = bars()
    frame.iloc[:400].to_parquet(raw / "BTCUSDT-2022.parquet")
    frame.loc[350, "volume"] += 0.001
    frame.iloc[300:].to_csv(raw / "BTCUSDT-2023.csv", index=False)
    read_error(
        read,
        "set/BTCUSDT-2022.parquet and data/raw/set/BTCUSDT-2023.csv, BTCUSDT at 2023-01-02 05:10",
        "volume",
        "keep one of the two",
        "where daylight saving ends: write them in UTC",
        on_bad_row=on_bad_row,
    )


def test_duplicates_that_disagree_inside_one_file(raw: Path, read: Read, bars: Bars) -> None:
    frame = bars()
    frame.loc[10, "open_time"] = frame.loc[9, "open_time"]
    frame.to_parquet(raw / "BTCUSDT-5m.parquet")
    read_error(read, "set/BTCUSDT-5m.parquet, BTCUSDT at 2023-01-01 00:45 UTC", "to agree")


def test_ten_bars_only(raw: Path, read: Read, bars: Bars) -> None:
    bars(10).to_parquet(raw / "BTCUSDT.parquet")
    bars().to_parquet(raw / "ETHUSDT.parquet")
    read_error(read, "BTCUSDT", "at least 2 days", "10 bars of BTCUSDT", "add files of more days")


def test_nothing_left_after_dropping(raw: Path, read: Read, bars: Bars) -> None:
    bars().assign(high=0.5).to_parquet(raw / "BTCUSDT.parquet")
    read_error(read, "0 bars of BTCUSDT", on_bad_row="drop")


def test_one_row_has_no_interval(raw: Path, read: Read, bars: Bars) -> None:
    bars(1).to_parquet(raw / "BTCUSDT.parquet")
    read_error(read, "set/BTCUSDT.parquet", "the interval in the file name", "SYMBOL-5m.csv")


def test_an_empty_folder_names_the_fix(raw: Path, read: Read) -> None:
    read_error(
        read,
        "found no file",
        "data/raw/<set>/",
        "`dvc add data/raw/<set>` and `git add data/raw/<set>.dvc`",
        "--temp",
    )
    (raw.parent / "README.md").write_text("x", encoding="utf-8")
    read_error(read, "found no file")
    raw.rmdir()
    (raw.parent / "README.md").unlink()
    raw.parent.rmdir()
    read_error(read, "found no file")


def test_only_files_that_cannot_be_used(raw: Path, read: Read, bars: Bars) -> None:
    bars(minutes=60).to_parquet(raw / "BTCUSDT-1h.parquet")
    bars(minutes=60).to_parquet(raw / "ETHUSDT.parquet")
    read_error(read, "only 2 file(s) that cannot be used", "set/BTCUSDT-1h.parquet (1h bars cannot")
