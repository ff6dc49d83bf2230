"""Rows of another interval than the file's stop the stage: no choice of rows mends them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.time_units import BAR_MS, MINUTE_MS
from dipmaster.market.raw.intervals import other_interval
from tests.market.raw.errors import Bars, Read, read_error

BOTH = pytest.mark.parametrize("on_bad_row", ["error", "drop"])
NAMED = ("5m bars, as the file name says", "give the file its true interval in the name")


def spaced(bars: Bars, seconds: float, rows: int = 4000) -> pd.DataFrame:
    """Bars a number of seconds apart."""
    times = pd.date_range("2023-01-01", periods=rows, freq=f"{seconds}s", tz="UTC", unit="ms")
    return bars(rows).assign(open_time=times)


@BOTH
@pytest.mark.parametrize("seconds", [1, 30, 60, 120, 180, 240, 100])
def test_finer_rows_under_a_name_that_says_5m(
    raw: Path, read: Read, bars: Bars, seconds: int, on_bad_row: str
) -> None:
    """Every fifth 1-minute bar is on the 5-minute grid, with a fifth of the volume."""
    spaced(bars, seconds).to_csv(raw / "BTCUSDT-5m.csv", index=False)
    read_error(read, *NAMED, f"stamps {seconds / 60:g} minutes apart", on_bad_row=on_bad_row)


@BOTH
def test_coarser_rows_than_the_name_says(
    raw: Path, read: Read, bars: Bars, on_bad_row: str
) -> None:
    bars().to_parquet(raw / "BTCUSDT-1m.parquet")
    read_error(
        read,
        "set/BTCUSDT-1m.parquet, BTCUSDT:",
        "1m bars, as the file name says",
        "stamps 5 minutes apart",
        on_bad_row=on_bad_row,
    )


@BOTH
@pytest.mark.parametrize("name", ["BTCUSDT-5m.csv", "BTCUSDT.csv"])
def test_a_short_stretch_of_finer_rows(
    raw: Path, read: Read, bars: Bars, name: str, on_bad_row: str
) -> None:
    minutes = bars(10, minutes=1, start="2023-01-04")
    pd.concat([bars(), minutes]).to_csv(raw / name, index=False)
    words = "as the file name says" if "5m" in name else "as most are"
    read_error(read, f"5m bars, {words}", "stamps 1 minutes apart", on_bad_row=on_bad_row)


@BOTH
def test_coins_of_two_intervals_in_one_file(
    raw: Path, read: Read, bars: Bars, on_bad_row: str
) -> None:
    fine = bars(600, minutes=1, seed=1).assign(symbol="ETHUSDT")
    coarse = bars().assign(symbol="BTCUSDT")
    pd.concat([coarse, fine]).to_csv(raw / "all.csv", index=False)
    read_error(read, "set/all.csv, ETHUSDT:", "5m bars, as most are", on_bad_row=on_bad_row)
    pd.concat([coarse.iloc[:400], bars(4000, minutes=1).assign(symbol="ETHUSDT")]).to_csv(
        raw / "all.csv", index=False
    )
    read_error(read, "set/all.csv, BTCUSDT:", "1m bars, as most are", on_bad_row=on_bad_row)


@BOTH
def test_rows_of_which_most_are_on_no_grid(
    raw: Path, read: Read, bars: Bars, on_bad_row: str
) -> None:
    """One-minute bars of a coin that is seldom traded: too far apart to show their interval."""
    minutes = np.arange(1000) * 7 + np.random.default_rng(1).integers(0, 3, 1000)
    times = pd.Timestamp("2023-01-01", tz="UTC") + pd.to_timedelta(minutes, unit="min")
    bars(1000).assign(open_time=times).to_csv(raw / "BTCUSDT-5m.csv", index=False)
    off = np.count_nonzero(minutes % 5)
    read_error(read, *NAMED, f"{off} of 1000 stamps off the grid", on_bad_row=on_bad_row)


def test_one_stray_row_is_still_dropped_and_gaps_are_no_interval(
    raw: Path, read: Read, bars: Bars
) -> None:
    frame = bars().drop(index=[20, 21, 40]).reset_index(drop=True)
    stray = frame.iloc[[100]].assign(open_time=frame["open_time"][100] + pd.Timedelta("1min"))
    pd.concat([frame, stray]).to_csv(raw / "BTCUSDT-5m.csv", index=False)
    read_error(read, "on the grid of the file's interval", "open_time")
    market = read(on_bad_row="drop")
    assert [(entry.reason, entry.rows) for entry in market.log.dropped] == [("off_grid", 1)]
    pd.testing.assert_frame_equal(market.bars["BTCUSDT"], frame.iloc[:-1])


@pytest.mark.parametrize(
    ("minutes", "seen"),
    [
        ([0, 1, 2, 3], "stamps 1 minutes apart"),
        ([0, 3, 6, 9, 12, 15], "stamps 3 minutes apart"),
        ([0, 10, 20], "stamps 10 minutes apart"),
        ([1, 6, 15, 21], "3 of 4 stamps off the grid of such bars"),
        ([0, 5, 6, 10, 15], None),
        ([0, 5, 10, 15], None),
        ([0, 5, 100, 105], None),
        ([0, 0, 0, 0], None),
        ([0, 1], None),
        ([3], None),
        ([], None),
    ],
)
def test_what_shows_another_interval(minutes: list[int], seen: str | None) -> None:
    times = np.array(minutes, dtype=np.int64) * MINUTE_MS
    assert other_interval(times, BAR_MS) == seen
