"""Levels to regimes by hand, the filter against a slow twin, and what it does at a change."""

import numpy as np
import pytest

from dipmaster.volatility.regime import class_centres, classify, filter_levels, filter_regimes


def slow_filter(level, params):
    """Forward algorithm in plain probabilities, one bar after another."""
    stay = 1 - 1 / (params.dwell_days * 288)
    move = {(a, b): 0.0 for a in range(3) for b in range(3)}
    for a in range(3):
        move[a, a] = stay
    move[0, 1] = move[2, 1] = 1 - stay
    move[1, 0] = move[1, 2] = (1 - stay) / 2
    middle, belief, out = class_centres(params), [1 / 3] * 3, []
    for value in level:
        belief = [sum(belief[a] * move[a, b] for a in range(3)) for b in range(3)]
        if np.isfinite(value):
            z = (np.log(value) - middle) / params.log_level_sd
            like = np.exp(-0.5 * z**2 / params.independent_bars)
            belief = [b * x for b, x in zip(belief, like, strict=True)]
        belief = [b / sum(belief) for b in belief]
        out.append(int(np.argmax(belief)) if np.isfinite(value) else -1)
    return out


def test_thresholds_are_the_roadmaps(params) -> None:
    regime = params.regime
    level = np.array([0.01, 0.02, 0.0200001, 0.05, 0.0500001, 0.3, np.nan])
    assert classify(level, regime).tolist() == [0, 0, 1, 1, 2, 2, -1]
    middle = np.exp(class_centres(regime))
    assert np.sqrt(middle[0] * middle[1]) == pytest.approx(0.02)
    assert np.sqrt(middle[1] * middle[2]) == pytest.approx(0.05)


def test_the_level_by_hand(params) -> None:
    realised, garch = np.array([[0.01, 0.2]]), np.array([[0.02, 0.2]])
    intraday, cross = np.array([[0.03, 0.2]]), np.array([0.04, 0.2])
    levels = filter_levels(realised, garch, intraday, cross, params.regime)
    assert levels.level_daily[0, 0] == pytest.approx(0.3 * 0.01 + 0.3 * 0.02 + 0.2 * 0.07)
    assert levels.naive.tolist() == [[1, 2]]


def test_what_is_missing_is_not_replaced(params) -> None:
    nan, known = np.full((1, 3), np.nan), np.full((1, 3), 0.03)
    levels = filter_levels(known, nan, known, known[0], params.regime)
    assert np.isnan(levels.level_daily).all()
    assert (levels.coin == -1).all()
    assert (levels.naive == -1).all()


def test_filter_is_the_slow_one(params) -> None:
    rng = np.random.default_rng(1)
    level = 0.03 * np.exp(0.5 * np.cumsum(rng.normal(0, 0.1, 800)))
    level[300:340] = np.nan
    assert filter_regimes(level, params.regime).tolist() == slow_filter(level, params.regime)


def test_a_change_is_named_after_evidence_not_at_once(params) -> None:
    level = np.concatenate([np.full(1000, 0.03), np.full(1000, 0.07), np.full(1000, 0.03)])
    regimes = filter_regimes(level, params.regime)
    assert (regimes[:1000] == 1).all()
    first = int(np.flatnonzero(regimes == 2)[0])
    assert 1000 < first < 1000 + 48
    assert regimes[2999] == 1


def test_a_flicker_around_a_threshold_changes_nothing(params) -> None:
    level = np.full(2000, 0.03)
    level[1000:] = 0.05 * np.where(np.arange(1000) % 2, 1.03, 0.97)
    assert len(set(filter_regimes(level, params.regime)[500:])) == 1
    assert len(set(classify(level, params.regime)[1000:])) == 2


def test_one_wild_coin_does_not_move_the_market(params) -> None:
    calm = np.full((5, 200), 0.03)
    calm[4] = 0.5
    levels = filter_levels(calm, calm, calm, np.full(200, 0.03), params.regime)
    assert (levels.market == 1).all()
    assert levels.coin[:, -1].tolist() == [1, 1, 1, 1, 2]
