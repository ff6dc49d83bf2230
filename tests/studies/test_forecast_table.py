"""The study's table of forecasts: bars cut to what all coins have, a row a forecast."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.params.volatility import FORECAST_NAMES
from studies import forecast_table
from tests.made.volatility import volatility


def test_bars_end_before_the_last_that_all_have(tmp_path: Path) -> None:
    times = pd.date_range("2024-01-01", periods=10, freq="5min", tz="UTC").as_unit("ms")
    for name, rows in (("AAAUSDT", 10), ("BBBUSDT", 8)):
        frame = pd.DataFrame({"open_time": times[:rows], "close": np.ones(rows)})
        frame.to_parquet(tmp_path / f"{name}.parquet")
    bars = forecast_table.read_bars(tmp_path)
    assert list(bars) == ["AAAUSDT", "BBBUSDT"]
    assert {len(frame) for frame in bars.values()} == {7}


def test_every_forecast_has_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    pooled = volatility().forecasts.pooled
    forecast_table.print_market("301", pooled)  # type: ignore[arg-type]
    *rows, cost = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[2] for row in rows] == list(FORECAST_NAMES)
    assert rows[3] == ["301", "13198", "range_har", "0.4074", "11.3", "1.000"]
    assert cost[1:5] == ["garch", "-", "range_har:", "0.1159"]
