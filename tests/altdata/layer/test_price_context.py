"""The largest fall of the last hour and the past day, by hand."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.altdata.layer import find_largest_falls, measure_past_day
from dipmaster.core.errors import DataError
from dipmaster.core.panel import to_epoch_ms, to_timestamps
from dipmaster.core.time_units import BAR_MS

START = 1_672_531_200_000


def bars(close: list[float], missing: tuple[int, ...] = ()) -> dict[str, pd.DataFrame]:
    times = to_timestamps(START + BAR_MS * np.arange(len(close), dtype=np.int64))
    frame = pd.DataFrame({"open_time": times, "close": close})
    return {"A": frame.drop(index=list(missing)).reset_index(drop=True)}


def candidates(*at: int, sigma: float = 0.01) -> pd.DataFrame:
    times = to_timestamps(START + BAR_MS * np.array(at, dtype=np.int64))
    return pd.DataFrame({"symbol": "A", "open_time": times, "sigma_1h_frac": sigma})


def test_the_largest_fall_is_found_with_its_place_and_size() -> None:
    close = [100.0] * 5 + [98.0] + [98.0] * 5 + [97.51] + [97.51] * 4
    found = find_largest_falls(candidates(5, 8, 15), bars(close))
    closes = (found.close_ms - START) // BAR_MS
    assert closes.tolist() == [6, 6, 6]
    assert found.bars_since.tolist() == [0.0, 3.0, 10.0]
    np.testing.assert_allclose(found.size_sigma, 2.0)
    assert (found.close_ms <= to_epoch_ms(candidates(5, 8, 15)["open_time"]) + BAR_MS).all()


def test_a_fall_of_more_than_an_hour_ago_is_forgotten() -> None:
    close = [100.0, 90.0] + [90.0] * 12
    found = find_largest_falls(candidates(12, 13), bars(close))
    assert found.close_ms[0] == START + 2 * BAR_MS
    assert found.close_ms[1] == -1
    assert np.isnan(found.size_sigma[1])
    assert np.isnan(found.bars_since[1])


def test_a_bar_behind_a_gap_has_no_return() -> None:
    close = [100.0, 100.0, 80.0, 79.0, 79.0]
    found = find_largest_falls(candidates(4), bars(close, missing=(1,)))
    assert found.close_ms[0] == START + 4 * BAR_MS


def test_later_bars_play_no_part() -> None:
    close = [100.0, 99.0, 98.5, 50.0, 40.0]
    one = find_largest_falls(candidates(2), bars(close))
    other = find_largest_falls(candidates(2), bars(close[:3]))
    assert one.close_ms.tolist() == other.close_ms.tolist() == [START + 2 * BAR_MS]


def test_a_candidate_without_a_bar_is_refused() -> None:
    with pytest.raises(DataError, match="the bar of every candidate"):
        find_largest_falls(candidates(1), bars([1.0, 1.0, 1.0], missing=(1,)))


def test_the_past_day_is_in_daily_sigmas() -> None:
    features = bars([1.0, 1.0, 1.0])["A"].assign(
        return_24h_frac=[np.nan, -0.06, 0.03], sigma_daily_frac=[0.03, 0.03, 0.0]
    )
    found = measure_past_day(candidates(0, 1, 2), {"A": features})
    np.testing.assert_allclose(found, [np.nan, -2.0, np.nan])
