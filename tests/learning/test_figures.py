"""Figures against scikit-learn, scipy and statsmodels; counts against repeated rows."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit
from scipy.stats import spearmanr
from sklearn.metrics import brier_score_loss, d2_brier_score, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss

from dipmaster.core.errors import DataError
from dipmaster.core.kernels import Floats
from dipmaster.learning.evaluation.calibration_line import NO_LINE, calibration_line_statistics
from dipmaster.learning.evaluation.losses import (
    brier_skill_statistic,
    brier_statistic,
    log_loss_statistic,
)
from dipmaster.learning.evaluation.ranks import auc_statistic, rank_correlation_statistic
from tests.learning.figures import STATISTICS, evaluate, made_outcomes


def line(p: Floats, won: Floats) -> list[float | None]:
    """Intercept and slope."""
    return [statistic.value() for statistic in calibration_line_statistics(p, won)]


@pytest.mark.parametrize("step", [0.0, 0.1])
def test_oracles(step: float) -> None:
    p, won, net = made_outcomes(700, step=step)
    p = np.clip(p, 0.05, 0.95)
    assert auc_statistic(p, won).value() == pytest.approx(roc_auc_score(won, p), abs=1e-14)
    assert brier_statistic(p, won).value() == pytest.approx(brier_score_loss(won, p), abs=1e-14)
    assert brier_skill_statistic(p, won).value() == pytest.approx(d2_brier_score(won, p), abs=1e-12)
    assert log_loss_statistic(p, won).value() == pytest.approx(sklearn_log_loss(won, p), abs=1e-14)
    rank = rank_correlation_statistic(p, net).value()
    assert rank == pytest.approx(spearmanr(p, net).statistic, abs=1e-12)
    expected = sm.Logit(won, sm.add_constant(logit(p))).fit(disp=0, tol=1e-13).params
    np.testing.assert_allclose(line(p, won), expected, atol=1e-9)


def test_probabilities_of_0_and_1() -> None:
    p, won = np.array([0.0, 1.0, 0.3]), np.array([0.0, 1.0, 1.0])
    assert log_loss_statistic(p, won).value() == pytest.approx(sklearn_log_loss(won, p), abs=1e-14)
    p, won = np.array([1.0, 0.0, 0.3, 0.6]), np.array([0.0, 1.0, 1.0, 0.0])
    assert log_loss_statistic(p, won).value() == pytest.approx(sklearn_log_loss(won, p), abs=1e-12)


def test_by_hand() -> None:
    """Pairs (win, loss): .7 over .2 and .5; .5 over .2 and level with .5: 3.5 of 4."""
    p, won = np.array([0.2, 0.5, 0.5, 0.7]), np.array([0.0, 1.0, 0.0, 1.0])
    assert auc_statistic(p, won).value() == 3.5 / 4
    assert brier_statistic(p, won).value() == pytest.approx((0.04 + 0.25 + 0.25 + 0.09) / 4)
    assert brier_skill_statistic(p, won).value() == pytest.approx(1.0 - 0.63 / 4 / 0.25)


@pytest.mark.parametrize("name", sorted(STATISTICS))
@settings(max_examples=40)
@given(
    seed=st.integers(0, 1000),
    step=st.sampled_from([0.0, 0.1, 0.25]),
    counts=st.lists(st.integers(0, 3), min_size=12, max_size=40),
)
def test_counting_a_row_twice_is_repeating_it(
    name: str, seed: int, step: float, counts: list[int]
) -> None:
    rows = made_outcomes(len(counts), seed, step)
    times = np.array(counts)
    if not times.sum():
        times[0] = 1
    counted = evaluate(STATISTICS[name](*rows), times[None].astype(np.float64))[0]
    p, won, net = (np.repeat(column, times) for column in rows)
    repeated = evaluate(STATISTICS[name](p, won, net), np.ones((1, p.size)))[0]
    np.testing.assert_allclose(counted, repeated, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", sorted(STATISTICS))
def test_order_of_the_rows_does_not_matter(name: str) -> None:
    rows = made_outcomes(200, step=0.05)
    mixed = np.random.default_rng(9).permutation(200)
    one = STATISTICS[name](*rows).value()
    other = STATISTICS[name](*(column[mixed] for column in rows)).value()
    assert one == pytest.approx(other, abs=1e-10)


@pytest.mark.parametrize("name", sorted(STATISTICS))
def test_resamples_do_not_see_each_other(name: str) -> None:
    statistic = STATISTICS[name](*made_outcomes(80))
    counts = np.random.default_rng(2).integers(0, 4, (7, 80)).astype(np.float64)
    together = evaluate(statistic, counts)
    alone = np.concatenate([evaluate(statistic, row[None]) for row in counts])
    assert together.tobytes() == alone.tobytes()


def test_what_does_not_exist_is_none() -> None:
    p, won = np.array([0.2, 0.6, 0.7]), np.ones(3)
    assert auc_statistic(p, won).value() is None
    assert brier_skill_statistic(p, won).value() is None
    assert line(p, won) == [None, None]
    assert brier_statistic(p, won).value() is not None
    assert rank_correlation_statistic(np.full(3, 0.4), p).value() is None
    for build in STATISTICS.values():
        assert build(np.zeros(0), np.zeros(0), np.zeros(0)).value() is None


@pytest.mark.parametrize(
    ("p", "won"),
    [
        ([0.1, 0.2, 0.6, 0.9], [0, 0, 1, 1]),  # parted
        ([0.1, 0.2, 0.6, 0.9], [1, 1, 0, 0]),  # parted the other way
        ([0.1, 0.5, 0.5, 0.9], [0, 0, 1, 1]),  # touching in one point only
        ([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1]),  # never changes
    ],
)
def test_no_line_where_the_likelihood_has_no_maximum(p: list[float], won: list[int]) -> None:
    both = calibration_line_statistics(np.array(p), np.array(won, dtype=np.float64))
    assert [statistic.value() for statistic in both] == [None, None]
    assert {statistic.missing for statistic in both} == {NO_LINE}


def test_a_line_far_from_its_start() -> None:
    """Nearly parted outcomes: steep, yet the same as statsmodels'."""
    p = np.array([0.49, 0.495, 0.499, 0.5, 0.501, 0.505, 0.51] * 3)
    won = np.array([0, 0, 1, 0, 1, 1, 1] * 3, dtype=np.float64)
    expected = sm.Logit(won, sm.add_constant(logit(p))).fit(disp=0, tol=1e-13, maxiter=200).params
    np.testing.assert_allclose(line(p, won), expected, rtol=1e-6)


def test_right_probabilities_have_slope_1_and_too_sure_ones_less() -> None:
    rng = np.random.default_rng(12)
    p = rng.beta(4.0, 4.0, 40_000)
    won = (rng.random(p.size) < p).astype(np.float64)
    intercept, slope = line(p, won)
    assert slope == pytest.approx(1.0, abs=0.05)
    assert intercept == pytest.approx(0.0, abs=0.04)
    sure = 1.0 / (1.0 + np.exp(-2.0 * logit(p)))
    assert line(sure, won)[1] == pytest.approx(0.5 * slope, rel=1e-6)


def test_missing_values_are_refused() -> None:
    with pytest.raises(DataError, match="one finite prediction and one finite outcome each"):
        auc_statistic(np.array([0.1, np.nan]), np.array([0.0, 1.0])).value()
    with pytest.raises(DataError, match="2 and 3 values"):
        brier_statistic(np.zeros(2), np.zeros(3)).value()
