"""Values at decisions: backwards in publication time only, and not for ever."""

from collections.abc import Callable

import numpy as np
import pytest

from dipmaster.altdata import ChannelInput, ChannelValues, build_values
from dipmaster.altdata.asof import collect_inputs, split_channels, values_at
from dipmaster.altdata.channels import Channel
from dipmaster.altdata.history import PublishedSeries, build_series
from dipmaster.altdata.statistics import trailing_change
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.time_units import HOUR_MS, MINUTE_MS
from tests.altdata.conftest import times

Join = Callable[[PublishedSeries, Ints, int], Floats]
DAY = 24 * 60


def test_a_value_is_known_from_its_publication_to_its_staleness() -> None:
    series = build_series(times(36), times(0), np.array([5.0]))
    at = values_at(series, times(35, 36, 60, 61), 60 * MINUTE_MS)
    np.testing.assert_array_equal(at, [np.nan, 5.0, 5.0, np.nan])


def test_yesterday_is_not_known_today() -> None:
    """A daily value of day 1 that is published on day 3 is unknown on day 2."""
    series = build_series(
        times(1 * DAY + 2160, 2 * DAY + 2160), times(1 * DAY, 2 * DAY), np.array([1.0, 2.0])
    )
    at = values_at(series, times(2 * DAY, 3 * DAY, 4 * DAY), 4 * DAY * MINUTE_MS)
    np.testing.assert_array_equal(at, [np.nan, 1.0, 2.0])


def test_no_decision_and_no_value() -> None:
    empty = build_series(times(), times(), np.empty(0))
    assert np.isnan(values_at(empty, times(1, 2), HOUR_MS)).all()
    assert values_at(build_series(times(0), times(0), np.ones(1)), times(), HOUR_MS).size == 0


def late_values(seed: int = 3) -> tuple[Ints, Ints, Floats]:
    rng = np.random.default_rng(seed)
    event = times(*range(0, 1500, 5))
    known = event + rng.integers(30, 61, event.size) * MINUTE_MS
    return known, event, rng.normal(0.0, 1.0, event.size)


def find_look_ahead(join: Join) -> int | None:
    """First decision, in minutes, whose value depends on what is published later."""
    known, event, value = late_values()
    for minute in range(60, 1500, 35):
        at = times(minute)
        later = known > at[0]
        changed = build_series(known, event, np.where(later, value + 1e6, value))
        cut = build_series(known[~later], event[~later], value[~later])
        whole = join(build_series(known, event, value), at, 3 * HOUR_MS)
        for other in (changed, cut):
            if not np.array_equal(join(other, at, 3 * HOUR_MS), whole, equal_nan=True):
                return minute
    return None


def test_no_value_is_used_before_its_publication() -> None:
    assert find_look_ahead(values_at) is None


def test_neither_is_it_in_a_statistic() -> None:
    def change(series: PublishedSeries, at: Ints, staleness_ms: int) -> Floats:
        return values_at(trailing_change(series, HOUR_MS), at, staleness_ms)

    assert find_look_ahead(change) is None


def join_at_event_time(series: PublishedSeries, at: Ints, staleness_ms: int) -> Floats:
    """The leak: yesterday's value joined to yesterday, before anyone could know it."""
    early = build_series(series.event_ms, series.event_ms, series.value)
    return values_at(early, at, staleness_ms)


def join_nearest(series: PublishedSeries, at: Ints, staleness_ms: int) -> Floats:
    """Another leak: the nearest publication, before or after."""
    row = np.argmin(np.abs(series.known_ms[:, None] - at), axis=0)
    return np.asarray(series.value[row], dtype=np.float64)


@pytest.mark.parametrize("join", [join_at_event_time, join_nearest])
def test_planted_leaks_are_found(join: Join) -> None:
    assert find_look_ahead(join) is not None


def test_a_later_publication_takes_values_away_and_brings_none() -> None:
    """Whoever is an hour later knows what the others knew an hour before."""
    known, event, value = late_values()
    at = times(*range(200, 1400, 7))
    later = values_at(build_series(known + HOUR_MS, event, value), at, 9 * HOUR_MS)
    before = values_at(build_series(known, event, value), at - HOUR_MS, 9 * HOUR_MS)
    np.testing.assert_array_equal(later, before)


def test_a_coins_own_values_come_before_those_of_the_market() -> None:
    values = build_values(
        [
            ChannelValues("BTCUSDT", "fear_greed", times(0), times(5), np.array([10.0])),
            ChannelValues("", "fear_greed", times(1), times(5), np.array([20.0])),
        ]
    )
    channels = [Channel("fear_greed", "0..100", 5, 60), Channel("funding_rate_frac", "frac", 5, 60)]
    inputs = [ChannelInput("mood", "fear_greed"), ChannelInput("absent", "funding_rate_frac")]
    at = times(10)
    for symbol, mood in (("BTCUSDT", 10.0), ("ETHUSDT", 20.0)):
        found = collect_inputs(split_channels(values, symbol), channels, inputs, at)
        assert found["mood"].tolist() == [mood]
        assert np.isnan(found["absent"]).all()
