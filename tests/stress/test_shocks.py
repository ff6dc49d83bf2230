"""Shock models: whole bars, what was asked for is what comes out, no shock is no change."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dipmaster.core.panel import Panel
from dipmaster.core.params import Stress
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_YEAR
from dipmaster.stress.bars import FIELDS
from dipmaster.stress.factors import estimate_betas, market_returns
from dipmaster.stress.run import remake_bars
from dipmaster.stress.scenarios import SCENARIOS, Scenario
from dipmaster.stress.window import ShockWindow, build_history
from tests.stress.world import random_panel, stress, window, with_later_bars, world

BAR = 7 * BARS_PER_DAY + 100
BY_NAME = {one.name: one for one in SCENARIOS}
NAMES = [name for name in BY_NAME if name not in ("untouched", "fees_raised")]
ZERO: dict[str, dict[str, Any]] = {
    "market_crash_scaled": {"market_crash": {"return_frac": 0.0, "volatility_multiple": 1.0}},
    "volatility_spike_scaled": {"volatility_spike": {"volatility_multiple": 1.0}},
    "correlation_breakdown": {"correlation_breakdown": {"rise": 0.0}},
    "liquidity_drought": {"liquidity_drought": {"multiple": 1.0}},
    "outage": {"outage": {"minutes": 0}},
    "outage_crash": {"outage": {"minutes": 0}},
    "flash_crash": {"flash_crash": {"return_frac": 0.0}},
    "delisting": {"delisting": {"hours": 120, "last_price_frac": 1.0, "spread_multiple": 1.0}},
    "stale_prices": {"stale_prices": {"coins_frac": 0.0}},
    "fees_raised": {"fee_multiple": 1.0},
}
"""Params under which a scenario is no shock."""


def remake(
    name: str, section: Stress, bar: int = BAR, gaps: bool = True
) -> tuple[ShockWindow, Panel]:
    cut = window(world(gaps=gaps), bar, section)
    return cut, remake_bars(cut, BY_NAME[name], section)


def log_returns(before: Any, panel: Panel) -> Any:
    """From close to close, the first from the last close before the window; no gaps."""
    close = np.log(np.concatenate([before[:, None], panel.close], axis=1))
    return np.diff(close, axis=1)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), bar=st.integers(4 * BARS_PER_DAY, 9 * BARS_PER_DAY))
def test_bars_are_bars(name: str, seed: int, bar: int) -> None:
    """Positive prices, high and low outside, gaps stay gaps, costs and volume never negative."""
    of = world(seed % 3)
    cut = window(of, bar, stress(), seed % 5)
    made = remake_bars(cut, BY_NAME[name], stress())
    there = ~np.isnan(made.close)
    assert not (there & np.isnan(cut.panel.close)).any()
    for field in FIELDS:
        assert np.array_equal(np.isnan(getattr(made, field)), ~there)
    assert (made.low[there] > 0).all()
    assert (made.high >= np.maximum(made.open, made.close))[there].all()
    assert (made.low <= np.minimum(made.open, made.close))[there].all()
    assert (made.half_spread_bps[there] >= 0).all()
    assert (made.volume[there] >= 0).all()


@pytest.mark.parametrize("name", ZERO)
@pytest.mark.parametrize("gaps", [True, False])
def test_no_shock_gives_the_same_bars_to_the_last_bit(name: str, gaps: bool) -> None:
    cut, made = remake(name, stress(**ZERO[name]), gaps=gaps)
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(made, field), getattr(cut.panel, field))


@pytest.mark.parametrize("name", NAMES)
def test_a_shock_changes_bars(name: str) -> None:
    cut, made = remake(name, stress())
    assert any(
        not np.array_equal(getattr(made, field), getattr(cut.panel, field), equal_nan=True)
        for field in FIELDS
    )


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_no_scenario_reads_a_bar_after_its_window(scenario: Scenario) -> None:
    of, section = world(), stress()
    end = BAR + section.window_days * BARS_PER_DAY
    other = replace(of, history=build_history(with_later_bars(of.panel, end, 1.7)))
    one, two = (remake_bars(window(w, BAR, section), scenario, section) for w in (of, other))
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(one, field), getattr(two, field))


@pytest.mark.parametrize(
    ("name", "multiple"), [("market_crash", None), ("market_crash_scaled", 3.0)]
)
def test_a_crash_has_the_return_and_the_volatility_asked_for(name: str, multiple: Any) -> None:
    """The market falls by 20 % beside its own drift, and volatility is exact, to 1e-9."""
    cut, made = remake(name, stress(), gaps=False)
    own, shocked = (log_returns(cut.moves.start, one)[:, :288] for one in (cut.panel, made))
    drift = cut.betas * market_returns(own).mean()
    path = drift + cut.betas * np.log(0.8) / 288
    around_own, around = own - drift[:, None], shocked - path[:, None]
    own_volatility, volatility = (np.sqrt((one**2).mean(axis=1)) for one in (around_own, around))
    asked = np.full(5, 0.5 / np.sqrt(BARS_PER_YEAR)) if multiple is None else 3.0 * own_volatility
    np.testing.assert_allclose(volatility, asked, rtol=1e-9)
    # The bridge sums to 0: what is left beside the path is the coins' own move, rescaled.
    left, own_left = around.sum(axis=1), around_own.sum(axis=1)
    assert (np.sign(left) == np.sign(own_left)).all()
    assert (np.abs(left) <= volatility / own_volatility * np.abs(own_left)).all()


def test_a_coin_of_twice_the_beta_falls_twice_as_far() -> None:
    section = stress(market_crash={"volatility_multiple": 0.0})
    cut, made = remake("market_crash_scaled", section, gaps=False)
    bars = 288
    own = log_returns(cut.moves.start, cut.panel)[:, :bars]
    drift = market_returns(own).mean() * bars
    fallen = np.log(made.close[:, bars - 1] / cut.moves.start)
    np.testing.assert_allclose(fallen, cut.betas * (np.log(0.8) + drift), atol=1e-12)


def test_betas_are_those_of_the_past_alone() -> None:
    panel = random_panel(3, gaps=False)
    returns = np.diff(np.log(panel.close), axis=1)
    slopes = [np.polyfit(returns.mean(axis=0), coin, 1)[0] for coin in returns]
    np.testing.assert_allclose(estimate_betas(returns, market_returns(returns)), slopes, rtol=1e-9)
    assert estimate_betas(returns, market_returns(returns)).mean() == pytest.approx(1.0)
    of, section = world(), stress()
    other = replace(of, history=build_history(with_later_bars(of.panel, BAR, 3.0)))
    np.testing.assert_array_equal(window(of, BAR, section).betas, window(other, BAR, section).betas)


def test_a_spike_has_the_volatility_asked_for_and_adds_no_return() -> None:
    for name, factor in (("volatility_spike", None), ("volatility_spike_scaled", 3.0)):
        cut, made = remake(name, stress(), gaps=False)
        own, shocked = (log_returns(cut.moves.start, one) for one in (cut.panel, made))
        asked = 0.3 / np.sqrt(BARS_PER_YEAR) if factor is None else factor * own.std(axis=1)
        np.testing.assert_allclose(shocked.std(axis=1), np.broadcast_to(asked, 5), rtol=1e-9)
        np.testing.assert_allclose(made.close[:, -1], cut.panel.close[:, -1], rtol=1e-9)


@pytest.mark.parametrize("gaps", [True, False])
def test_correlation_rises_by_what_was_asked_and_volatility_stays(gaps: bool) -> None:
    """Exact without gaps; bars that are missing blur it by less than 0.01."""
    cut, made = remake("correlation_breakdown", stress(), gaps=gaps)

    def pairs(panel: Panel) -> Any:
        close = panel.close if gaps is False else np.where(np.isnan(panel.close), 1.0, panel.close)
        returns = np.diff(np.log(close), axis=1)
        both = ~np.isnan(cut.panel.close).any(axis=0)
        keep = both[1:] & both[:-1]
        matrix = np.corrcoef(returns[:, keep])
        return matrix[np.triu_indices(5, 1)].mean(), returns[:, keep].std(axis=1)

    (before, own), (after, changed) = pairs(cut.panel), pairs(made)
    assert after - before == pytest.approx(0.40, abs=0.02 if gaps else 0.005)
    np.testing.assert_allclose(changed, own, rtol=0.02)


def test_correlation_stops_at_its_cap() -> None:
    section = stress(correlation_breakdown={"rise": 0.9, "at_most": 0.8})
    _, made = remake("correlation_breakdown", section, gaps=False)
    matrix = np.corrcoef(np.diff(np.log(made.close), axis=1))
    assert matrix[np.triu_indices(5, 1)].mean() == pytest.approx(0.8, abs=0.005)


def test_spreads_and_volume_answer_to_volatility_and_never_shrink() -> None:
    for name in ("market_crash", "volatility_spike", "volatility_spike_scaled"):
        cut, made = remake(name, stress(), gaps=False)
        assert (made.half_spread_bps >= cut.panel.half_spread_bps).all()
        assert (made.volume >= cut.panel.volume).all()
    np.testing.assert_allclose(made.half_spread_bps, 3.0 * cut.panel.half_spread_bps)
    np.testing.assert_allclose(made.volume, 3.0**0.6 * cut.panel.volume)


def test_a_drought_is_ten_times_the_spread_for_a_day() -> None:
    cut, made = remake("liquidity_drought", stress(), gaps=False)
    day = np.arange(cut.bars) < BARS_PER_DAY
    np.testing.assert_allclose(
        made.half_spread_bps, cut.panel.half_spread_bps * np.where(day, 10.0, 1.0)
    )
    np.testing.assert_allclose(made.volume, cut.panel.volume / np.where(day, 10.0, 1.0))
    np.testing.assert_array_equal(made.close, cut.panel.close)


def test_an_outage_takes_16_bars_and_prices_go_on() -> None:
    cut, made = remake("outage", stress(), gaps=False)
    assert np.isnan(made.open[:, :16]).all()
    for field in FIELDS:
        np.testing.assert_array_equal(
            getattr(made, field)[:, 16:], getattr(cut.panel, field)[:, 16:]
        )


def test_a_crash_behind_an_outage_is_a_gap() -> None:
    cut, made = remake("outage_crash", stress(), gaps=False)
    assert np.isnan(made.open[:, :16]).all()
    gap = np.log(made.open[:, 16] / cut.panel.open[:, 16])
    np.testing.assert_allclose(gap, cut.betas * np.log(0.85), rtol=1e-9)


def test_a_flash_crash_comes_back() -> None:
    cut, made = remake("flash_crash", stress(), gaps=False)
    ratio = made.close / cut.panel.close
    np.testing.assert_allclose(np.log(ratio[:, 2]), cut.betas * np.log(0.85), rtol=1e-9)
    np.testing.assert_allclose(ratio[:, 14:], 1.0, rtol=1e-9)
    wide = made.half_spread_bps / cut.panel.half_spread_bps
    np.testing.assert_allclose(
        wide, np.broadcast_to(np.where(np.arange(cut.bars) < 15, 10.0, 1.0), wide.shape)
    )


def test_a_delisted_coin_ends_near_nothing_and_the_others_do_not_notice() -> None:
    cut, made = remake("delisting", stress(), gaps=False)
    assert made.close[0, 71] == pytest.approx(0.01 * cut.panel.close[0, 71])
    assert np.isnan(made.close[0, 72:]).all()
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(made, field)[1:], getattr(cut.panel, field)[1:])


def test_stale_prices_stand_still_then_jump_to_the_truth() -> None:
    cut, made = remake("stale_prices", stress(), gaps=False)
    frozen = cut.coins[:3]
    for field in ("open", "high", "low", "close"):
        expected = np.broadcast_to(cut.moves.start[frozen, None], (3, 24))
        np.testing.assert_allclose(getattr(made, field)[frozen, :24], expected, rtol=1e-12)
        np.testing.assert_allclose(
            getattr(made, field)[:, 24:], getattr(cut.panel, field)[:, 24:], rtol=1e-12
        )
    assert (made.volume[frozen, :24] == 0.0).all()
    np.testing.assert_array_equal(made.close[cut.coins[3:]], cut.panel.close[cut.coins[3:]])


def test_a_replay_has_the_returns_of_the_worst_day_before() -> None:
    """Found here by plain means: whole UTC days over by the shock."""
    of, section = world(4, gaps=False), stress()
    cut = window(of, BAR, section)
    made = remake_bars(cut, BY_NAME["worst_days"], section)
    close = np.log(of.panel.close)
    falls = [np.mean(close[:, d * 288 + 287] - close[:, d * 288 - 1]) for d in range(1, BAR // 288)]
    worst = 1 + int(np.argmin(falls))
    first = np.mean(close[:, 287] - close[:, 0])
    assert min(falls) < first, "the first day has no close before it and is not the worst here"
    source = np.diff(close[:, worst * 288 - 1 : worst * 288 + 288], axis=1)
    np.testing.assert_allclose(log_returns(cut.moves.start, made)[:, :288], source, atol=1e-12)
    there = slice(worst * 288, worst * 288 + 288)
    np.testing.assert_array_equal(made.half_spread_bps[:, :288], of.panel.half_spread_bps[:, there])


def test_a_deeper_crash_is_a_lower_price_at_every_bar() -> None:
    before = None
    for depth in (-0.1, -0.2, -0.4, -0.6):
        section = stress(market_crash={"return_frac": depth})
        _, made = remake("market_crash_scaled", section, gaps=False)
        if before is not None:
            assert (made.close < before).all()
        before = made.close


def test_the_same_seed_gives_the_same_bars_and_another_does_not() -> None:
    of, section = world(), stress()
    cut = window(of, BAR, section)
    other = replace(cut, seed=np.random.SeedSequence(8))
    one, two, three = (
        remake_bars(w, BY_NAME["market_crash"], section).close for w in (cut, cut, other)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, three, equal_nan=True)
