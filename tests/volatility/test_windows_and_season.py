"""Moving means, the clock and the season, against slow twins and by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.core.params.volatility import Seasonality
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.season import estimate_profiles, season_factors
from dipmaster.volatility.windows import (
    make_windows,
    median_over_present,
    moving_mean,
    moving_sum,
    push_windows,
)

FLAT = Seasonality(window_days=60, prior_days=0.1)


def at(text: str) -> int:
    return int(pd.Timestamp(text, tz="UTC").value // 10**6)


@given(st.integers(1, 60), st.integers(2, 25), st.integers(0, 2**32 - 1))
def test_moving_sum_is_the_slow_one(n: int, width: int, seed: int) -> None:
    values = np.random.default_rng(seed).standard_normal((2, n))
    slow = [[row[max(0, t - width + 1) : t + 1].sum() for t in range(n)] for row in values]
    assert moving_sum(values, width) == pytest.approx(np.array(slow), abs=1e-12)


@given(st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_windows_bar_by_bar_have_the_bits_of_the_batch(n: int, seed: int) -> None:
    values = np.random.default_rng(seed).standard_normal((3, n))
    widths = np.array([1, 4, 25])
    windows, sums = make_windows(widths), np.empty((3, n))
    for bar in range(n):
        out = np.empty(3)
        push_windows(np.ascontiguousarray(values[:, bar]), bar, windows, out)
        sums[:, bar] = out
    rows = zip(values, widths.tolist(), strict=True)
    assert np.array_equal(sums, [moving_sum(row, width) for row, width in rows])


def test_an_outlier_leaves_nothing_behind() -> None:
    values = np.ones(40)
    values[5] = 1e300
    assert (moving_sum(values, 4)[9:] == 4.0).all()


def test_moving_mean_leaves_out_what_is_missing() -> None:
    values = np.array([1.0, np.nan, 3.0, np.nan, np.nan, np.nan, 5.0])
    mean = moving_mean(values, 4)
    assert np.isnan(mean[[0, 1, 4, 5, 6]]).sum() == 5
    assert mean[2] == 2.0
    assert mean[3] == 2.0


def test_median_of_present() -> None:
    nan = np.nan
    values = np.array([[1.0, nan, 4.0, nan], [2.0, 7.0, nan, nan], [9.0, nan, 8.0, nan]])
    assert np.array_equal(median_over_present(values), [2.0, 7.0, 6.0, nan], equal_nan=True)


def test_the_clock() -> None:
    clock = GridClock(at("2023-01-06 22:05"), 30)  # a Friday
    assert clock.days == 2
    assert clock.weekdays().tolist() == [4, 5]
    cells = clock.season_cells()
    assert cells[0] == 22
    assert cells[22] == 23
    assert cells[23] == 24  # Saturday 00:00
    assert clock.season_cells(12)[-1] == 24 + 1


def test_refits_are_mondays_whatever_the_first_bar() -> None:
    monday = at("2023-01-09 00:00")
    for first in ("2023-01-04 05:20", "2023-01-08 23:55", "2023-01-02 00:00"):
        clock = GridClock(at(first), 2 * 2016)
        times = [clock.first_ms + edge * 300_000 for edge in clock.refit_bars(7)]
        assert times[0] == monday
        assert set(np.diff(times)) <= {7 * 86_400_000}


def returns_with(shape, weekend: float, days: int, seed: int = 1, coins: int = 3):
    clock = GridClock(at("2023-01-02 00:00"), days * 288)
    hour = np.arange(clock.bars) // 12 % 24
    factor = shape[hour] * np.where(clock.season_cells() >= 24, weekend, 1.0)
    noise = np.random.default_rng(seed).standard_normal((coins, clock.bars))
    return 0.001 * factor * noise, clock


def test_the_season_is_found() -> None:
    shape = 1 + 0.4 * np.cos(2 * np.pi * (np.arange(24) - 15) / 24)
    returns, clock = returns_with(shape, 0.7, 63)
    profile = estimate_profiles(returns, clock, FLAT)[-1]
    expected = np.concatenate([shape, 0.7 * shape])
    expected /= np.sqrt((5 * (shape**2).sum() + 2 * ((0.7 * shape) ** 2).sum()) / 168)
    assert profile == pytest.approx(expected, rel=0.06)
    week = np.concatenate([np.tile(profile[:24], 5), np.tile(profile[24:], 2)])
    assert (week**2).mean() == pytest.approx(1.0, rel=1e-12)


def test_a_loud_regime_is_no_season() -> None:
    """Volatility ten times higher for some days changes no profile."""
    returns, clock = returns_with(np.ones(24), 1.0, 63)
    loud = returns.copy()
    loud[:, 20 * 288 : 34 * 288] *= 10.0
    assert estimate_profiles(loud, clock, FLAT)[-1] == pytest.approx(
        estimate_profiles(returns, clock, FLAT)[-1], rel=0.12
    )


def test_flat_before_anything_is_known_and_where_nothing_trades() -> None:
    returns, clock = returns_with(np.linspace(1, 2, 24), 0.5, 15)
    profile = estimate_profiles(returns, clock, FLAT)
    assert (profile[0] == 1.0).all()
    assert (estimate_profiles(np.zeros_like(returns), clock, FLAT) == 1.0).all()
    assert season_factors(profile, clock).shape == (clock.bars,)


def test_a_profile_uses_days_that_are_over() -> None:
    returns, clock = returns_with(np.linspace(1, 2, 24), 0.5, 30)
    changed = returns.copy()
    changed[:, 20 * 288 :] *= np.linspace(5, 1, 288 * 10)
    before, after = (estimate_profiles(r, clock, FLAT) for r in (returns, changed))
    assert (before[:21] == after[:21]).all()
    assert (before[21] != after[21]).any()
