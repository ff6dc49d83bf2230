"""Figures of windows: by hand, and against a slow second reading."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from dipmaster.stress.measures import (
    compare_drawdowns,
    count_recovery_bars,
    measure_window,
    path_bars,
    summarize_windows,
)
from tests.stress.world import stress

FLAT = np.full(289, 100.0)


def equity(*levels: float) -> np.ndarray:
    """A day that ends with these levels, and stands at 100 before them."""
    path = FLAT.copy()
    path[-len(levels) :] = levels
    return path


def test_one_window_by_hand() -> None:
    found = measure_window(equity(110.0, 99.0, 104.5), 2, True)
    assert found.drawdown_frac == pytest.approx(0.1)
    assert found.return_frac == pytest.approx(0.045)
    assert found.recovery_bars == 288
    np.testing.assert_allclose(found.daily, [0.045])
    np.testing.assert_allclose(found.path[[0, -1]], [0.0, 0.045])
    assert (found.open_at_shock, found.traded) == (2, True)


@pytest.mark.parametrize(
    ("path", "bars"),
    [
        ([1.0, 1.0, 1.0], 0),
        ([1.0, 1.1, 1.0], 0),
        ([1.0, 0.9, 1.0], 2),
        ([1.0, 0.9, 1.0, 0.8, 1.2], 4),
        ([1.0, 0.9, 0.95], -1),
        ([1.0, 0.95, 1.05, 0.9], -1),
    ],
)
def test_recovery_counts_from_the_shock_to_the_first_level_after_the_lowest(
    path: list[float], bars: int
) -> None:
    assert count_recovery_bars(np.array(path)) == bars


@settings(max_examples=50, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_drawdown_is_the_largest_fall_from_any_earlier_bar(seed: int) -> None:
    path = 100.0 * np.exp(np.cumsum(0.01 * np.random.default_rng(seed).standard_normal(60)))
    slow = max(1.0 - path[j] / path[i] for i in range(60) for j in range(i, 60))
    assert measure_window(path, 0, True).drawdown_frac == pytest.approx(slow, abs=1e-12)


def test_a_summary_by_hand() -> None:
    """Forty windows: two lose 6 %, two gain and fell before, the rest stand still."""
    runs = [measure_window(equity(94.0), 1, True)] * 2
    runs += [measure_window(equity(98.0, 101.0), 1, True)] * 2
    runs += [measure_window(FLAT, 0, False)] * 36
    found = summarize_windows(runs, 40, stress())
    assert found.worst_drawdown_frac == pytest.approx(0.06)
    assert found.median_drawdown_frac == 0.0
    assert (found.beyond, found.beyond_frac) == (2, 0.05)
    high = binomtest(2, 40).proportion_ci(0.90, "exact").high
    assert found.beyond_high_frac == pytest.approx(high)
    assert found.mean_return_frac == pytest.approx((2 * -0.06 + 2 * 0.01) / 40)
    assert found.worst_return_frac == pytest.approx(-0.06)
    returns = np.array([-0.06] * 2 + [0.01] * 2 + [0.0] * 36)
    assert found.var_95_frac == pytest.approx(-np.quantile(returns, 0.05))
    assert found.es_95_frac == pytest.approx(0.06)
    assert found.sharpe == pytest.approx(returns.mean() / returns.std(ddof=1) * 365**0.5)
    assert (found.fell, found.recovered, found.median_recovery_bars) == (4, 2, 288.0)


def test_nothing_moved() -> None:
    found = summarize_windows([measure_window(FLAT, 0, False)] * 3, 3, stress())
    assert (found.worst_drawdown_frac, found.es_95_frac, found.sharpe) == (0.0, 0.0, None)
    assert (found.fell, found.recovered, found.median_recovery_bars) == (0, 0, None)


def test_four_of_two_hundred_are_bounded_at_five_per_cent() -> None:
    """The criterion of the evaluation: five are beyond it."""

    def bound(beyond: int) -> float:
        runs = [measure_window(equity(90.0), 1, True)] * beyond
        runs += [measure_window(FLAT, 1, True)] * (200 - beyond)
        return summarize_windows(runs, 200, stress()).beyond_high_frac

    assert bound(4) <= 0.05 < bound(5)


def test_controls_save_what_pairs_differ_by() -> None:
    on = [measure_window(equity(99.0 + k / 10), 1, True) for k in range(8)]
    off = [measure_window(equity(97.0), 1, True)] * 8
    block = np.arange(8) // 2
    found = compare_drawdowns(on, off, block, stress())
    saved = np.array([o.drawdown_frac - i.drawdown_frac for i, o in zip(on, off, strict=True)])
    assert found.value == pytest.approx(saved.mean())
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    alone = compare_drawdowns(on, off, np.zeros(8, np.int64), stress())
    assert (alone.low, alone.high) == (None, None)
    assert "blocks" in alone.reason


def test_paths_begin_at_the_shock_and_end_with_the_window() -> None:
    places = path_bars(1440)
    assert (places[0], places[-1], places.size) == (0, 1440, 41)
    assert path_bars(3).tolist() == [0, 1, 2, 3]
