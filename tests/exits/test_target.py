"""Dynamic targets by hand from the roadmap's numbers, and terciles beside a slow twin."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.exits.target import classify_momentum, classify_strength, combine_multipliers

LOW, MEDIUM, HIGH, UNKNOWN = 0, 1, 2, -1


def target(exits: Any, classes: tuple[int, int, int], combination: str = "weighted_sum") -> Any:
    strength, regime, momentum = (np.array([c], np.int8) for c in classes)
    made = combine_multipliers(strength, regime, momentum, 0.008, combination, exits.dynamic_target)
    return float(made.combined_multiplier[0]), float(made.target_frac[0])


@pytest.mark.parametrize(
    ("classes", "combined", "frac"),
    [
        ((HIGH, 1, 0), 1.2, 0.0096),  # 1.5 x .4 + 1 x .35 + 1 x .25
        ((MEDIUM, 1, 0), 1.0, 0.008),
        ((LOW, 0, -2), 0.735, 0.00588),  # .7 x .4 + .8 x .35 + .7 x .25: the smallest
        ((HIGH, 2, 2), 1.405, 0.01124),  # 1.5 x .4 + 1.3 x .35 + 1.4 x .25: the largest
        ((MEDIUM, 2, 1), 1.13, 0.00904),
        ((MEDIUM, 0, -1), 0.905, 0.00724),
        ((HIGH, UNKNOWN, 0), 1.2, 0.0096),  # an unknown regime counts as normal
    ],
)
def test_the_roadmaps_sum(exits: Any, classes: Any, combined: float, frac: float) -> None:
    assert target(exits, classes) == pytest.approx((combined, frac), rel=1e-12)


@pytest.mark.parametrize(
    ("classes", "combined", "frac"),
    [
        ((LOW, 0, -2), 0.392, 0.004),  # .7 x .8 x .7: at the lower bound
        ((HIGH, 2, 2), 2.73, 0.016),  # 1.5 x 1.3 x 1.4: at the upper bound
        ((HIGH, 1, -1), 1.35, 0.0108),
    ],
)
def test_the_product_is_clipped(exits: Any, classes: Any, combined: float, frac: float) -> None:
    assert target(exits, classes, "product") == pytest.approx((combined, frac), rel=1e-12)


def test_the_sum_never_reaches_its_bounds(exits: Any) -> None:
    cells = [(s, r, m) for s in range(3) for r in range(-1, 3) for m in range(-2, 3)]
    fractions = [target(exits, classes)[1] for classes in cells]
    assert min(fractions) == pytest.approx(0.00588)
    assert max(fractions) == pytest.approx(0.01124)


def test_switched_off_every_target_is_the_base_to_the_bit(exits_with: Any) -> None:
    off = exits_with(dynamic_target__enabled=False)
    for combination in ("weighted_sum", "product"):
        assert target(off, (HIGH, 2, 2), combination) == (1.0, 0.008)


def test_the_momentum_of_the_market_in_classes(exits: Any) -> None:
    sigmas = np.array([-9.0, -1.5, -1.49, -0.5, -0.49, 0.0, 0.49, 0.5, 1.49, 1.5, 9.0, np.nan])
    classes = classify_momentum(sigmas, exits.dynamic_target)
    assert classes.tolist() == [-2, -2, -1, -1, 0, 0, 0, 1, 1, 2, 2, 0]


def test_terciles_by_hand() -> None:
    past = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    for value, expected in ((0.05, LOW), (0.15, LOW), (0.25, MEDIUM), (0.45, MEDIUM), (0.5, HIGH)):
        scores = np.array([*past, value])
        assert classify_strength(scores, np.arange(7), 3)[-1] == expected


def test_where_there_is_nothing_to_compare_with() -> None:
    scores = np.array([0.9, np.nan, 0.8, 0.95, np.nan])
    times = np.array([0, 1, 2, 3, 4])
    assert classify_strength(scores, times, 3).tolist() == [MEDIUM, LOW, MEDIUM, MEDIUM, LOW]
    assert classify_strength(scores, times, 2).tolist() == [MEDIUM, LOW, MEDIUM, HIGH, LOW]


def test_equal_scores_are_in_the_middle() -> None:
    assert (classify_strength(np.full(20, 0.7), np.arange(20), 3) == MEDIUM).all()


def twin(confidence: Any, open_ms: Any, min_past: int) -> list[int]:
    out = []
    for score, time in zip(confidence, open_ms, strict=True):
        past = [c for c, t in zip(confidence, open_ms, strict=True) if t < time and c == c]
        if score != score:
            out.append(LOW)
        elif len(past) < min_past:
            out.append(MEDIUM)
        else:
            twice = sum(2 * (c < score) + (c == score) for c in past)
            third = 2 * len(past) / 3
            out.append(LOW if twice < third else HIGH if twice > 2 * third else MEDIUM)
    return out


SCORES = st.one_of(st.just(np.nan), st.sampled_from([0.2, 0.4, 0.6, 0.8]), st.floats(0.0, 1.0))


@given(st.lists(st.tuples(SCORES, st.integers(0, 12)), max_size=40))
def test_terciles_equal_the_twin(rows: Any) -> None:
    confidence = np.array([row[0] for row in rows], np.float64)
    open_ms = np.array([row[1] for row in rows], np.int64)
    assert classify_strength(confidence, open_ms, 4).tolist() == twin(confidence, open_ms, 4)


@given(st.lists(st.tuples(SCORES, st.integers(0, 12)), min_size=1, max_size=30), st.integers(0, 12))
def test_later_candidates_change_no_class(rows: Any, cut: int) -> None:
    confidence = np.array([row[0] for row in rows], np.float64)
    open_ms = np.array([row[1] for row in rows], np.int64)
    before = classify_strength(confidence, open_ms, 2)
    changed = np.where(open_ms > cut, 1.0 - confidence, confidence)
    after = classify_strength(changed, open_ms, 2)
    assert (before[open_ms <= cut] == after[open_ms <= cut]).all()
