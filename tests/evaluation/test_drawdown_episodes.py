"""Worst drawdowns: by hand, against a walk over the marks, and where there is none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.backtest import metrics
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.evaluation.figures.drawdowns import find_worst_episodes
from dipmaster.evaluation.statistics.period import Period


def walk(marks: list[float], start: float) -> list[tuple[int, int, int | None, float]]:
    """Peak, trough, recovery (-1 is the start) and depth of every drawdown, mark by mark."""
    found, peak, at, trough, depth = [], start, -1, -1, 0.0
    for place, mark in enumerate(marks):
        if mark >= peak:
            if depth > 0.0:
                found.append((at, trough, place, depth))
            peak, at, depth = mark, place, 0.0
        elif 1.0 - mark / peak > depth:
            trough, depth = place, 1.0 - mark / peak
    return [*found, (at, trough, None, depth)] if depth > 0.0 else found


def time_of(period: Period, place: int | None) -> str | None:
    if place is None:
        return None
    time = pd.Timestamp(period.out_of_sample_ms, unit="ms") + pd.Timedelta("5min") * (place + 1)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_by_hand(period: Period) -> None:
    """Two drawdowns; the high-water mark is left at the last mark that reaches it."""
    marks = np.array([100.0, 110.0, 110.0, 99.0, 104.5, 110.0, 120.0, 90.0, 96.0])
    deep, shallow = find_worst_episodes(marks, 100.0, period)
    assert deep.depth_frac == pytest.approx(0.25)
    assert (deep.peak_time, deep.trough_time) == (time_of(period, 6), time_of(period, 7))
    assert deep.recovery_time is None
    assert deep.days == 2 / BARS_PER_DAY  # from its peak to the last mark
    assert shallow.depth_frac == pytest.approx(0.1)
    assert (shallow.peak_time, shallow.trough_time) == (time_of(period, 2), time_of(period, 3))
    assert shallow.recovery_time == time_of(period, 5)
    assert shallow.days == 3 / BARS_PER_DAY


@pytest.mark.parametrize("marks", [[100.0] * 4, [100.0, 101.0, 105.0]])
def test_an_account_that_never_falls_has_none(period: Period, marks: list[float]) -> None:
    assert find_worst_episodes(np.array(marks), 100.0, period) == ()


def test_a_fall_with_the_first_mark_begins_at_the_boundary(period: Period) -> None:
    (one,) = find_worst_episodes(np.array([90.0, 95.0]), 100.0, period)
    assert one.peak_time == "2023-01-21T00:00:00Z"
    assert one.trough_time == "2023-01-21T00:05:00Z"


def test_a_lost_account_counts_as_zero(period: Period) -> None:
    (one,) = find_worst_episodes(np.array([50.0, -3.0, -3.0]), 100.0, period)
    assert (one.depth_frac, one.recovery_time) == (1.0, None)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), st.integers(1, 6))
def test_against_a_walk_over_the_marks(period: Period, marks: list[int], shown: int) -> None:
    values = np.array(marks, dtype=np.float64)
    episodes = find_worst_episodes(values, 20.0, period, shown)
    expected = sorted(walk(values.tolist(), 20.0), key=lambda one: (-one[3], one[0]))[:shown]
    assert [
        (one.peak_time, one.trough_time, one.recovery_time, one.depth_frac) for one in episodes
    ] == [
        (time_of(period, peak), time_of(period, trough), time_of(period, recovery), depth)
        for peak, trough, recovery, depth in expected
    ]
    for one, (peak, _, recovery, _) in zip(episodes, expected, strict=True):
        end = values.size - 1 if recovery is None else recovery
        assert one.days == pytest.approx((end - peak) / BARS_PER_DAY)
    deepest = metrics.max_drawdown(values, 20.0).frac
    assert (episodes[0].depth_frac if episodes else 0.0) == deepest
