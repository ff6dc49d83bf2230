"""The estimator: its likelihood by hand, its derivatives by differences, `arch` as oracle."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.special import digamma as scipy_digamma
from scipy.stats import t as student_t

from dipmaster.volatility import garch_fit as g
from dipmaster.volatility.garch_lanes import interleave_lanes
from dipmaster.volatility.garch_likelihood import (
    compute_backcast,
    digamma,
    normal_likelihood,
    student_likelihood,
)

NONE = np.full(g.FIT_SIZE, np.nan)
CASES = [
    (0.01, 0.05, 0.94, None),
    (0.02, 0.10, 0.80, 5.0),
    (0.05, 0.20, 0.70, 4.0),
    (0.001, 0.03, 0.969, 6.0),
    (0.10, 0.30, 0.69, 4.0),
    (0.20, 0.00, 0.00, None),
]


def fitted(returns, student=False, previous_fit=NONE, max_passes=100):
    row = np.empty(g.FIT_SIZE)
    g.fit_garch(np.ascontiguousarray(returns**2), student, previous_fit, max_passes, row)
    return row


def arch_model_of(returns, student=False):
    from arch import arch_model

    distribution = "t" if student else "normal"
    return arch_model(returns, mean="Zero", vol="GARCH", p=1, q=1, dist=distribution, rescale=False)


def arch_likelihood(returns, student=False) -> float:
    """What arch finds, read at its own parameters put back into its own constraint.

    Its search may end with alpha + beta a few millionths above one: outside the
    model, and so no standard to meet.
    """
    model = arch_model_of(returns, student)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theta = np.array(model.fit(disp="off", show_warning=False).params)
    theta[1:3] = np.maximum(theta[1:3], 0.0)
    theta[1:3] /= max(1.0, theta[1:3].sum() / (1.0 - 1e-10))
    return float(model.fix(theta).loglikelihood)


def passes(squares, theta, student, expected=0.0):
    score, information = np.empty(4), np.empty((4, 4))
    if student:
        value, next_variance, fourth_moment = student_likelihood(
            squares, theta, 0.7, score, information
        )
    else:
        data = interleave_lanes(squares)
        value, next_variance, fourth_moment = normal_likelihood(
            data, theta, 0.7, expected, score, information
        )
    return value, score, information, next_variance, fourth_moment


def test_likelihood_by_hand() -> None:
    squares = np.array([1.0, 4.0, 0.25])
    theta = np.array([0.1, 0.2, 0.5, 8.0])
    v0 = 0.1 + 0.2 * 0.7 + 0.5 * 0.7
    v1 = 0.1 + 0.2 * 1.0 + 0.5 * v0
    v2 = 0.1 + 0.2 * 4.0 + 0.5 * v1
    variances = np.array([v0, v1, v2])
    value, *_, next_variance, fourth_moment = passes(squares, theta, student=False)
    expected = -0.5 * (np.log(2 * np.pi * variances) + squares / variances).sum()
    assert value == pytest.approx(expected, rel=1e-14)
    assert next_variance == pytest.approx(0.1 + 0.2 * 0.25 + 0.5 * v2, rel=1e-14)
    assert fourth_moment == pytest.approx(((squares / variances) ** 2).mean(), rel=1e-14)
    scale = np.sqrt(variances * 6.0 / 8.0)
    expected = student_t.logpdf(np.sqrt(squares), 8.0, scale=scale).sum()
    assert passes(squares, theta, student=True)[0] == pytest.approx(expected, rel=1e-13)


def test_backcast_by_hand() -> None:
    squares = np.arange(1.0, 101.0)
    weights = 0.94 ** np.arange(75)
    expected = (weights * squares[:75]).sum() / weights.sum()
    assert compute_backcast(squares) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("x", [0.3, 1.0, 2.5, 9.99, 40.0, 550.0])
def test_digamma_is_scipys(x: float) -> None:
    assert digamma(x) == pytest.approx(scipy_digamma(x), rel=1e-12)


@pytest.mark.parametrize("n", [1, 15, 16, 17, 100, 333])
def test_lanes_are_one_after_the_other(n: int) -> None:
    """Each bar alone, in a plain loop: the same sums as sixteen spans side by side."""
    squares = np.random.default_rng(n).exponential(1, n)
    theta = np.array([0.06, 0.12, 0.75, 7.0])
    value, score, information, next_variance, _ = passes(
        squares, theta, student=False, expected=1.0
    )
    variance, slope = 0.06 + 0.87 * 0.7, np.array([1.0, 0.7, 0.7])
    total, slopes, outer = 0.0, np.zeros(3), np.zeros((3, 3))
    for square in squares:
        total -= 0.5 * (np.log(2 * np.pi) + np.log(variance) + square / variance)
        slopes += 0.5 * (square / variance - 1) / variance * slope
        outer += 0.5 * np.outer(slope, slope) / variance**2
        slope = np.array([1.0, square, variance]) + 0.75 * slope
        variance = 0.06 + 0.12 * square + 0.75 * variance
    assert value == pytest.approx(total, rel=1e-12)
    assert score[:3] == pytest.approx(slopes, rel=1e-10)
    assert information[:3, :3] == pytest.approx(outer, rel=1e-10)
    assert next_variance == pytest.approx(variance, rel=1e-13)


@pytest.mark.parametrize("student", [False, True])
def test_score_is_the_slope_of_the_likelihood(garch_path, student: bool) -> None:
    squares = garch_path(3, 500, 0.05, 0.1, 0.8) ** 2
    theta = np.array([0.06, 0.12, 0.75, 7.0])
    score = passes(squares, theta, student)[1]
    for i in range(4 if student else 3):
        step = np.zeros(4)
        step[i] = 1e-6
        up, down = (passes(squares, theta + s, student)[0] for s in (step, -step))
        assert score[i] == pytest.approx((up - down) / 2e-6, rel=1e-6)


def test_curvature_is_the_slope_of_the_score(garch_path) -> None:
    squares = garch_path(4, 500, 0.05, 0.1, 0.8) ** 2
    theta = np.array([0.06, 0.12, 0.75, 7.0])
    curvature = passes(squares, theta, student=False)[2]
    for i in range(3):
        step = np.zeros(4)
        step[i] = 1e-6
        up, down = (passes(squares, theta + s, student=False)[1] for s in (step, -step))
        assert curvature[i, :3] == pytest.approx(-(up - down)[:3] / 2e-6, rel=1e-5)


@pytest.mark.parametrize("student", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_never_worse_than_arch(garch_path, case, student: bool) -> None:
    returns = garch_path(11, 4000, *case)
    row = fitted(returns, student)
    theta = row[: 4 if student else 3]
    same = arch_model_of(returns, student).fix(theta).loglikelihood
    assert row[g.LOG_LIKELIHOOD] == pytest.approx(same, abs=1e-6)
    assert row[g.LOG_LIKELIHOOD] > arch_likelihood(returns, student) - 1e-5


def test_parameters_are_archs(garch_path) -> None:
    returns = garch_path(5, 6000, 0.02, 0.08, 0.88)
    theta = np.asarray(arch_model_of(returns).fit(disp="off").params)
    assert fitted(returns)[:3] == pytest.approx(theta, rel=2e-3)


def test_covariance_is_archs_robust_one(garch_path) -> None:
    """Under i.i.d. innovations both estimate the same matrix."""
    returns = garch_path(6, 40_000, 0.05, 0.1, 0.8, 8.0)
    row = fitted(returns)
    our_covariance = row[g.COVARIANCE : g.COVARIANCE + 9].reshape(3, 3)
    arch_covariance = np.asarray(
        arch_model_of(returns).fit(disp="off", cov_type="robust").param_cov
    )
    assert np.sqrt(np.diag(our_covariance)) == pytest.approx(
        np.sqrt(np.diag(arch_covariance)), rel=0.15
    )
    assert np.allclose(our_covariance, our_covariance.T, rtol=1e-9)


def test_never_worse_than_arch_on_real_bars(real_data) -> None:
    for path in sorted((real_data / "klines_5m").glob("*.parquet"))[:12:3]:
        close = pd.read_parquet(path)["close"].to_numpy(dtype=np.float64)
        returns = 100 * np.diff(np.log(close))
        previous_fit = NONE
        for start in (0, 2016, 40_000, 70_000):
            window = returns[start : start + 8640]
            previous_fit = fitted(window, previous_fit=previous_fit)
            assert previous_fit[g.LOG_LIKELIHOOD] > arch_likelihood(window) - 1e-5, (path, start)


def test_warm_and_cold_starts_meet(garch_path) -> None:
    returns = garch_path(7, 12_000, 0.02, 0.1, 0.85, 5.0)
    previous_fit = NONE
    for start in range(0, 4000, 500):
        window = returns[start : start + 8000]
        previous_fit, cold = fitted(window, previous_fit=previous_fit), fitted(window)
        assert previous_fit[g.LOG_LIKELIHOOD] == pytest.approx(cold[g.LOG_LIKELIHOOD], abs=5e-6)


def test_a_bad_start_does_not_matter(garch_path) -> None:
    returns = garch_path(8, 4000, 0.02, 0.1, 0.85)
    bad = NONE.copy()
    bad[: g.NU + 1] = 5.0, 0.5, 0.1, math.inf
    assert fitted(returns, previous_fit=bad)[4] == pytest.approx(fitted(returns)[4], abs=5e-6)


def test_persistence_of_one_is_an_answer(garch_path) -> None:
    """A change of level inside the window: the top lies on alpha + beta = 1."""
    returns = garch_path(9, 6000, 0.02, 0.08, 0.9)
    returns[3000:] *= 6.0
    row = fitted(returns)
    assert row[g.CONVERGED] == 1.0
    assert row[g.ALPHA] + row[g.BETA] == pytest.approx(1.0, abs=1e-9)
    covariance = row[g.COVARIANCE : g.COVARIANCE + 9].reshape(3, 3)
    persistence_gradient = np.array([0.0, 1.0, 1.0])
    assert persistence_gradient @ covariance @ persistence_gradient < 1e-12 * np.trace(covariance)


def test_scaling_returns_scales_omega_alone(garch_path) -> None:
    returns = garch_path(10, 4000, 0.02, 0.1, 0.85)
    small, large = fitted(returns), fitted(10 * returns)
    assert large[:3] == pytest.approx(small[:3] * [100, 1, 1], rel=1e-3)
