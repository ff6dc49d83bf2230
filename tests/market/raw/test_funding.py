"""Funding files: read as the archive writes them, complete over a coin's bars or refused."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.errors import DataError
from dipmaster.market.raw import RawMarket

Read = Callable[..., RawMarket]
Bars = Callable[..., pd.DataFrame]
DAY = 288
HEADER = "calc_time,funding_interval_hours,last_funding_rate\n"
START = pd.Timestamp("2023-01-01", tz="UTC")


def lines(hours: list[int], rate: str = "0.0001", interval: int = 8) -> str:
    """Rows at so many hours after the start, three milliseconds late as in real files."""
    stamps = [round((START + pd.Timedelta(h, "h")).timestamp() * 1000) + 3 for h in hours]
    return "".join(f"{stamp},{interval},{rate}\n" for stamp in stamps)


def put(raw: Path, text: str, name: str = "BTCUSDT-fundingRate-2023-01.csv") -> None:
    (raw / name).write_text(HEADER + text, encoding="utf-8")


@pytest.fixture
def fund(raw: Path, read: Read, bars: Bars) -> Read:
    """Three days of BTCUSDT bars (the last one is cut), read with what lies beside them."""
    bars(3 * DAY).to_parquet(raw / "BTCUSDT-5m.parquet")
    return read


def test_rates_lie_on_the_bar_that_opens_then(raw: Path, fund: Read) -> None:
    put(raw, lines([0, 8, 16, 24]) + lines([32, 40, 48, 56, 64], "-0.00002"))
    market = fund()
    frame = market.funding["BTCUSDT"]
    hours = (frame["time"] - START) / pd.Timedelta("1h")
    assert hours.tolist() == [0, 8, 16, 24, 32, 40, 48, 56, 64]
    assert frame["rate_frac"].tolist() == [0.0001] * 4 + [-0.00002] * 5
    assert market.log.funding_files == ("set/BTCUSDT-fundingRate-2023-01.csv",)


def test_real_file(real_data: Path, raw: Path, read: Read, bars: Bars) -> None:
    shutil.copy(real_data / "archive_samples" / "BTCUSDT-fundingRate-2026-04.zip", raw)
    bars(30 * DAY, start="2026-04-01").to_parquet(raw / "BTCUSDT-5m.parquet")
    rates = read().funding["BTCUSDT"]
    assert len(rates) == 90
    assert (np.diff(rates["time"].astype("int64")) == 8 * 3_600_000).all()
    assert rates["rate_frac"].iloc[0] == -0.00003449
    assert rates["time"].iloc[3] == pd.Timestamp("2026-04-02", tz="UTC")


def test_files_of_a_coin_are_joined_copies_and_a_changed_interval_included(
    raw: Path, fund: Read
) -> None:
    put(raw, lines([0, 8, 16, 24]))
    with zipfile.ZipFile(raw / "BTCUSDT-fundingRate-2023-02.zip", "w") as archive:
        text = HEADER + lines([16, 24]) + lines(list(range(28, 73, 4)), interval=4)
        archive.writestr("BTCUSDT-fundingRate-2023-02.csv", text)
    market = fund()
    assert len(market.funding["BTCUSDT"]) == 4 + 12
    assert len(market.log.funding_files) == 2


def test_a_file_called_otherwise_is_known_by_its_columns(raw: Path, fund: Read) -> None:
    put(raw, lines(list(range(0, 72, 8))), "BTCUSDT-2023.csv")
    assert len(fund().funding["BTCUSDT"]) == 9


def test_a_coin_without_bars_and_another_format_stay_ignored(raw: Path, fund: Read) -> None:
    put(raw, lines([0, 8]), "ETHUSDT-fundingRate-2023-01.csv")
    (raw / "BTCUSDT-fundingRate-2023-01.csv").write_text("when,rate\n1,2\n", encoding="utf-8")
    market = fund()
    assert (market.funding, market.log.funding_files) == ({}, ())


@pytest.mark.parametrize(
    ("hours", "line", "found"),
    [
        pytest.param(
            [16, 24, 32, 40, 48, 56, 64],
            2,
            "none before 2023-01-01T16:00:00Z",
            id="begins too late",
        ),
        pytest.param(
            [0, 8, 16, 40, 48, 56, 64], 4, "due after 2023-01-01T16:00:00Z", id="two are missing"
        ),
        pytest.param(
            [0, 8, 16, 24, 32, 40, 48], 8, "due after 2023-01-03T00:00:00Z", id="ends too early"
        ),
    ],
)
def test_half_a_history_is_refused(
    raw: Path, fund: Read, hours: list[int], line: int, found: str
) -> None:
    put(raw, lines(hours))
    with pytest.raises(DataError) as raised:
        fund()
    assert f"2023-01.csv, line {line}, funding" in str(raised.value)
    assert "funding of BTCUSDT: expected a rate at every funding time" in str(raised.value)
    assert found in str(raised.value)
    assert "move those of this coin out of data/raw" in str(raised.value)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("1672531200000,8,abc", "as a fraction"),
        ("1672531200000,8,0.5", "as a fraction"),
        ("1672531200000,0,0.0001", "funding_interval_hours above 0"),
        ("1672531200000,8,", "as a fraction"),
        ("12,8,0.0001", "milliseconds since 1970"),
        ("1672531337000,8,0.0001", "within a minute of a 5-minute step"),
    ],
)
def test_a_bad_row_is_reported_with_its_line(
    raw: Path, fund: Read, row: str, expected: str
) -> None:
    put(raw, lines([0]) + row + "\n")
    with pytest.raises(DataError, match=rf"2023-01\.csv, line 3: expected .*{expected}"):
        fund()


def test_two_rates_at_one_time_are_refused(raw: Path, fund: Read) -> None:
    put(raw, lines([0, 8, 16]))
    put(raw, lines([8], "0.0003"), "BTCUSDT-fundingRate-2023-02.csv")
    with pytest.raises(DataError, match="at 2023-01-01T08:00:00Z: expected one rate at a time"):
        fund()


def test_a_broken_zip_is_reported(raw: Path, fund: Read) -> None:
    (raw / "BTCUSDT-fundingRate-2023-01.zip").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(DataError, match=r"fundingRate-2023-01\.zip: expected a whole csv"):
        fund()


def test_blank_lines_are_skipped_and_counted(raw: Path, fund: Read) -> None:
    put(raw, "\n" + lines(list(range(0, 72, 8))) + "\n\n")
    assert len(fund().funding["BTCUSDT"]) == 9
    put(raw, "\n" + lines([0]) + "1672531200000,8,abc\n")
    with pytest.raises(DataError, match=r"2023-01\.csv, line 4: expected"):
        fund()


def test_a_file_without_rows_is_refused(raw: Path, fund: Read) -> None:
    put(raw, "")
    with pytest.raises(DataError, match=r"2023-01\.csv: expected rows of funding rates"):
        fund()


def test_a_hole_outside_the_bars_charges_nobody_and_is_no_fault(raw: Path, fund: Read) -> None:
    put(raw, lines([-64, -8, *range(0, 72, 8), 200]))
    assert len(fund().funding["BTCUSDT"]) == 12


def test_rates_from_before_or_after_all_bars_charge_nobody(raw: Path, fund: Read) -> None:
    put(raw, lines([2400, 2408, 2416]))
    market = fund()
    assert market.funding == {}
    assert market.log.funding_files == ()
    assert [entry.reason for entry in market.log.ignored] == ["holds funding rates, not bars"]
