"""What the hierarchical filter sees: hours by hand, gaps of the past, classes held on bars."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.hierarchical import detect_states
from dipmaster.volatility.hierarchical.observations import (
    PRIOR_GAP,
    hold_on_bars,
    observe_ranges,
)

DAY = 288


def clock_from(time: str, bars: int) -> GridClock:
    return GridClock(int(pd.Timestamp(time, tz="UTC").timestamp() * 1000), bars)


def test_an_hour_by_hand() -> None:
    clock = clock_from("2023-01-02", DAY)
    ranges, squares = np.full((1, DAY), 0.004), np.full((1, DAY), 1e-6)
    ranges[0, 12:24] = np.linspace(0.002, 0.008, 12)
    found = observe_ranges(ranges, squares, clock, 30)
    assert found.shape == (1, 24)
    daily = np.log(np.sqrt(DAY) * np.sqrt(np.pi / 8)) + PRIOR_GAP
    assert found[0, 0] == pytest.approx(np.log(0.004) + daily)
    assert found[0, 1] == pytest.approx(np.log(0.005) + daily)


def test_hours_are_those_of_the_clock_and_thin_ones_are_not_known() -> None:
    clock = clock_from("2023-01-02 05:20", DAY)
    ranges = np.full((1, DAY), 0.004)
    ranges[0, 8 + 12 : 8 + 12 + 7] = np.nan  # seven bars of the hour from 07:00
    found = observe_ranges(ranges, np.full((1, DAY), 1e-6), clock, 30)
    known = np.isfinite(found[0])
    assert found.shape == (1, 48)
    assert not known[:5].any()
    assert known[5:8].tolist() == [True, True, False]  # eight of twelve bars, all, five
    assert known[8:29].all()
    assert not known[29:].any()  # the hour from 05:00 has four


def test_prices_that_stand_still_say_nothing() -> None:
    clock = clock_from("2023-01-02", DAY)
    assert np.isnan(observe_ranges(np.zeros((1, DAY)), np.zeros((1, DAY)), clock, 30)).all()


def test_the_gap_is_that_of_the_days_before() -> None:
    """Bipower says .02 a day from the sixth day on; before, the prior gap stands."""
    days = 12
    clock = clock_from("2023-01-02", days * DAY)
    ranges = np.full((2, days * DAY), 0.001)
    squares = np.full((2, days * DAY), (0.02**2 / DAY) / (np.pi / 2))
    squares[1, 7 * DAY :] *= 100.0
    found = np.exp(observe_ranges(ranges, squares, clock, 6))
    assert found[0, 5 * 24 :] == pytest.approx(0.02)
    assert found[0, : 5 * 24] == pytest.approx(found[0, 0])
    assert found[1, : 8 * 24] == pytest.approx(found[0, : 8 * 24])
    assert found[1, 8 * 24 : 9 * 24] == pytest.approx(0.02 * 10 ** (1 / 6), rel=0.01)  # of six


def test_a_class_is_held_from_the_close_of_its_hour() -> None:
    clock = clock_from("2023-01-02 00:20", 36)
    held = hold_on_bars(np.array([[5.0, 6.0, 7.0, *[8.0] * 21]]), clock)
    assert np.isnan(held[0, :7]).all()  # 00:20 to 00:50: the hour is not over
    assert held[0, 7:19].tolist() == [5.0] * 12
    assert held[0, 19:31].tolist() == [6.0] * 12


def test_states_are_not_known_before_a_coin_was_seen(params) -> None:
    bars = 20 * DAY
    clock = clock_from("2023-01-02", bars)
    rng = np.random.default_rng(1)
    ranges = 0.003 * np.exp(rng.normal(0, 0.3, (3, bars)))
    squares = (0.002 * rng.standard_normal((3, bars))) ** 2
    ranges[2, : 7 * DAY] = squares[2, : 7 * DAY] = np.nan
    ranges[0, 9 * DAY : 10 * DAY] = squares[0, 9 * DAY : 10 * DAY] = np.nan
    found = detect_states(ranges, squares, clock, params)
    assert (found.coin[2, : 7 * DAY + 11] == -1).all()
    assert (found.coin[2, 7 * DAY + 11 :] >= 0).all()
    assert (found.coin[0, 11:] >= 0).all()  # over the gap the belief goes on
    assert (found.market[:11] == -1).all()
    assert (found.market[11:] >= 0).all()
    nothing = np.full((1, bars), np.nan)
    more = detect_states(
        np.concatenate([ranges, nothing]), np.concatenate([squares, nothing]), clock, params
    )
    assert np.array_equal(more.coin[:3], found.coin)
    assert np.array_equal(more.market, found.market)
    assert (more.coin[3] == -1).all()
