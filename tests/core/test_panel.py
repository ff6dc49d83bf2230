"""Bars of all symbols on one grid: what does not exist is NaN."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.errors import TableError
from dipmaster.core.panel import align_bars, to_epoch_ms, to_timestamps
from dipmaster.core.time_units import BAR_MS

START = 1_600_000_200_000


def bars(steps: list[int], **more: float) -> pd.DataFrame:
    times = to_timestamps(np.array(steps, dtype=np.int64) * BAR_MS + START)
    columns = {name: np.arange(len(steps)) + 1.0 for name in ("open", "high", "low", "close")}
    return pd.DataFrame({"open_time": times, **columns, "volume": 1.0, **more})


def test_two_symbols_with_a_gap_and_different_ends() -> None:
    panel = align_bars({"B": bars([0, 1, 3]), "A": bars([1, 2, 3, 4])}, 1.0)
    assert panel.symbols == ("A", "B")
    assert panel.bars == 5
    np.testing.assert_array_equal(panel.close[0], [np.nan, 1, 2, 3, 4])
    np.testing.assert_array_equal(panel.close[1], [1, 2, np.nan, 3, np.nan])
    np.testing.assert_array_equal(np.diff(panel.open_time), [BAR_MS] * 4)


def test_the_fallback_spread_stands_where_the_source_has_none() -> None:
    panel = align_bars({"A": bars([0, 1]), "B": bars([0, 1], half_spread_bps=3.0)}, 1.5)
    np.testing.assert_array_equal(panel.half_spread_bps, [[1.5, 1.5], [3.0, 3.0]])


def test_times_go_to_positions_and_back() -> None:
    panel = align_bars({"A": bars([0, 1, 2])}, 1.0)
    times = panel.open_time[[2, 0]]
    np.testing.assert_array_equal(panel.index_of(times), [2, 0])
    np.testing.assert_array_equal(to_epoch_ms(pd.Series(to_timestamps(times))), times)


@pytest.mark.parametrize("steps", [[0, 0], [1, 0]])
def test_times_must_rise(steps: list[int]) -> None:
    with pytest.raises(TableError, match="A: expected rising open times"):
        align_bars({"A": bars(steps)}, 1.0)


def test_stamps_must_lie_on_the_grid() -> None:
    frame = bars([0, 1])
    frame["open_time"] = frame["open_time"] + pd.to_timedelta([0, 60], unit="s")
    with pytest.raises(TableError, match="5-minute grid"):
        align_bars({"A": frame}, 1.0)


@pytest.mark.parametrize("frames", [{}, {"A": bars([])}])
def test_no_bars_is_an_error(frames: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(TableError, match="at least one bar"):
        align_bars(frames, 1.0)
