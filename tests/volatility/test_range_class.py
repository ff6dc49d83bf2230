"""Class of the next day's forecast: against a plain regression, hours, what is not over."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.volatility import range_class
from dipmaster.volatility.baselines import compute_season_ahead
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.range_class import forecast_classes

DAY = 288
DAYS = 30
START = pd.Timestamp("2023-01-02 00:20", tz="UTC")  # a Monday, off the hour


@pytest.fixture(scope="module")
def clock() -> GridClock:
    return GridClock(int(START.timestamp() * 1000), DAYS * DAY)


@pytest.fixture(scope="module")
def profile(clock: GridClock) -> np.ndarray:
    hour = 1.0 + 0.3 * np.sin(2 * np.pi * np.arange(24) / 24)
    return np.tile(np.concatenate([hour, 0.8 * hour]), (clock.days, 1))


@pytest.fixture(scope="module")
def market(clock: GridClock) -> tuple[np.ndarray, np.ndarray]:
    """Ranges and squares of three coins whose volatility comes and goes; one starts late."""
    rng = np.random.default_rng(2)
    slow = np.cumsum(rng.normal(0, 0.04, (3, clock.bars)), axis=1)
    sigma = 0.002 * np.exp(0.6 * np.sin(np.arange(clock.bars) / 900) + 0.1 * slow)
    ranges = sigma * np.exp(rng.normal(0.3, 0.4, sigma.shape))
    squares = (sigma * rng.standard_normal(sigma.shape)) ** 2
    ranges[2, : 6 * DAY] = squares[2, : 6 * DAY] = np.nan
    return ranges, squares


def slow_level(ranges, squares, profile, clock, har, coin: int, bar: int) -> float:
    """Daily volatility forecast at one hour's last bar: loops and numpy's least squares."""
    monday = max(e for e in clock.refit_bars(7) if e <= bar)

    def mean(values: np.ndarray, last: int, width: int) -> float:
        window = values[max(0, last - width + 1) : last + 1]
        known = window[np.isfinite(window)]
        return known.mean() if known.size >= 0.5 * width else np.nan

    def row(i: int, b: int) -> list[float]:
        logs = {w: 2 * np.log(mean(ranges[i], b, w)) for w in (3, 12, 72, 288, 2016)}
        shared = [
            np.nanmean([2 * np.log(mean(other, b, w)) for other in ranges]) for w in (12, 72, 288)
        ]
        return [1.0, *logs.values(), np.log(mean(squares[i], b, 2016)), *shared]

    x, y = [], []
    for b in range(7, clock.bars, 12):  # 00:20 + 7 bars: the last bar of the hour
        if not monday - har.window_days * DAY <= b < monday - DAY:
            continue
        for i in range(len(ranges)):
            target = np.log(mean(squares[i], b + DAY, DAY))
            values = row(i, b)
            if np.isfinite(target) and np.isfinite(values).all():
                x.append(values)
                y.append(target)
    slopes = np.linalg.lstsq(np.array(x), np.array(y), rcond=None)[0]
    season = compute_season_ahead(profile, clock, DAY)[bar]
    return float(np.sqrt(np.exp(np.array(row(coin, bar)) @ slopes) * DAY * season))


def class_of(level: float, params) -> int:
    return int(level > params.regime.low_daily_frac) + int(level > params.regime.normal_daily_frac)


@pytest.mark.filterwarnings("ignore:Mean of empty slice")
def test_it_is_the_class_of_a_plain_regression(market, profile, clock, params) -> None:
    found = forecast_classes(*market, profile, clock, params)
    seen = set()
    for coin, bar in (
        (0, 14 * DAY + 7),
        (1, 19 * DAY + 7 + 60),
        (2, 27 * DAY + 7),
        (0, 25 * DAY + 7),
    ):
        level = slow_level(*market, profile, clock, params.har, coin, bar)
        assert found[coin, bar] == class_of(level, params)
        seen.add(found[coin, bar])
    assert -1 not in seen


def test_it_changes_at_the_close_of_an_hour_only(market, profile, clock, params) -> None:
    found = forecast_classes(*market, profile, clock, params)
    changes = np.flatnonzero((np.diff(found, axis=1) != 0).any(axis=0)) + 1
    assert changes.size > 10
    assert ((clock.bars_before_first() + changes + 1) % 12 == 0).all()


def test_nothing_is_known_before_the_first_fit_and_a_late_coin_waits(
    market, profile, clock, params
) -> None:
    found = forecast_classes(*market, profile, clock, params)
    first_monday = clock.refit_bars(7)[0]
    assert (found[:, :first_monday] == -1).all()
    assert (found[2, : 6 * DAY + 1008] == -1).all()  # half of a week's bars
    assert (found[2, -DAY:] >= 0).all()


def test_a_coin_that_is_never_seen_changes_nothing(market, profile, clock, params) -> None:
    nothing = np.full((1, clock.bars), np.nan)
    found = forecast_classes(*market, profile, clock, params)
    more = forecast_classes(
        *(np.concatenate([part, nothing]) for part in market), profile, clock, params
    )
    assert np.array_equal(more[:3], found)
    assert (more[3] == -1).all()


def test_a_day_that_has_not_ended_trains_nothing(clock) -> None:
    ends = np.array([7, 19, 31])
    assert range_class._is_over(ends, 19 + DAY).tolist() == [True, False, False]
    assert range_class._is_over(ends, 20 + DAY).tolist() == [True, True, False]


@pytest.mark.parametrize("bars", [1, 6, 12, 40, DAY + 3])
def test_too_few_bars_have_no_class(bars: int, params) -> None:
    short = GridClock(int(START.timestamp() * 1000), bars)
    ones = np.full((2, bars), 1e-3)
    found = forecast_classes(ones, ones**2, np.ones((short.days, 48)), short, params)
    assert found.shape == (2, bars)
    assert (found == -1).all()
