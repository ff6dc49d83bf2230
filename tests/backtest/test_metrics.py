"""Definitions of the figures: worked by hand, twins, properties."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dipmaster.backtest import metrics
from dipmaster.core.time_units import BARS_PER_DAY

MARKS = arrays(np.float64, st.integers(1, 900), elements=st.floats(0.5, 2.0))


def test_worked_by_hand() -> None:
    net = np.array([30.0, -10.0, 0.0, 20.0, -15.0])
    assert metrics.win_rate(net / 500.0) == 2 / 5  # zero is no win
    assert metrics.profit_factor(net, net / 500.0) == 50 / 25
    daily = np.array([0.01, 0.0, -0.005, 0.003])
    mean = sum(daily) / 4
    deviation = math.sqrt(sum((x - mean) ** 2 for x in daily) / 3)
    assert metrics.sharpe_annual(daily) == pytest.approx(mean / deviation * math.sqrt(365))


@pytest.mark.parametrize(
    ("net", "rate", "factor"),
    [([], None, None), ([5.0], 1.0, None), ([-5.0], 0.0, 0.0), ([0.0], 0.0, None)],
)
def test_degenerate_trades(net: list[float], rate: float | None, factor: float | None) -> None:
    net_frac = np.array(net) / 500.0
    assert metrics.win_rate(net_frac) == rate
    assert metrics.profit_factor(np.array(net), net_frac) == factor


@pytest.mark.parametrize("daily", [[], [0.01], [0.0, 0.0, 0.0], [0.02, 0.02]])
def test_no_sharpe_without_movement(daily: list[float]) -> None:
    assert metrics.sharpe_annual(np.array(daily)) is None
    assert metrics.lo_eta(np.array(daily), 365, 30) is None


def test_lo_eta_is_the_sum_of_its_formula() -> None:
    returns = np.random.default_rng(1).standard_normal(200) + 0.1
    centred = returns - returns.mean()
    total = 0.0
    for k in range(1, 31):
        rho = sum(centred[i] * centred[i - k] for i in range(k, 200)) / sum(centred**2)
        total += (365 - k) * rho
    expected = 365 / math.sqrt(365 + 2 * total)
    assert metrics.lo_eta(returns, 365, 30) == pytest.approx(expected)


def test_lo_eta_of_trending_returns_is_below_the_root() -> None:
    slow = np.repeat(np.random.default_rng(2).standard_normal(80), 4)
    eta = metrics.lo_eta(slow, 365, 5)
    assert eta is not None
    assert eta < math.sqrt(365) * 0.8


def test_drawdown_worked_by_hand() -> None:
    marks = np.array([105.0, 110.0, 99.0, 104.0, 88.0, 120.0])
    fall = metrics.max_drawdown(marks, 100.0)
    assert fall.frac == pytest.approx(1 - 88 / 110)
    assert (fall.peak, fall.trough) == (1, 4)


def test_the_start_is_the_first_peak() -> None:
    fall = metrics.max_drawdown(np.array([90.0, 95.0]), 100.0)
    assert fall.frac == pytest.approx(0.1)
    assert (fall.peak, fall.trough) == (-1, 0)


def test_ruin_is_a_drawdown_of_one_and_zero_returns_after() -> None:
    marks = np.concatenate([np.full(BARS_PER_DAY, 50.0), np.full(2 * BARS_PER_DAY, -3.0)])
    assert metrics.max_drawdown(marks, 100.0).frac == 1.0
    days = metrics.summarize_days(marks, 100.0)
    assert days.returns.tolist() == [-0.5, -1.0, 0.0]
    assert metrics.concatenated_drawdown(days, np.arange(3)) == 1.0


def test_a_day_that_is_not_over_counts() -> None:
    days = metrics.summarize_days(np.linspace(101, 110, BARS_PER_DAY + 3), 100.0)
    assert days.growth.size == 2
    assert np.prod(days.growth) == pytest.approx(1.10)


def test_days_that_are_none_are_left_out() -> None:
    """Marks repeat over a day without bars; the mark before it stays that of the day after it."""
    marks = np.repeat([101.0, 101.0, 99.0], BARS_PER_DAY)
    days = metrics.summarize_days(marks, 100.0, np.array([0, 2]))
    assert days.returns.tolist() == pytest.approx([0.01, 99 / 101 - 1])
    assert days.drawdown.tolist() == pytest.approx([0.0, 1 - 99 / 101])
    assert metrics.summarize_days(marks, 100.0).growth.tolist()[1] == 1.0


@given(MARKS, st.floats(0.5, 2.0))
def test_days_join_to_the_drawdown_of_all_marks(marks: np.ndarray, start: float) -> None:
    days = metrics.summarize_days(marks, start)
    joined = metrics.concatenated_drawdown(days, np.arange(days.growth.size))
    assert joined == pytest.approx(metrics.max_drawdown(marks, start).frac, abs=1e-12)
    assert 0.0 <= joined < 1.0


@given(MARKS, st.randoms(use_true_random=False))
def test_days_join_in_any_order(marks: np.ndarray, random: object) -> None:
    """Marks of the days are laid end to end, one by one, and the fall is found on them."""
    days = metrics.summarize_days(marks, 1.0)
    order = np.arange(days.growth.size)
    random.shuffle(order)  # type: ignore[attr-defined]
    before = np.concatenate([[1.0], marks[BARS_PER_DAY - 1 :: BARS_PER_DAY]])
    level, path = 1.0, []
    for day in order:
        day_marks = marks[day * BARS_PER_DAY : (day + 1) * BARS_PER_DAY] / before[day]
        path.append(level * day_marks)
        level *= day_marks[-1]
    slow = metrics.max_drawdown(np.concatenate(path), 1.0).frac
    assert metrics.concatenated_drawdown(days, order) == pytest.approx(slow, abs=1e-12)


def test_rounding_alone_makes_no_profit_factor() -> None:
    """All losers broke even: there is nothing to divide by, not 1e13."""
    net_frac = np.array([0.01, -1e-16, 1e-13])
    assert metrics.profit_factor(500.0 * net_frac, net_frac) is None
    assert metrics.win_rate(net_frac) == 1 / 3
    assert [part.tolist() for part in metrics.split_gains_losses(500.0 * net_frac, net_frac)] == [
        [5.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
    ]


def test_drawdowns_of_every_mark_by_hand() -> None:
    marks = np.array([90.0, 120.0, 60.0, -5.0, 180.0])
    expected = [0.1, 0.0, 0.5, 1.0, 0.0]
    np.testing.assert_allclose(metrics.measure_drawdowns(marks, 100.0), expected, rtol=1e-12)
    np.testing.assert_array_equal(metrics.measure_drawdowns(np.array([0.0, 0.0]), -1.0), [0.0, 0.0])
