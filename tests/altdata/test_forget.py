"""A series that forgets what no window reaches says the same as the whole one, to the last bit."""

from collections.abc import Callable

import numpy as np
import pytest

from dipmaster.altdata import history, statistics
from dipmaster.altdata.history import PublishedSeries, build_series, extend, forget
from dipmaster.core.time_units import HOUR_MS, MINUTE_MS

SPAN_MS = 4 * HOUR_MS
REACH_MS = history.WEEK_MS + 11 * SPAN_MS
ROWS = 4000
STATISTICS: list[Callable[[PublishedSeries, int], PublishedSeries]] = [
    statistics.newest,
    statistics.trailing_change,
    statistics.trailing_mean,
    statistics.trailing_z,
    statistics.trailing_log_z,
    statistics.trailing_log_change,
    statistics.mean_z,
    statistics.rise_over_earlier,
    statistics.rise_over_earlier_z,
    statistics.net_share_of_changes,
    statistics.log_change_z,
]


def made_series() -> PublishedSeries:
    """Late publications, events out of order, values that are 0, and some that never move."""
    rng = np.random.default_rng(6)
    event = np.cumsum(rng.choice([5, 15, 60], ROWS)) * MINUTE_MS
    known = event + rng.choice([0, 30, 200], ROWS, p=[0.6, 0.3, 0.1]) * MINUTE_MS
    value = np.where(rng.random(ROWS) < 0.05, 0.0, rng.lognormal(0.0, 1.0, ROWS))
    value[1500:1560] = 1.0
    return build_series(known, event, value)


@pytest.mark.parametrize("statistic", STATISTICS, ids=lambda one: one.__name__)
def test_forgetting_changes_no_statistic(
    statistic: Callable[[PublishedSeries, int], PublishedSeries],
) -> None:
    whole = made_series()
    series = build_series(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    expected, forgot = statistic(whole, SPAN_MS), 0
    ends = np.searchsorted(whole.known_ms, np.unique(whole.known_ms)[::40], side="right")
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        part = slice(int(start), int(end))
        series = extend(series, whole.known_ms[part], whole.event_ms[part], whole.value[part])
        series = forget(series, int(series.known_ms[-1]) - REACH_MS)
        forgot = max(forgot, int(end) - series.value.size)
        found = statistic(series, SPAN_MS)
        last = np.searchsorted(expected.known_ms, series.known_ms[-1], side="right") - 1
        if last < 0:  # no growth yet
            assert not found.value.size
            continue
        assert found.known_ms[-1] == expected.known_ms[last]
        np.testing.assert_array_equal(found.value[-1], expected.value[last])
        assert found.event_ms[-1] == expected.event_ms[last]
    assert forgot > ROWS // 3


def test_nothing_is_forgotten_that_a_window_reaches() -> None:
    series = made_series()
    assert forget(series, int(series.known_ms[0]) - 1) is series
    until = int(series.known_ms[1000])
    kept = forget(series, until)
    assert kept.known_ms[0] <= until < kept.known_ms[1] or kept.value.size > ROWS - 1000
    assert kept.newest_value[0] == series.newest_value[ROWS - kept.value.size]
