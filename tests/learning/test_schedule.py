"""Refits fall on fixed dates."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.learning.schedule import refit_times


def ms(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1000)


def words(times: np.ndarray) -> list[str]:
    return [str(np.datetime64(int(t), "ms").astype("datetime64[m]")) for t in times]


def test_by_hand() -> None:
    found = refit_times(ms("2023-01-01"), ms("2023-05-31 23:55"), 60)
    assert words(found) == [
        "2023-03-02T00:00",
        "2023-04-01T00:00",
        "2023-05-01T00:00",
        "2023-06-01T00:00",  # the last bar closes then: its signal is decided at that moment
    ]


def test_a_first_bar_within_the_day_waits_for_midnight() -> None:
    found = refit_times(ms("2023-01-01 00:05"), ms("2023-03-20"), 60)
    assert words(found) == ["2023-03-03T00:00"]


def test_a_first_refit_on_the_first_of_a_month_is_not_doubled() -> None:
    found = refit_times(ms("2023-01-01"), ms("2023-04-15"), 31)
    assert words(found) == ["2023-02-01T00:00", "2023-03-01T00:00", "2023-04-01T00:00"]


def test_quarters() -> None:
    found = refit_times(ms("2023-01-10"), ms("2024-01-01"), 30, months=3)
    assert words(found) == [
        "2023-02-09T00:00",
        "2023-04-01T00:00",
        "2023-07-01T00:00",
        "2023-10-01T00:00",
        "2024-01-01T00:00",
    ]


@pytest.mark.parametrize("months", [1, 3])
def test_too_short_a_history_has_none(months: int) -> None:
    assert refit_times(ms("2023-01-01"), ms("2023-02-01"), 60, months).size == 0


@given(
    first=st.integers(0, 20_000 * 288),
    length=st.integers(0, 800 * 288),
    more=st.integers(0, 200 * 288),
    day=st.integers(0, 200),
    months=st.sampled_from([1, 3]),
)
def test_more_history_moves_no_refit(
    first: int, length: int, more: int, day: int, months: int
) -> None:
    start, end = first * BAR_MS, (first + length) * BAR_MS
    short = refit_times(start, end, day, months)
    long = refit_times(start, end + more * BAR_MS, day, months)
    assert np.array_equal(long[: short.size], short)
    assert np.all(long[short.size :] > end + BAR_MS)
    assert np.all(np.diff(long) > 0)
    assert np.all(long % DAY_MS == 0)
    assert not long.size or 0 <= long[0] - (start + day * DAY_MS) < DAY_MS
