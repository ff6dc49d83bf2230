"""The length of the history is compared with the params before anything runs."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.errors import DataError
from dipmaster.core.params import Params
from dipmaster.core.time_units import DAY_MS
from dipmaster.evaluation.statistics.period import Period
from dipmaster.market.history import check_history
from tests.made.params import read_values

RAW = Path("data/raw")


def params(split: dict[str, Any] | None = None, **ingest: Any) -> Params:
    values = read_values()
    for name, value in ingest.items():
        part = values["ingest"]
        next(p for p in (part, part["raw"], part["simulated"]) if name in p)[name] = value
    values["split"] |= split or {}
    return Params.parse(values, ("ingest", "split", "gates"))


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """200 days of A, the last 100 of them of B, without a sound price in any bar."""
    monkeypatch.chdir(tmp_path)
    (RAW / "set").mkdir(parents=True)
    times = pd.date_range("2023-01-01", periods=200 * 288, freq="5min", tz="UTC", unit="ms")
    columns = dict.fromkeys(("open", "high", "low", "close", "volume"), -1.0)
    for symbol, first in (("AUSDT", 0), ("BUSDT", 100 * 288)):
        frame = pd.DataFrame({"open_time": times[first:], **columns})
        frame.to_parquet(RAW / "set" / f"{symbol}-5m.parquet")
    return RAW


def test_the_simulated_market() -> None:
    found = check_history(params(coins=4, days=400), RAW)
    assert (found.coins, found.days, found.out_of_sample_days) == (4, 400.0, 220.0)
    assert found.first_open_time == "2023-01-01T00:00:00Z"
    assert found.last_open_time == "2024-02-04T23:55:00Z"
    assert found.notes == ()


@pytest.mark.parametrize(("days", "enough"), [(186, False), (187, True)])
def test_too_few_days_out_of_sample(days: int, enough: bool) -> None:
    """180 of burn-in and 7 behind it."""
    if enough:
        assert check_history(params(days=days), RAW).out_of_sample_days == 7.0
        return
    with pytest.raises(DataError, match=r"186.0 days in all.*\n  Fix: set more ingest.simulated"):
        check_history(params(days=days), RAW)


@pytest.mark.parametrize("days", [187, 195, 225, 344, 345, 346, 400])
def test_blocks_are_counted_as_the_evaluation_does(days: int) -> None:
    first = 1_672_531_200_000
    period = Period(first, first + 180 * DAY_MS, first + days * DAY_MS - 300_000, 30)
    notes = check_history(params(days=days), RAW).notes
    assert bool(notes) == (period.blocks < 6)
    if notes:
        assert f"hold {period.blocks} block(s) of 30 days" in notes[0]


def test_raw_files_are_measured_by_their_times_alone(raw: Path) -> None:
    found = check_history(params(source="raw"), raw)
    assert (found.coins, found.days) == (2, 200.0)
    only_b = check_history(params({"burn_in_days": 90}, source="raw", symbols=["BUSDT"]), raw)
    assert (only_b.coins, only_b.days) == (1, 100.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"symbols": ["BUSDT"]}, r"100.0 days in all, 2023-04-11T00:00:00Z.*\n  Fix: add files"),
        ({"end": "2023-06-01"}, "151.0 days in all"),
        ({"start": "2023-02-01"}, "169.0 days in all"),
        ({"start": "2024-02-01"}, "bars from 2024-02-01T00:00:00Z on"),
        ({"symbols": ["CUSDT"]}, "found bars of AUSDT, BUSDT"),
        ({"set": "other"}, "found the sets set"),
    ],
)
def test_what_is_selected_counts(raw: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_history(params(source="raw", **changes), raw)


def test_a_damaged_file_is_reported(raw: Path) -> None:
    (raw / "set/CUSDT-5m.parquet").write_bytes(b"half a download")
    with pytest.raises(DataError, match=r"CUSDT-5m\.parquet"):
        check_history(params(source="raw"), raw)


def test_other_files_have_no_span(raw: Path) -> None:
    (raw / "set/notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    hours = pd.date_range("2020-01-01", periods=50, freq="1h", tz="UTC", unit="ms")
    columns = dict.fromkeys(("open", "high", "low", "close", "volume"), 1.0)
    pd.DataFrame({"open_time": hours, **columns}).to_parquet(raw / "set/DUSDT.parquet")
    assert check_history(params(source="raw"), raw).days == 200.0


def test_real_bars(real_data: Path) -> None:
    """As long as the market that is read, but for the end that is trimmed."""
    found = check_history(params(source="raw", set="klines_5m"), real_data)
    assert found.coins == 16
    assert found.first_open_time == "2022-08-01T00:00:00Z"
    assert np.floor(found.days) == 422
