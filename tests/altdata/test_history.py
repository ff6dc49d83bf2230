"""Series in the order of publication: by hand, and the same where the future is cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.altdata import statistics
from dipmaster.altdata.history import PublishedSeries, build_series
from dipmaster.altdata.statistics import Transform
from dipmaster.core.time_units import HOUR_MS, MINUTE_MS

TRANSFORMS = (
    statistics.newest,
    statistics.trailing_change,
    statistics.trailing_mean,
    statistics.trailing_z,
    statistics.trailing_log_z,
    statistics.trailing_log_change,
    statistics.log_change_z,
    statistics.net_share_of_changes,
    statistics.mean_z,
    statistics.rise_over_earlier,
    statistics.rise_over_earlier_z,
)


def hourly(*values: float) -> PublishedSeries:
    """A value an hour, each known half an hour after its event."""
    event = np.arange(len(values), dtype=np.int64) * HOUR_MS
    return build_series(event + HOUR_MS // 2, event, np.array(values))


def test_newest_value_is_that_of_the_latest_event_not_of_the_latest_publication() -> None:
    event = np.array([0, 2, 1, 2], dtype=np.int64)
    known = np.array([10, 20, 30, 40], dtype=np.int64)
    series = build_series(known, event, np.array([1.0, 3.0, 2.0, 3.5]))
    assert series.newest_value.tolist() == [1.0, 3.0, 3.0, 3.5]  # late, then revised
    assert statistics.newest(series, 0).event_ms.tolist() == [0, 2, 2, 2]


def test_change_is_over_the_span_and_missing_beside_a_gap() -> None:
    change = statistics.trailing_change(hourly(1.0, 2.0, 4.0, 8.0), 2 * HOUR_MS)
    np.testing.assert_array_equal(change.value, [np.nan, np.nan, 3.0, 6.0])
    event = np.array([0, 1, 9, 10], dtype=np.int64) * HOUR_MS
    gap = statistics.trailing_change(build_series(event, event, np.array([1.0, 2, 4, 8])), HOUR_MS)
    np.testing.assert_array_equal(gap.value, [np.nan, 1.0, np.nan, 4.0])


def test_mean_is_of_what_was_published_within_the_span() -> None:
    mean = statistics.trailing_mean(hourly(1.0, 3.0, 5.0, 4.0), 2 * HOUR_MS)
    np.testing.assert_allclose(mean.value, [1.0, 2.0, 4.0, 4.5], rtol=1e-12)


def test_z_compares_with_the_values_before_and_needs_ten_of_them() -> None:
    past = [1.0, 3.0] * 5
    z = statistics.trailing_z(hourly(*past, 5.0), 24 * HOUR_MS)
    assert np.isnan(z.value[:10]).all()
    assert z.value[10] == pytest.approx((5.0 - 2.0) / 1.0)


def test_z_of_a_series_that_never_moved_is_missing() -> None:
    z = statistics.trailing_z(hourly(*[7.0] * 20, 9.0), 24 * HOUR_MS)
    assert np.isnan(z.value).all()
    after = statistics.trailing_z(hourly(1.0, *[7.3] * 30), 12 * HOUR_MS)
    assert np.isnan(after.value[14:]).all()  # the one other value has left the window


def test_growth_is_held_against_that_of_ten_spans() -> None:
    rng = np.random.default_rng(3)
    series = hourly(*np.exp(np.cumsum(rng.normal(0.0, 0.1, 200))))
    growth = statistics.trailing_log_change(series, 2 * HOUR_MS)
    known = np.isfinite(growth.value)
    alone = build_series(growth.known_ms[known], growth.event_ms[known], growth.value[known])
    expected = statistics.trailing_z(alone, 20 * HOUR_MS)  # by running sums
    found = statistics.log_change_z(series, 2 * HOUR_MS)
    assert np.isfinite(expected.value).sum() > 150
    np.testing.assert_allclose(found.value, expected.value, rtol=1e-9)
    steady = statistics.log_change_z(hourly(*np.exp(np.arange(60.0))), HOUR_MS)
    assert np.isnan(steady.value).all()  # all alike


def test_share_of_changes_is_one_where_all_steps_go_one_way() -> None:
    up = statistics.net_share_of_changes(hourly(1.0, 2.0, 4.0), 2 * HOUR_MS)
    assert up.value[2] == 1.0
    mixed = statistics.net_share_of_changes(hourly(1.0, 4.0, 3.0), 2 * HOUR_MS)
    assert mixed.value[2] == pytest.approx(2.0 / 4.0)
    flat = statistics.net_share_of_changes(hourly(5.0, 5.0, 5.0), 2 * HOUR_MS)
    assert flat.value[2] == 0.0


def test_logarithms_leave_out_what_has_none() -> None:
    growth = statistics.trailing_log_change(hourly(1.0, 0.0, np.e), 2 * HOUR_MS)
    assert growth.value.tolist()[-1] == pytest.approx(1.0)
    assert growth.value.size == 2


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_a_series_without_a_row_stays_one(transform: Transform) -> None:
    nothing = np.empty(0, dtype=np.int64)
    series = build_series(nothing, nothing, np.empty(0))
    assert transform(series, HOUR_MS).value.size == 0


@pytest.mark.parametrize("transform", TRANSFORMS)
@given(seed=st.integers(0, 200), cut=st.integers(1, 59))
def test_a_history_that_is_cut_is_the_beginning_of_the_whole(
    transform: Transform, seed: int, cut: int
) -> None:
    """Cut at any publication, late and revised values included, bit for bit."""
    rng = np.random.default_rng(seed)
    event = rng.integers(0, 40, 60) * 5 * MINUTE_MS
    known = event + rng.integers(0, 90, 60) * MINUTE_MS
    value = np.exp(rng.normal(0.0, 1.0, 60))
    whole = transform(build_series(known, event, value), HOUR_MS)
    until = np.sort(known)[cut]
    early = known <= until
    part = transform(build_series(known[early], event[early], value[early]), HOUR_MS)
    rows = whole.known_ms <= until
    np.testing.assert_array_equal(whole.value[rows], part.value)
    np.testing.assert_array_equal(whole.event_ms[rows], part.event_ms)


def test_mean_is_held_against_the_week_with_the_newest() -> None:
    values = [1.0, 3.0] * 6
    week = statistics.mean_z(hourly(*values), 2 * HOUR_MS)
    assert np.isnan(week.value[:9]).all()
    np.testing.assert_allclose(
        week.value[[9, 11]], 0.0, atol=1e-12
    )  # mean of the two is the week's
    newest = statistics.mean_z(hourly(*values), 0)
    np.testing.assert_allclose(newest.value[[9, 11]], 1.0)
    assert np.isnan(statistics.mean_z(hourly(*[7.0] * 20), HOUR_MS).value).all()


def test_the_week_is_a_week() -> None:
    values = [1000.0, *[1.0, 3.0] * 100]
    z = statistics.mean_z(hourly(*values), 0)
    assert z.value[167] < 0.0
    assert z.value[200] == pytest.approx(1.0)  # the first value was published over a week ago


def test_rise_is_over_the_mean_of_a_window_that_ended_before() -> None:
    """A span of four hours: five to nine hours before the newest publication."""
    values = [10.0, 20.0, 30.0, 40.0, 50.0, 0.0, 0.0, 0.0, 0.0, 7.0]
    rise = statistics.rise_over_earlier(hourly(*values), 4 * HOUR_MS)
    assert rise.value[9] == pytest.approx(7.0 - np.mean([20.0, 30.0, 40.0, 50.0]))
    assert np.isnan(rise.value[:5]).all()
    assert rise.value[5] == pytest.approx(0.0 - 10.0)


def test_rise_in_deviations_of_the_week() -> None:
    values = [1.0, 3.0] * 10
    series = hourly(*values)
    plain, scaled = (f(series, 4 * HOUR_MS) for f in
                     (statistics.rise_over_earlier, statistics.rise_over_earlier_z))  # fmt: skip
    np.testing.assert_allclose(scaled.value[-1], plain.value[-1] / 1.0)
