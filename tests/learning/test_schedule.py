"""Refits fall on fixed dates; which rows a fit may learn from, takes, and when they are too few."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.core.params.confidence import MinTrainingSet
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.learning.schedule import purge_period_ms, refit_times
from tests.learning.rows import made_schedule


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


def test_a_signal_closer_than_the_purge_teaches_nothing() -> None:
    """One whose label was known long before as well: the purge asks nobody how it ended."""
    purge = purge_period_ms(8)
    assert purge == 9 * BAR_MS
    refit = 1000 * BAR_MS
    signal = refit - purge + np.array([-BAR_MS, 0, BAR_MS])
    schedule = made_schedule(signal, signal + 2 * BAR_MS, {}, purge)
    assert schedule.training_rows(refit, np.ones(3, bool)).tolist() == [0, 1]
    assert schedule.training_rows(refit, np.array([False, True, True])).tolist() == [1]


def test_a_label_is_learned_from_once_it_is_known() -> None:
    refit = 1000 * BAR_MS
    known = refit + np.array([-BAR_MS, 0, 1])
    schedule = made_schedule(np.zeros(3, np.int64), known, {}, BAR_MS)
    assert schedule.training_rows(refit, np.ones(3, bool)).tolist() == [0, 1]


CASES = np.repeat(np.arange(50), 3)
LEAST = MinTrainingSet.model_construct(candidates=40, per_class=5)


def test_a_fit_takes_every_kth_row_of_a_case_all_with_one_weight() -> None:
    rows = made_schedule(np.zeros(150, np.int64), np.zeros(150, np.int64), {}, 0)
    some = replace(rows, case_id=CASES, age=np.tile(np.arange(3), 50), max_rows=80, weight=None)
    sampled, weight = some.training_sample(np.arange(30, 150))
    assert sampled.tolist() == [row for row in range(30, 150) if (CASES[row] + row % 3) % 2 == 0]
    assert weight.tolist() == [40 / sampled.size] * sampled.size
    everything, own = replace(some, max_rows=None, weight=np.arange(150.0)).training_sample(sampled)
    assert everything.tolist() == own.tolist() == sampled.tolist()


def test_reasons_why_cases_are_too_few() -> None:
    """A case counts for a class where one of its rows is of it."""
    target = np.zeros(150)
    target[:9] = 1.0  # three cases
    rows = made_schedule(np.zeros(150, np.int64), np.zeros(150, np.int64), {}, 0, LEAST)
    schedule, everyone = replace(rows, case_id=CASES), np.arange(150)
    assert schedule.describe_shortage(everyone, target) == (
        "too few candidates of one class: 3 won, 47 did not, 5 of each needed"
    )
    assert schedule.describe_shortage(everyone, None) == ""
    assert schedule.describe_shortage(np.arange(60), None) == (
        "too few candidates: 20 with a known label, 40 needed"
    )
    target[:15] = 1.0
    target[30:45:3] = 0.5  # of five more, one row each: they count for both classes
    assert schedule.describe_shortage(everyone, target) == ""
    assert schedule.describe_shortage(np.arange(12, 150), target) == ""
    assert schedule.describe_shortage(np.arange(15, 30), None) != ""
