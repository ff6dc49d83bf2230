"""Calibrators: rising, frozen, and those of the papers."""

import json

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

from dipmaster.core.kernels import Floats
from dipmaster.learning.calibrators import (
    BetaCalibrator,
    Calibrator,
    CalibratorKind,
    IsotonicCalibrator,
    PlattCalibrator,
    fit_calibrator,
)
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.logistic import MIN_PROBABILITY
from dipmaster.results.serialisation import from_json, to_json

KINDS: tuple[CalibratorKind, ...] = ("beta", "isotonic", "platt")


def fitted(
    kind: CalibratorKind, p: Floats, won: Floats, weight: Floats | None = None
) -> Calibrator:
    found = fit_calibrator(kind, p, won, np.ones(p.size) if weight is None else weight)
    assert not isinstance(found, FitFailure)
    return found


def drawn(truth: Floats, seed: int = 4) -> Floats:
    return (np.random.default_rng(seed).random(truth.size) < truth).astype(np.float64)


SCORES = np.random.default_rng(2).beta(3.0, 4.0, 3_000)


def test_beta_is_the_paper_s_regression() -> None:
    """Kull et al. 2017, section 4: unpenalised, on ln p and -ln(1 - p)."""
    won = drawn(expit(0.3 + 1.6 * np.log(SCORES) - 0.7 * np.log1p(-SCORES)))
    found = fitted("beta", SCORES, won)
    inputs = np.column_stack([np.ones(won.size), np.log(SCORES), -np.log1p(-SCORES)])
    c, a, b = sm.Logit(won, inputs).fit(disp=0, tol=1e-12).params
    assert isinstance(found, BetaCalibrator)
    np.testing.assert_allclose([found.a, found.b, found.c], [a, b, c], atol=1e-5)


def test_beta_finds_the_map_that_made_the_outcomes() -> None:
    scores = np.random.default_rng(3).uniform(0.02, 0.98, 60_000)
    truth = expit(-0.4 + 0.6 * np.log(scores) - 1.5 * np.log1p(-scores))
    found = fitted("beta", scores, drawn(truth))
    assert np.max(np.abs(found.predict(scores) - truth)) < 0.02


def test_beta_drops_an_input_with_a_negative_coefficient() -> None:
    """Outcomes that turn down at the top: b < 0 first, then a alone."""
    won = drawn(expit(2.0 + 2.5 * np.log(SCORES) + 0.8 * np.log1p(-SCORES)))
    free = sm.Logit(won, np.column_stack([np.ones(won.size), np.log(SCORES), -np.log1p(-SCORES)]))
    assert free.fit(disp=0).params[2] < 0.0
    found = fitted("beta", SCORES, won)
    alone = sm.Logit(won, sm.add_constant(np.log(SCORES))).fit(disp=0, tol=1e-12).params
    assert isinstance(found, BetaCalibrator)
    np.testing.assert_allclose([found.a, found.b, found.c], [alone[1], 0.0, alone[0]], atol=1e-5)


def test_platt_is_a_logistic_on_log_odds() -> None:
    won = drawn(expit(-0.2 + 0.6 * logit(SCORES)))
    found = fitted("platt", SCORES, won)
    intercept, slope = sm.Logit(won, sm.add_constant(logit(SCORES))).fit(disp=0, tol=1e-12).params
    assert isinstance(found, PlattCalibrator)
    np.testing.assert_allclose([found.slope, found.intercept], [slope, intercept], atol=1e-6)


def test_isotonic_is_scikit_learn_s() -> None:
    won, weight = drawn(SCORES**2), np.random.default_rng(5).random(SCORES.size)
    found = fitted("isotonic", SCORES, won, weight)
    oracle = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    oracle.fit(SCORES, won, sample_weight=weight)
    grid = np.linspace(0.0, 1.0, 500)
    expected = np.clip(oracle.predict(grid), MIN_PROBABILITY, 1.0 - MIN_PROBABILITY)
    np.testing.assert_allclose(found.predict(grid), expected, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_outcomes_that_fall_with_the_score_give_the_base_rate(kind: CalibratorKind) -> None:
    won, weight = drawn(1.0 - SCORES), np.random.default_rng(6).random(SCORES.size)
    found = fitted(kind, SCORES, won, weight).predict(np.linspace(0.0, 1.0, 50))
    np.testing.assert_allclose(found, np.average(won, weights=weight), atol=2e-2)
    if kind != "isotonic":
        np.testing.assert_allclose(found, np.average(won, weights=weight), atol=1e-12)


@given(
    kind=st.sampled_from(KINDS),
    values=st.lists(
        st.tuples(st.integers(0, 20), st.booleans(), st.integers(1, 4)), min_size=2, max_size=40
    ),
    points=st.lists(st.floats(0.0, 1.0), min_size=2, max_size=30),
)
def test_never_falls_and_never_leaves_its_range(
    kind: CalibratorKind, values: list[tuple[int, bool, int]], points: list[float]
) -> None:
    """Few, tied, separable or contrary rows: warnings count as errors here."""
    p = np.array([value[0] / 20.0 for value in values])
    won = np.array([value[1] for value in values], dtype=np.float64)
    weight = np.array([value[2] for value in values], dtype=np.float64)
    found = fit_calibrator(kind, p, won, weight)
    if isinstance(found, FitFailure):
        assert won.min() == won.max()
        return
    grid = np.sort(np.concatenate([np.array(points), np.linspace(0.0, 1.0, 101)]))
    mapped = found.predict(grid)
    assert np.all(np.diff(mapped) >= -1e-12)
    assert mapped[0] >= MIN_PROBABILITY
    assert mapped[-1] <= 1.0 - MIN_PROBABILITY


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_score_stays_missing(kind: CalibratorKind) -> None:
    found = fitted(kind, SCORES, drawn(SCORES)).predict(np.array([0.3, np.nan, 0.0, 1.0]))
    assert np.isnan(found).tolist() == [False, True, False, False]


@pytest.mark.parametrize("kind", KINDS)
def test_one_class_is_no_fit(kind: CalibratorKind) -> None:
    found = fit_calibrator(kind, SCORES[:40], np.ones(40), np.ones(40))
    assert found == FitFailure("one class only: 40 of 40 training rows won")


@pytest.mark.parametrize("kind", KINDS)
def test_written_and_read(kind: CalibratorKind) -> None:
    found = fitted(kind, SCORES, drawn(SCORES**1.5))
    written = json.loads(json.dumps(to_json(found)))
    assert written["kind"] == kind
    assert from_json(type(found), written) == found


def test_by_hand() -> None:
    """logit .8 = ln 4."""
    half = np.array([0.5, 0.8])
    np.testing.assert_allclose(PlattCalibrator(0.5, 0.0).predict(half), [0.5, 2.0 / 3.0])
    np.testing.assert_allclose(
        BetaCalibrator(1.0, 0.0, np.log(2.0)).predict(half), [0.5, 1.6 / 2.6]
    )
    steps = IsotonicCalibrator((0.2, 0.6), (0.1, 0.5))
    np.testing.assert_allclose(steps.predict(np.array([0.0, 0.4, 0.9])), [0.1, 0.3, 0.5])
