"""Critical values, cluster variance, exact bounds: against scipy and statsmodels."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.proportion import proportion_confint

from dipmaster.learning.evaluation.clustered import (
    clopper_pearson,
    cluster_variance,
    floored_variance,
    t_critical,
)


@pytest.mark.parametrize("df", [1, 5, 17, 200])
@pytest.mark.parametrize("alpha", [0.005, 0.025, 0.05])
def test_critical_value_is_students(df: int, alpha: float) -> None:
    assert t_critical(df, alpha) == pytest.approx(stats.t.ppf(1 - alpha, df))


def test_cluster_variance_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(1)
    block = rng.integers(0, 12, 300)
    values = rng.standard_normal(300) + 0.5 * rng.standard_normal(12)[block]
    fit = OLS(values, np.ones(300)).fit(cov_type="cluster", cov_kwds={"groups": block})
    own = cluster_variance((values - values.mean()) / 300, block)
    assert math.sqrt(own) == pytest.approx(fit.bse[0], rel=1e-12)


def test_one_cluster_knows_no_variance() -> None:
    assert cluster_variance(np.array([1.0, -1.0]), np.array([3, 3])) == 0.0
    assert cluster_variance(np.zeros(0), np.zeros(0, dtype=np.int64)) == 0.0


def test_design_effect_is_never_below_one() -> None:
    influence = np.array([1.0, -1.0, 1.0, -1.0])  # each block cancels itself
    variance, effect = floored_variance(influence, np.array([0, 0, 1, 1]))
    assert effect == 1.0
    assert variance == pytest.approx(4 / 3 * 4)


@given(st.integers(1, 300), st.floats(0, 1), st.sampled_from([0.01, 0.025]))
def test_exact_bounds_are_those_of_statsmodels(n: int, share: float, alpha: float) -> None:
    wins = round(share * n)
    low, high = proportion_confint(wins, n, alpha=2 * alpha, method="beta")
    # At no wins or no losses statsmodels leaves 0 and 1 (some versions NaN) at the closed end.
    assert clopper_pearson(wins / n, n, alpha)[0] == pytest.approx(0.0 if wins == 0 else low)
    assert clopper_pearson(wins / n, n, alpha)[1] == pytest.approx(1.0 if wins == n else high)
