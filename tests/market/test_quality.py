"""The quality report on hand-made bars: every count can be checked by eye."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.market.quality import build_quality_report
from dipmaster.market.raw.log import DroppedRows, FileRead, IgnoredFile, RawLog
from dipmaster.results.common import RawSelection
from dipmaster.results.serialisation import to_json


def toy(rows: int = 600, start: str = "2023-01-01", seed: int = 1) -> pd.DataFrame:
    close = 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.001, rows)))
    return pd.DataFrame(
        {
            "open_time": pd.date_range(start, periods=rows, freq="5min", tz="UTC", unit="ms"),
            "open": close,
            "high": close * 1.001,
            "low": close * 0.999,
            "close": close,
            "volume": 1.0,
        }
    )


def describe(frame: pd.DataFrame, raw_log: RawLog | None = None) -> dict[str, Any]:
    report = build_quality_report({"AUSDT": frame}, raw_log)
    quality: dict[str, Any] = to_json(report)["symbols"]["AUSDT"]
    return quality


def test_clean_bars() -> None:
    quality = describe(toy())
    assert quality.pop("outliers")["count"] == 0
    assert 1.0 < quality.pop("largest_jump")["factor"] < 1.01
    assert quality == {
        "first_open_time": "2023-01-01T00:00:00Z",
        "last_open_time": "2023-01-03T01:55:00Z",
        "bars": 600,
        "expected_bars": 600,
        "coverage_frac": 1.0,
        "columns": ["volume"],
        "gaps": {"count": 0, "missing_bars": 0, "longest_bars": 0, "longest": []},
        "off_grid": 0,
        "duplicates": 0,
        "ohlc_violations": 0,
        "zero_volume_bars": 0,
        "dropped_rows": {},
        "incomplete_windows": 0,
        "trimmed_bars": 0,
        "left_out_columns": [],
    }


def test_the_largest_jump_is_reported_with_both_bars() -> None:
    """Also one that the bound lets pass: who raises it sees what was let through."""
    frame = toy().drop(index=range(100, 200))
    frame.loc[200:, ["open", "high", "low", "close"]] *= 2.0
    close, opened = float(frame["close"][99]), float(frame["open"][200])
    assert describe(frame)["largest_jump"] == {
        "factor": pytest.approx(opened / close),
        "from": "2023-01-01T08:15:00Z",
        "to": "2023-01-01T16:40:00Z",
        "from_price": pytest.approx(close),
        "to_price": pytest.approx(opened),
    }


def test_gaps_longest_first_and_five_at_most() -> None:
    missing = [10, 20, 21, 30, 31, 32, 40, 50, 60, 70]
    quality = describe(toy().drop(index=missing))
    assert quality["bars"] == 590
    assert quality["expected_bars"] == 600
    assert quality["coverage_frac"] == pytest.approx(590 / 600)
    gaps = quality["gaps"]
    assert (gaps["count"], gaps["missing_bars"], gaps["longest_bars"]) == (7, 10, 3)
    assert [gap["bars"] for gap in gaps["longest"]] == [3, 2, 1, 1, 1]
    assert gaps["longest"][0] == {
        "from": "2023-01-01T02:30:00Z",
        "to": "2023-01-01T02:40:00Z",
        "bars": 3,
    }


def test_violations_are_counted() -> None:
    frame = toy()
    frame.loc[3, "high"] = 1.0
    frame.loc[4, "low"] = -1.0
    frame.loc[[5, 6], "volume"] = 0.0
    frame.loc[7, "open_time"] += pd.Timedelta(seconds=1)
    frame.loc[9, "open_time"] = frame.loc[8, "open_time"]
    quality = describe(frame)
    assert quality["ohlc_violations"] == 2
    assert quality["zero_volume_bars"] == 2
    assert quality["off_grid"] == 1
    assert quality["duplicates"] == 1


def test_an_outlier_is_given_in_robust_sigmas() -> None:
    frame = toy()
    frame.loc[100, ["open", "high", "low", "close"]] *= 1.10
    quality = describe(frame)["outliers"]
    assert quality["count"] == 2  # up and back down
    assert quality["robust_sigma_frac"] == pytest.approx(0.001, rel=0.15)
    assert abs(quality["largest_sigmas"]) == pytest.approx(np.log(1.1) / 0.001, rel=0.15)
    assert quality["largest_at"] in ("2023-01-01T08:20:00Z", "2023-01-01T08:25:00Z")


def test_a_return_over_a_gap_is_no_outlier() -> None:
    frame = toy()
    frame.loc[300:, ["open", "high", "low", "close"]] *= 2.0
    assert describe(frame)["outliers"]["count"] == 1
    assert describe(frame.drop(index=300))["outliers"]["count"] == 0


def test_a_price_that_mostly_stands_still_has_a_sigma() -> None:
    frame = toy()
    still = np.arange(600) % 4 != 0
    close = frame["close"].where(~still).ffill()
    quality = describe(frame.assign(close=close, open=close, high=close, low=close))["outliers"]
    assert quality["robust_sigma_frac"] > 0
    assert quality["count"] == 0


def test_a_price_that_never_moves() -> None:
    frame = toy().assign(open=1.0, high=1.0, low=1.0, close=1.0)
    assert describe(frame)["outliers"] == {
        "count": 0,
        "robust_sigma_frac": None,
        "largest_sigmas": None,
        "largest_at": None,
    }


def test_the_market_as_a_whole() -> None:
    late = toy(500, start="2023-01-01 08:20")
    bars = {"BUSDT": late.drop(index=[50]), "AUSDT": toy().drop(index=[10, 150, 151])}
    report = to_json(build_quality_report(bars, None))
    market = report["market"]
    assert list(report["symbols"]) == ["AUSDT", "BUSDT"]
    assert (market["source"], market["symbols"], market["bars"]) == ("simulated", 2, 1096)
    assert market["first_open_time"] == "2023-01-01T00:00:00Z"
    assert market["days"] == pytest.approx(600 / 288)
    assert market["coverage_frac"] == pytest.approx(1096 / 1100)
    # Bar 10 is before B starts; B's bar 50 is A's bar 150; bar 151 is there in B.
    assert [gap["bars"] for gap in market["gaps_in_all_symbols"]["longest"]] == [1, 1]
    assert "files" not in report


def test_the_log_of_the_files() -> None:
    quality = RawLog(
        files=(FileRead("s/a.csv", "AUSDT", "5m", 590), FileRead("s/b.zip", "AUSDT", "1m", 60)),
        ignored=(
            IgnoredFile("s/x.txt", "no bars"),
            *(IgnoredFile(f"s/{i}", "1h") for i in range(30)),
        ),
        dropped=(
            DroppedRows("s/a.csv", "AUSDT", "off_grid", 2),
            DroppedRows("s/a.csv", "B", "off_grid", 1),
        ),
        incomplete_windows={"AUSDT": 4},
        trimmed_bars={"AUSDT": 3},
        ended_early=("AUSDT",),
        left_out_columns={"AUSDT": ("quote_volume",)},
        selection=RawSelection(
            set="s", sets_read=("s",), symbols=("AUSDT",), start="2023-01-01", end=None
        ),
    )
    report = to_json(build_quality_report({"AUSDT": toy()}, quality))
    assert report["files"] == {
        "read": 2,
        "rows_read": 650,
        "intervals": ["1m", "5m"],
        "ignored": 31,
        "ignored_by_reason": {
            "1h": {"count": 30, "files": [f"s/{i}" for i in range(20)]},
            "no bars": {"count": 1, "files": ["s/x.txt"]},
        },
        "dropped_rows": {"s/a.csv": {"off_grid": 3}},
        "funding": [],
        "selection": {
            "set": "s",
            "sets_read": ["s"],
            "symbols": ["AUSDT"],
            "start": "2023-01-01",
            "end": None,
        },
    }
    entry = report["symbols"]["AUSDT"]
    assert entry["dropped_rows"] == {"off_grid": 2}
    assert (entry["incomplete_windows"], entry["trimmed_bars"]) == (4, 3)
    assert entry["left_out_columns"] == ["quote_volume"]
    assert report["market"]["ended_early"] == ["AUSDT"]
    json.dumps(report, allow_nan=False)
