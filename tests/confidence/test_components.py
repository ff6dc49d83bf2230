"""The five components: by hand, and what is missing never raises one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.confidence import components
from dipmaster.core.params.confidence import ComponentWeights, FeatureStrengthWeights, RegimeScores

from .conftest import events_with

STRENGTH = FeatureStrengthWeights(
    rsi_convergence_strong=0.25,
    volume_spike_20=0.20,
    bb_squeeze=0.15,
    consecutive_dips=0.20,
    dipmaster_v4_final_signal=0.20,
)
WEIGHTS = ComponentWeights(
    model_agreement=0.30,
    feature_strength=0.25,
    market_regime=0.20,
    historical_performance=0.15,
    volatility_adjustment=0.10,
)
SCORES = RegimeScores(low=1.0, normal=0.9, high=0.7)


def test_agreement_by_hand() -> None:
    rows = np.array([[0.9, 0.9, 0.9], [0.1, 0.1, 0.1], [0.4, 0.6, 0.5], [0.9, np.nan, 0.9]])
    sd = np.sqrt(2 * 0.1**2 / 3)
    expected = [0.9, 0.1, (1 - 2 * sd) * 0.5, 0.0]
    np.testing.assert_allclose(components.score_agreement(rows), expected, rtol=1e-12)


def test_agreement_of_a_row_does_not_hang_on_the_others() -> None:
    rows = np.random.default_rng(0).random((20, 3))
    alone = [components.score_agreement(row[None, :])[0] for row in rows]
    np.testing.assert_array_equal(components.score_agreement(rows), alone)


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_agreement_stays_within_bounds(p: list[float]) -> None:
    assert 0.0 <= components.score_agreement(np.array([p]))[0] <= 1.0


def strong(**changes: float) -> float:
    values = {name: np.array([highest]) for name, highest in components.MAX_FEATURE_VALUES.items()}
    values |= {name: np.array([value]) for name, value in changes.items()}
    return float(components.score_feature_strength(values, STRENGTH)[0])


def test_feature_strength_by_hand() -> None:
    assert strong() == pytest.approx(1.0)
    assert strong(consecutive_dips=0.875) == pytest.approx(0.9)
    assert strong(bb_squeeze=0.0, volume_spike_20=0.0) == pytest.approx(0.65)


@pytest.mark.parametrize("name", components.MAX_FEATURE_VALUES)
def test_a_missing_feature_counts_as_its_lowest(name: str) -> None:
    assert strong(**{name: np.nan}) == strong(**{name: 0.0}) < strong()


def test_regime_and_volatility_by_hand() -> None:
    regime = np.array([0.0, 1.0, 2.0, np.nan])
    assert components.score_market_regime(regime, SCORES).tolist() == [1.0, 0.9, 0.7, 0.0]
    level = np.array([0.0, 0.03, 0.12, 0.3, np.nan])
    np.testing.assert_allclose(
        components.score_volatility_distance(level, 0.12), [1.0, 0.75, 0.0, 0.0, 0.0], atol=1e-15
    )


def test_past_performance_by_hand() -> None:
    """Candidate 2 signals at the bar in which 1 ends, whose label is known at its close."""
    net = np.array([1.0, -1.0, 1.0, 1.0, 1.0])
    signal, held = np.array([0, 10, 15, 40, 41]), np.array([3, 4, 2, 2, 2])
    events = events_with(net, signal, held, np.array([0, 0, 0, 1, 0]))
    regime = np.array([1.0, 1.0, 1.0, 1.0, np.nan])
    found = components.score_past_performance(events, regime, 2)
    own = (1 + 2 * 0.5) / (2 + 2)  # one of two won, own group and overall
    other = (0 + 2 * 2 / 3) / (0 + 2)  # nothing of its own: the overall rate
    np.testing.assert_allclose(found, [0.0, (1 + 2) / (1 + 2), own, other, 0.0])


def test_past_performance_twin() -> None:
    """The slow way: look at every earlier candidate."""
    rng = np.random.default_rng(4)
    signal = np.sort(rng.choice(3000, 200, replace=False))
    net = np.where(rng.random(200) < 0.1, np.nan, rng.standard_normal(200))
    events = events_with(net, signal, rng.integers(0, 37, 200), rng.integers(0, 3, 200))
    regime = rng.choice([0.0, 1.0, 2.0, np.nan], 200)
    expected = []
    for row in range(200):
        past = events.settled & (events.known_ms <= events.decision_ms[row])
        own = past & (events.symbol_index == events.symbol_index[row]) & (regime == regime[row])
        overall = events.won[past].mean() if past.any() else 0.0
        rate = (events.won[own].sum() + 20 * overall) / (own.sum() + 20)
        expected.append(rate if past.any() and not np.isnan(regime[row]) else 0.0)
    np.testing.assert_allclose(components.score_past_performance(events, regime, 20), expected)


def test_past_performance_does_not_know_later_results() -> None:
    rng = np.random.default_rng(5)
    signal = np.sort(rng.choice(3000, 100, replace=False))
    held, symbol = rng.integers(0, 37, 100), rng.integers(0, 2, 100)
    net, regime = rng.standard_normal(100), np.ones(100)
    whole = components.score_past_performance(events_with(net, signal, held, symbol), regime, 5)
    for row in (10, 50, 90):
        later = signal + 1 + held > signal[row]
        other = events_with(np.where(later, -net, net), signal, held, symbol)
        changed = components.score_past_performance(other, regime, 5)
        np.testing.assert_array_equal(changed[: row + 1], whole[: row + 1])


def test_weighted_score_by_hand() -> None:
    values = {name: np.array([1.0, 0.5]) for name in components.COMPONENTS}
    values["model_agreement"] = np.array([0.0, 0.5])
    np.testing.assert_allclose(components.combine_components(values, WEIGHTS), [0.7, 0.5])
