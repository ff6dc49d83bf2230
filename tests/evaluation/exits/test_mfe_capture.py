"""Profit capture: the rise by hand, the ratio by hand, and where there is none."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.evaluation.phases.exits.mfe_capture import (
    compare_capture,
    estimate_log_ratio,
    max_favorable_excursion,
)
from dipmaster.evaluation.standalone import StandalonePair
from dipmaster.learning.evaluation.clustered import t_critical

NAMES = ("phase 2", "phase 1")


def test_rise_by_hand(toy) -> None:
    """Bought at the open of bar 10; the horizon is bars 10 to 13."""
    tops = {
        10: (100.0, 100.5, 99.0, 100.0),
        13: (100.0, 102.0, 99.0, 100.0),
        14: (100.0, 109.0, 99.0, 100.0),
    }
    assert max_favorable_excursion(toy.panel(40, tops), toy.entries([9]), 4) == pytest.approx(
        [0.02]
    )
    assert max_favorable_excursion(toy.panel(40, tops), toy.entries([9]), 3) == pytest.approx(
        [0.005]
    )
    assert max_favorable_excursion(toy.panel(40, tops), toy.entries([9]), 5) == pytest.approx(
        [0.09]
    )


def test_gaps_and_the_end_of_the_data_are_passed_over(toy) -> None:
    panel = toy.panel(20, {11: None, 12: None, 13: (100.0, 101.0, 99.0, 100.0)})
    assert max_favorable_excursion(panel, toy.entries([9, 18]), 4) == pytest.approx([0.01, 0.001])


def test_a_price_that_never_rises_has_a_rise_of_nothing(toy) -> None:
    panel = toy.panel(20, {10: (100.0, 100.0, 98.0, 98.0), 11: (98.0, 99.0, 97.0, 98.0)})
    assert max_favorable_excursion(panel, toy.entries([9]), 2).tolist() == [0.0]


@given(st.integers(0, 1000))
def test_rise_as_a_loop(toy, seed: int) -> None:
    rng = np.random.default_rng(seed)
    panel = toy.walking_panel(seed, symbols=1, bars=80)
    panel.high[0, rng.random(80) < 0.2] = np.nan
    signals = np.sort(rng.integers(0, 79, 5))
    found = max_favorable_excursion(panel, toy.entries(signals), 7)
    for signal, rise in zip(signals, found, strict=True):
        highest = panel.open[0, signal + 1]
        for u in range(signal + 1, min(signal + 8, 80)):
            if not np.isnan(panel.high[0, u]):
                highest = max(highest, panel.high[0, u])
        assert rise == highest / panel.open[0, signal + 1] - 1.0


def test_capture_by_hand(toy, gates, exits) -> None:
    """Three entries that could rise by 2 % each; the second was traded by no phase."""
    panel = toy.panel(400, dict.fromkeys((20, 120, 220), (100.0, 102.0, 99.9, 100.0)))
    entries, traded = toy.entries([9, 109, 209]), np.array([True, False, True])
    after = toy.standalone([0.0] * 3, gross=[0.010, 0.0, 0.014], block=[0, 1, 1])
    before = toy.standalone([0.0] * 3, "phase 1", gross=[0.008, -0.010, 0.008], block=[0, 1, 1])
    pair = StandalonePair(after, before)
    found = compare_capture(panel, entries, traded, pair, exits.max_holding_bars, gates)
    assert found.horizon_bars == 36
    assert found.traded.n == 2
    assert found.traded.before == pytest.approx(0.016 / 0.04)
    assert found.traded.after == pytest.approx(0.024 / 0.04)
    assert found.traded.ratio.value == pytest.approx(1.5)
    assert found.all.before == pytest.approx(0.006 / 0.06)
    assert found.all.ratio.value == pytest.approx(4.0)
    assert found.traded.ratio.reason.startswith("sample too small under phase 2 (2 trades")


def test_no_bounds_of_capture_on_less_than_the_minimum_data(toy, gates, exits) -> None:
    """Sixty entries in six blocks give an interval, but a hundred are needed for a verdict."""
    panel, rng = toy.panel(400, {}), np.random.default_rng(6)
    before = rng.normal(0.01, 0.002, 120)
    after = 1.3 * before + rng.normal(0.0, 0.002, 120)
    pair = StandalonePair(
        toy.standalone(rng.normal(0.0, 1.0, 120), gross=after),
        toy.standalone(rng.normal(0.0, 1.0, 120), "phase 1", gross=before),
    )
    entries, traded = toy.entries(range(10, 130)), np.arange(120) < 60
    assert estimate_log_ratio(after[:60], before[:60], np.arange(60) % 6, gates, NAMES).low
    found = compare_capture(panel, entries, traded, pair, exits.max_holding_bars, gates)
    ratio = found.traded.ratio
    assert ratio.value == pytest.approx(1.3, abs=0.1)
    assert (ratio.low, ratio.high) == (None, None)
    assert ratio.reason.startswith("sample too small under phase 2 (60 trades, minimum 100)")
    assert found.all.ratio.low is not None
    assert found.all.ratio.reason == ""


def test_bounds_are_at_least_those_of_the_delta_method(gates) -> None:
    rng = np.random.default_rng(4)
    before, block = rng.normal(1.0, 1.0, 400), np.repeat(np.arange(10), 40)
    after = 1.3 * before + rng.normal(0.0, 0.3, 400)
    found = estimate_log_ratio(after, before, block, gates, NAMES)
    influence = after / after.sum() - before / before.sum()
    alone = 400 / 399 * np.sum(influence**2)
    together = 10 / 9 * np.sum(np.bincount(block, weights=influence) ** 2)
    half = t_critical(9, gates.alpha) * math.sqrt(max(alone, together))
    assert found.value == pytest.approx(math.log(after.sum() / before.sum()))
    assert found.low <= found.value - half
    assert found.high >= found.value + half
    assert found.high - found.value < 2 * half


def test_identical_exits_change_nothing(gates) -> None:
    gross = np.random.default_rng(1).normal(1.0, 1.0, 200)
    found = estimate_log_ratio(gross, gross, np.arange(200) % 8, gates, NAMES)
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("after", "before", "block", "reason"),
    [
        ([], [], [], "no trade"),
        ([1.0, -1.0], [1.0, 1.0], [0, 1], "the exits of phase 2 took no gross profit"),
        ([1.0, 1.0], [1.0, -2.0], [0, 1], "the exits of phase 1 took no gross profit"),
    ],
)
def test_no_ratio_without_profit_on_both_sides(gates, after, before, block, reason) -> None:
    found = estimate_log_ratio(
        np.array(after), np.array(before), np.array(block, dtype=int), gates, NAMES
    )
    assert (found.value, found.low, found.high, found.reason) == (None, None, None, reason)


def test_both_captures_are_reported_where_there_is_no_ratio(toy, gates, exits) -> None:
    panel = toy.panel(400, {20: (100.0, 102.0, 99.9, 100.0), 120: (100.0, 102.0, 99.9, 100.0)})
    after, before = (
        toy.standalone([0.0, 0.0], gross=[0.01, -0.02]),
        toy.standalone([0.0, 0.0], "phase 1"),
    )
    entries, traded = toy.entries([9, 109]), np.array([True, True])
    pair = StandalonePair(after, before)
    found = compare_capture(panel, entries, traded, pair, exits.max_holding_bars, gates)
    assert found.all.after == pytest.approx(-0.25)
    assert found.all.before == 0.0
    assert found.all.ratio.value is None


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_few_blocks_have_a_value_and_no_bounds(gates, blocks: int) -> None:
    after, before = np.array([2.0, 4.0, 6.0]), np.array([1.0, 3.0, 2.0])
    ratio = estimate_log_ratio(after, before, np.arange(3) % blocks, gates, NAMES)
    assert ratio.value == pytest.approx(math.log(2.0))
    why = f"{blocks} of 4 blocks that bounds need"
    assert (ratio.low, ratio.high, ratio.reason) == (None, None, why)


def test_a_sum_that_may_as_well_be_nothing_has_no_bounds(gates) -> None:
    """Half the blocks lose: resampled, the gross profit is often below zero."""
    before = np.array([5.0, -4.0, 5.0, -4.0, 5.0, -4.0])
    found = estimate_log_ratio(before + 1.0, before, np.arange(6), gates, NAMES)
    assert found.value is not None
    assert found.low is None
    assert "a sum of gross profits" in found.reason or "of the resamples" in found.reason


def test_the_bounds_miss_as_rarely_as_they_say(gates) -> None:
    """Truth 1.4, shocks of the block common to both sets of exits; 400 markets."""
    quick = gates.model_copy(update={"bootstrap_reps": 100})
    rng, block = np.random.default_rng(11), np.repeat(np.arange(12), 30)
    below = above = 0
    for _ in range(400):
        shock = rng.normal(0.0, 3.0, 12)[block]
        before = 10.0 + shock + rng.normal(0.0, 20.0, 360)
        after = 14.0 + 1.4 * shock + rng.normal(0.0, 2.0, 12)[block] + rng.normal(0.0, 20.0, 360)
        found = estimate_log_ratio(after, before, block, quick, NAMES)
        below += found.high < math.log(1.4)
        above += found.low > math.log(1.4)
    assert max(below, above) <= 16  # 10 are expected; 16 is two standard deviations more
