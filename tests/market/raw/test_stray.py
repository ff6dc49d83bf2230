"""Bars far away from all others are told and left out; history is not, however far it lies."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dipmaster.core.errors import DataError
from dipmaster.market.quality import build_quality_report
from dipmaster.market.raw.log import RawMarket

Read = Callable[..., RawMarket]
Bars = Callable[..., pd.DataFrame]
DAY = 288


def write_parquet(raw: Path, name: str, frame: pd.DataFrame) -> None:
    frame.to_parquet(raw / name)


def shift_last_rows(frame: pd.DataFrame, rows: int, by: str) -> pd.DataFrame:
    """The last rows, so much later."""
    frame = frame.copy()
    last = frame.index[-rows:]
    frame.loc[last, "open_time"] += pd.Timedelta(by)
    return frame


def test_one_row_years_ahead_is_reported_and_cuts_nobody(raw: Path, read: Read, bars: Bars) -> None:
    """Left in, it would make every other coin a delisted one and the calendar ten years long."""
    write_parquet(raw, "AUSDT-5m.parquet", shift_last_rows(bars(3 * DAY), 1, "3000D"))
    write_parquet(raw, "BUSDT-5m.parquet", bars(3 * DAY))
    market = read()
    assert {symbol: len(frame) for symbol, frame in market.bars.items()} == {
        "AUSDT": 3 * DAY - 2,
        "BUSDT": 3 * DAY - 2,
    }
    assert market.log.ended_early == ()
    assert [(s.symbol, s.bars) for s in market.log.stray_bars] == [("AUSDT", 1)]
    (reported,) = build_quality_report(market.bars, market.log).market.stray_bars or ()
    first = bars(3 * DAY)["open_time"].iloc[-1] + pd.Timedelta("3000D")
    assert reported.from_ == reported.to == first.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_stray_row_before_the_market_does_not_move_its_beginning(
    raw: Path, read: Read, bars: Bars
) -> None:
    frame = bars(3 * DAY)
    frame.loc[0, "open_time"] -= pd.Timedelta("900D")
    write_parquet(raw, "AUSDT-5m.parquet", frame)
    market = read()
    assert market.bars["AUSDT"]["open_time"].iloc[0] == frame["open_time"].iloc[1]
    assert [s.bars for s in market.log.stray_bars] == [1]


@pytest.mark.parametrize(
    ("rows", "by"), [(2 * DAY, "400D"), (1, "29D")], ids=["two days of history", "a gap of 29 days"]
)
def test_what_is_long_or_near_is_no_stray(
    raw: Path, read: Read, bars: Bars, rows: int, by: str
) -> None:
    write_parquet(raw, "AUSDT-5m.parquet", shift_last_rows(bars(6 * DAY), rows, by))
    market = read()
    assert len(market.bars["AUSDT"]) == 6 * DAY - 1
    assert market.log.stray_bars == ()


def test_a_coin_of_nothing_but_stray_bars_is_too_short(raw: Path, read: Read, bars: Bars) -> None:
    write_parquet(raw, "AUSDT-5m.parquet", bars(3 * DAY))
    all_stray = bars(2 * DAY)
    all_stray.loc[:DAY, "open_time"] -= pd.Timedelta("100D")
    all_stray.loc[DAY + 1 :, "open_time"] += pd.Timedelta("100D")
    write_parquet(raw, "BUSDT-5m.parquet", all_stray)
    with pytest.raises(DataError, match="0 bars of BUSDT"):
        read()
