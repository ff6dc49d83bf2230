"""1-minute bars to 5-minute bars against pandas; incomplete windows give no bar."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from dipmaster.core.time_units import BAR_MS, MINUTE_MS
from dipmaster.market.raw import RawMarket
from dipmaster.market.raw.resample import resample_to_five_minutes

AGGREGATIONS = {
    "open": "first",
    "high": "max",
    "low": "min",
    "close": "last",
    "volume": "sum",
    "trade_count": "sum",
    "half_spread_bps": "first",
}


def twin(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with pandas: windows that have all five minutes."""
    grouped = frame.set_index("open_time").resample("5min", origin="epoch")
    how = {name: AGGREGATIONS[name] for name in frame.columns if name in AGGREGATIONS}
    return grouped.agg(how)[grouped["close"].count() == 5].reset_index()


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 60), min_size=1), st.integers(0, 2**32 - 1))
def test_like_pandas_for_any_gaps(minutes: set[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = np.array(sorted(minutes), dtype=np.int64) * MINUTE_MS + 7 * BAR_MS
    values = {name: rng.integers(1, 1000, times.size).astype(float) for name in AGGREGATIONS}
    bar_times, resampled, incomplete = resample_to_five_minutes(times, values, MINUTE_MS)
    stamps = pd.DatetimeIndex(times.astype("datetime64[ms]")).tz_localize("UTC")
    expected = twin(pd.DataFrame({"open_time": stamps, **values}))
    assert bar_times.tolist() == expected["open_time"].astype("int64").tolist()
    for name, column in resampled.items():
        assert column.tolist() == expected[name].tolist()
    windows = set((times // BAR_MS * BAR_MS).tolist())
    assert set(bar_times.tolist()) | set(incomplete.tolist()) == windows
    assert not set(bar_times.tolist()) & set(incomplete.tolist())


def test_five_minutes_stay_as_they_are() -> None:
    times = np.array([0, BAR_MS, 5 * BAR_MS], dtype=np.int64)
    values = {"open": np.array([1.0, 2.0, 3.0])}
    bar_times, resampled, incomplete = resample_to_five_minutes(times, values, BAR_MS)
    assert bar_times.tolist() == times.tolist()
    assert resampled["open"].tolist() == [1.0, 2.0, 3.0]
    assert incomplete.size == 0


def test_windows_are_whole_over_the_seam_of_two_files(
    raw: Path, read: Callable[..., RawMarket], bars: Callable[..., pd.DataFrame]
) -> None:
    minutes = bars(3 * 1440, minutes=1)
    minutes.iloc[:2003].to_csv(raw / "BTCUSDT-1m-2023-01-01.csv", index=False)
    minutes.iloc[2003:].to_csv(raw / "BTCUSDT-1m-2023-01-02.csv", index=False)
    market = read()
    assert market.log.incomplete_windows == {"BTCUSDT": 0}
    pd.testing.assert_frame_equal(market.bars["BTCUSDT"], twin(minutes).iloc[:-1])


def test_a_missing_minute_leaves_a_gap_that_is_counted(
    raw: Path, read: Callable[..., RawMarket], bars: Callable[..., pd.DataFrame]
) -> None:
    minutes = bars(3 * 1440, minutes=1).drop(index=[1000, 1001, 2002])
    minutes.to_csv(raw / "BTCUSDT-1m.csv", index=False)
    market = read()
    assert market.log.incomplete_windows == {"BTCUSDT": 2}
    expected = twin(minutes).iloc[:-1]
    pd.testing.assert_frame_equal(market.bars["BTCUSDT"], expected)
    assert len(expected) == 3 * 288 - 1 - 2


def test_a_window_that_another_file_has_whole_is_not_counted(
    raw: Path, read: Callable[..., RawMarket], bars: Callable[..., pd.DataFrame]
) -> None:
    minutes = bars(3 * 1440, minutes=1)
    twin(minutes).to_parquet(raw / "BTCUSDT-5m.parquet")
    minutes.drop(index=[1000]).to_parquet(raw / "BTCUSDT-1m.parquet")
    market = read()
    assert market.log.incomplete_windows == {"BTCUSDT": 0}
    pd.testing.assert_frame_equal(market.bars["BTCUSDT"], twin(minutes).iloc[:-1])
    (entry,) = market.log.dropped
    assert (entry.reason, entry.rows) == ("duplicate", 3 * 288 - 1)


def test_a_dropped_minute_takes_its_window_with_it(
    raw: Path, read: Callable[..., RawMarket], bars: Callable[..., pd.DataFrame], klines: Any
) -> None:
    minutes = bars(3 * 1440, minutes=1)
    bad = minutes.assign(high=minutes["high"].where(minutes.index != 777, 1.0))
    bad.to_csv(raw / "BTCUSDT-1m.csv", index=False)
    market = read(on_bad_row="drop")
    assert market.log.incomplete_windows == {"BTCUSDT": 1}
    pd.testing.assert_frame_equal(market.bars["BTCUSDT"], twin(minutes.drop(index=777)).iloc[:-1])


def test_later_rows_never_change_earlier_bars(
    raw: Path, read: Callable[..., RawMarket], bars: Callable[..., pd.DataFrame]
) -> None:
    minutes = bars(4 * 1440, minutes=1)
    minutes.to_parquet(raw / "BTCUSDT-1m.parquet")
    full = read().bars["BTCUSDT"]
    cut = 3 * 1440 + 123
    prices = ["open", "high", "low", "close"]
    minutes.loc[cut:, prices] *= 1000
    minutes.drop(index=range(cut, cut + 60)).to_parquet(raw / "BTCUSDT-1m.parquet")
    changed = read().bars["BTCUSDT"]
    known = full["open_time"] < minutes["open_time"].iloc[cut].floor("5min")
    pd.testing.assert_frame_equal(changed[: known.sum()], full[known])
    assert changed["high"].iloc[-1] > 100 * full["high"].iloc[-1]
