"""Rolling correlations: pandas as oracle, by hand, no drift, gaps, no look-ahead, lanes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dipmaster.volatility.spillover.correlation import (
    correlate_with_later,
    pairs_with_later,
    rolling_deviation,
)

pytestmark = pytest.mark.slow

COINS = 7  # a group of four pairs and single ones in most rows


def correlate(values: np.ndarray, window: int) -> dict[tuple[int, int], np.ndarray]:
    coins = range(len(values))
    rows = correlate_with_later(values, coins, window)
    return dict(zip(pairs_with_later(coins, len(values)), rows, strict=True))


def make_values(seed: int, coins: int = COINS, bars: int = 400) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.exp(np.cumsum(rng.normal(0, 0.1, bars)) + rng.standard_normal((coins, bars))) / 500


def with_gaps(values: np.ndarray) -> np.ndarray:
    """Late, stopped, an outage of one, one of all, and single bars."""
    out = values.copy()
    bars = out.shape[1]
    out[0, : bars // 3] = np.nan
    out[1, -bars // 4 :] = np.nan
    out[2, bars // 2 : bars // 2 + 30] = np.nan
    out[:, 200:203] = np.nan
    out[3, ::17] = np.nan
    return out


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 61), st.integers(1, 7), st.integers(0, 2**32 - 1), st.booleans())
def test_pandas_gives_the_same(window: int, coins: int, seed: int, gaps: bool) -> None:
    values = make_values(seed, max(coins, 4 if gaps else 1))
    values = with_gaps(values) if gaps else values
    least = max(2, -(-window // 2))
    oracle = pd.DataFrame(values.T).rolling(window, min_periods=least).corr()
    matrix = oracle.to_numpy().reshape(values.shape[1], len(values), len(values))
    for (i, j), row in correlate(values, window).items():
        assert np.isnan(row[np.isnan(matrix[:, i, j])]).all()
        assert row == pytest.approx(matrix[:, i, j], abs=2e-5, nan_ok=True)


def test_by_hand() -> None:
    values = np.array([[1.0, 2.0, 3.0, 1.0], [2.0, 4.0, 7.0, 2.0], [3.0, 1.0, np.nan, 2.0]])
    rows = correlate(values, 3)
    # 1 2 3 with 2 4 7: 5 / sqrt(2 x 38/3)
    assert rows[0, 1][2] == pytest.approx(5 / np.sqrt(2 * 38 / 3))
    assert np.isnan(rows[0, 1][0])
    assert rows[0, 2] == pytest.approx([np.nan, -1.0, -1.0, 1.0 - 2.0], nan_ok=True)


def test_the_deviation_is_that_of_pandas() -> None:
    returns = np.random.default_rng(3).standard_normal((2, 300)) / 500
    returns[1, 40:70] = np.nan
    returns[0, 100:103] = np.nan
    oracle = pd.DataFrame(returns.T).rolling(12, min_periods=6).std().to_numpy().T
    assert rolling_deviation(returns, 12) == pytest.approx(oracle, rel=1e-9, nan_ok=True)


def test_what_left_the_window_leaves_nothing_behind() -> None:
    values = make_values(5)
    spiked = values.copy()
    spiked[:, 20] *= 1e12
    for pair, row in correlate(values, 40).items():
        other = correlate(spiked, 40)[pair]
        assert np.array_equal(row[60:], other[60:])
        assert not np.array_equal(row[21:60], other[21:60])


def test_a_coin_that_is_missing_does_not_touch_the_others() -> None:
    """Nor does it matter with which other pairs a pair is computed."""
    values = make_values(6)
    gapped = values.copy()
    gapped[2, 50:300] = np.nan
    gapped[5] = np.nan
    without = correlate(np.delete(values, [2, 5], axis=0), 40)
    full, broken = correlate(values, 40), correlate(gapped, 40)
    kept = [0, 1, 3, 4, 6]
    for (i, j), row in without.items():
        assert np.array_equal(row, full[kept[i], kept[j]], equal_nan=True)
        assert np.array_equal(row, broken[kept[i], kept[j]], equal_nan=True)
    assert np.isnan(broken[0, 5]).all()
    assert np.isfinite(broken[0, 2][[45, 340]]).all()
    assert np.isnan(broken[0, 2][100])


def test_some_coins_at_a_time_give_the_same() -> None:
    values = with_gaps(make_values(9))
    whole = correlate_with_later(values, range(COINS), 40)
    parts = [correlate_with_later(values, c, 40) for c in (range(2), range(2, 3), range(3, 7))]
    assert np.array_equal(whole, np.concatenate(parts), equal_nan=True)


def test_a_coin_that_does_not_vary_has_no_correlation() -> None:
    values = make_values(7)
    values[1], values[2] = 0.0, 0.1
    rows = correlate(values, 40)
    assert np.isnan(rows[0, 1]).all()
    assert np.isnan(rows[0, 2]).all()
    assert np.isfinite(rows[0, 3][40:]).all()


@pytest.mark.parametrize("time", [39, 40, 79, 95, 199, 250])
@pytest.mark.parametrize("change", ["missing", "louder", "cut"])
def test_no_later_value_matters(time: int, change: str) -> None:
    """Bit for bit, also where a missing value takes the block off the fast path."""
    values = make_values(8)
    other = values.copy()
    if change == "cut":
        other = other[:, : time + 1]
    else:
        other[:, time + 1 :] *= np.nan if change == "missing" else 1000.0
    for pair, row in correlate(values, 40).items():
        past, after = row[: time + 1], correlate(other, 40)[pair]
        assert np.array_equal(past.view(np.int32), after[: time + 1].view(np.int32))
        if change == "louder":
            assert not np.array_equal(row[time + 1 :], after[time + 1 :])
