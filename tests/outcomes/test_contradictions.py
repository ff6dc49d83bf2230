"""Every contradiction worked out by hand from the roadmap's words."""

import math
from statistics import pstdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.outcomes.contradictions import list_contradictions
from dipmaster.outcomes.contradictions.arithmetic import (
    break_even,
    find_median_drawdown,
    pay_off,
    sharpe_per_trade,
)

BY_HAND = {
    "sharpe_gap": (4.45, 1 - 0.367 / 2.0),
    "profit_factor_gap": (1.34, 1 - 0.77 / 1.8),
    "agreement": (0.0, 1 - pstdev([0, 0, 1])),
    "precision": (0.85, 0.82),
    "rejected_trades": (0.0, (77.3 - 75 * 0.82) / 25),
    "threshold_rise": (0.30, 3 / 7),
    "confidence_adjustment": (0.90, 9 / 7),
    "profit_factor_gain": (0.80, 0.4),
    "least_target": (0.004, 0.00588),
    "most_target": (0.016, 0.01124),
    "trailing_distance": (0.006, -0.003),
    "least_distance": (0.0015, 0.003),
    "sharpe_gain": (1.8, 1.468),
    "targeting_tolerance": (0.02, 1 / math.sqrt(730)),
    "kelly_odds": (0.90, 1 / (1 + 0.2 / math.sqrt(365))),  # .008 / (2 x .02 x root of 365)
    "volatility_scalar": (0.10, 0.05 * math.sqrt(365 * 24 * 12)),
    "correlation_window": (168, 14),
    "phase_4_start": (0.82, 0.83),
    "f1": (0.80, 0.796875),
    "market_crash_volatility": (0.50, 0.05 * math.sqrt(365)),
    "volatility_spike_volatility": (0.30, 0.05 * math.sqrt(365)),
    "timeline": (8, 16),
    "alert": (0.80, 0.773),
    "current_win_rate": (0.773, 0.773 / (0.773 + 0.77 * 0.227)),
    "phase_1_sharpe": (0.8, 0.0),
    "success_probability": (0.85, 0.459),
}
"""Id to what is stated and what follows; those left out have a test of their own."""


@pytest.fixture(scope="module")
def found():
    return {one.id: one for one in list_contradictions()}


@pytest.mark.parametrize("name", BY_HAND)
def test_stated_and_implied(found, name: str) -> None:
    assert (found[name].stated, found[name].implied) == pytest.approx(BY_HAND[name], abs=1e-12)


def test_each_is_there_once_and_contradicts(found) -> None:
    listed = list_contradictions()
    assert len(found) == len(listed)
    assert set(found) == {*BY_HAND, "current_sharpe", "phase_4_sharpe", "drawdown_limit"}
    for one in listed:
        assert abs(one.stated - one.implied) > 1e-3 * max(1.0, abs(one.stated)) or one.stated < 0.02
        assert one.stated != pytest.approx(one.implied)
        assert one.section
        assert one.statement.endswith(".")
        assert one.arithmetic.endswith(".")
        assert one.reading.endswith(".")


def draw_trades(win_rate: float, profit_factor: float, n: int) -> np.ndarray:
    """Wins and losses of one size each, in the shares and sums that are stated."""
    wins = round(win_rate * n)
    lost = n - wins
    return np.concatenate([np.full(wins, profit_factor * lost / wins), np.full(lost, -1.0)])


def test_a_profit_factor_below_1_has_a_sharpe_below_0(found) -> None:
    trades = draw_trades(0.773, 0.77, 1000)
    assert found["current_sharpe"].stated == 0.367
    assert found["current_sharpe"].implied == pytest.approx(trades.mean() / trades.std())
    assert found["current_sharpe"].implied == pytest.approx(-0.102, abs=5e-4)


def test_the_final_targets_make_a_sharpe_of_4(found) -> None:
    trades = draw_trades(0.85, 1.8, 1000)
    per_trade = trades.mean() / trades.std()
    assert found["phase_4_sharpe"].implied == pytest.approx(per_trade * math.sqrt(250))
    assert "61 a year" in found["phase_4_sharpe"].arithmetic
    assert (2.0 / per_trade) ** 2 == pytest.approx(61.5, abs=0.1)


@given(st.floats(0.05, 0.95), st.floats(0.1, 5.0))
def test_gain_sharpe_and_break_even_have_one_sign(win_rate: float, profit_factor: float) -> None:
    sharpe = sharpe_per_trade(win_rate, profit_factor)
    above = win_rate - break_even(pay_off(win_rate, profit_factor))
    if abs(profit_factor - 1.0) > 1e-9:
        assert (sharpe > 0) == (profit_factor > 1) == (above > 0)


def test_the_median_drawdown_of_drawn_years(found) -> None:
    """Random walks of a volatility of 10 % and a Sharpe of 2, marked every 20 minutes."""
    rng, steps, years = np.random.default_rng(7), 26_280, 1000
    depth = np.empty(years)
    for year in range(years):
        moves = 0.20 / steps + 0.10 / math.sqrt(steps) * rng.standard_normal(steps)
        level = np.concatenate([[0.0], np.cumsum(moves)])
        depth[year] = (np.maximum.accumulate(level) - level).max()
    one = found["drawdown_limit"]
    assert (one.stated, one.implied) == (0.03, find_median_drawdown(0.10, 2.0))
    assert one.implied == pytest.approx(np.median(depth), rel=0.04)
    assert (depth < 0.03).mean() < 0.01


def test_a_year_of_days_does_not_tell_a_volatility_to_two_per_cent(found) -> None:
    """Drawn years of one true volatility."""
    years = np.random.default_rng(3).standard_normal((4000, 365)).std(axis=1, ddof=1)
    one = found["targeting_tolerance"]
    assert years.std() == pytest.approx(one.implied, rel=0.05)
    assert (np.abs(years - 1.0) > one.stated).mean() > 0.5


def test_no_distance_of_the_targets_bounds_is_ever_reached(found) -> None:
    """Every combination of the three multipliers lies inside both bounds."""
    sums = [
        0.008 * (0.40 * signal + 0.35 * volatility + 0.25 * momentum)
        for signal in (1.5, 1.0, 0.7)
        for volatility in (0.8, 1.0, 1.3)
        for momentum in (1.4, 1.1, 1.0, 0.9, 0.7)
    ]
    assert found["least_target"].implied == pytest.approx(min(sums))
    assert found["most_target"].implied == pytest.approx(max(sums))
    assert found["least_target"].stated < min(sums) <= max(sums) < found["most_target"].stated
