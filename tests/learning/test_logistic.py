"""The logistic model against scikit-learn, statsmodels and its own definition."""

import json

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from dipmaster.core.kernels import Floats
from dipmaster.core.store import to_json_value
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.logistic import Logistic, fit_logistic, fit_nonnegative_logistic
from dipmaster.learning.model_store import round_model
from dipmaster.results.serialisation import from_json, to_json


def rows(n: int = 400, seed: int = 1) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 3)) * [1.0, 50.0, 0.01] + [0.0, 300.0, 2.0]
    won = (rng.random(n) < expit(x[:, 0] - 0.02 * (x[:, 1] - 300))).astype(np.float64)
    return x, won, rng.uniform(0.1, 1.0, n)


def fitted(x: Floats, won: Floats, weight: Floats, l2: float) -> Logistic:
    model = fit_logistic(x, won, weight, l2)
    assert isinstance(model, Logistic)
    return model


@pytest.mark.parametrize("l2", [0.01, 1.0, 30.0])
def test_minimises_what_it_says(l2: float) -> None:
    """The objective of the docstring, searched anew by another method."""
    x, won, weight = rows()
    model = fitted(x, won, weight, l2)
    z = (x - model.mean) / model.sd

    def objective(theta: Floats) -> float:
        score = theta[0] + z @ theta[1:]
        loss = np.sum(weight * (np.logaddexp(0.0, score) - won * score))
        return float(loss + 0.5 * l2 * np.sum(theta[1:] ** 2))

    best = minimize(objective, np.zeros(4), method="BFGS", options={"gtol": 1e-4})
    ours = np.array([model.intercept, *model.coefficient])
    np.testing.assert_allclose(ours, best.x, atol=1e-5)
    assert objective(ours) <= best.fun + 1e-9


def test_standards_are_weighted() -> None:
    x, won, weight = rows()
    model = fitted(x, won, weight, 1.0)
    mean = (weight[:, None] * x).sum(axis=0) / weight.sum()
    np.testing.assert_allclose(model.mean, mean, rtol=1e-12)
    variance = (weight[:, None] * (x - mean) ** 2).sum(axis=0) / weight.sum()
    np.testing.assert_allclose(model.sd, np.sqrt(variance), rtol=1e-12)


def test_scikit_learn_on_the_same_scale() -> None:
    x, won, weight = rows()
    model = fitted(x, won, weight, 0.5)
    z = (x - model.mean) / model.sd
    oracle = LogisticRegression(C=2.0, solver="lbfgs", tol=1e-10, max_iter=1000)
    oracle.fit(z, won, sample_weight=weight)
    np.testing.assert_allclose(model.predict(x), oracle.predict_proba(z)[:, 1], atol=1e-6)


def test_almost_no_penalty_is_statsmodels() -> None:
    x, won, _ = rows()
    model = fitted(x, won, np.ones(won.size), 1e-8)
    oracle = sm.Logit(won, sm.add_constant((x - model.mean) / model.sd)).fit(disp=0, tol=1e-12)
    ours = [model.intercept, *model.coefficient]
    np.testing.assert_allclose(ours, oracle.params, atol=1e-6)


def test_units_of_an_input_do_not_matter() -> None:
    x, won, weight = rows()
    one = fitted(x, won, weight, 5.0)
    other = fitted(x * [1000.0, 1.0, 1e-4] + [7.0, 0.0, -3.0], won, weight, 5.0)
    np.testing.assert_allclose(one.coefficient, other.coefficient, atol=1e-7)


def test_a_weight_of_two_is_two_rows_and_of_zero_none() -> None:
    x, won, _ = rows(60)
    times = np.random.default_rng(3).integers(0, 3, 60)
    once = fitted(x, won, times.astype(np.float64), 1.0)
    again = fitted(np.repeat(x, times, axis=0), np.repeat(won, times), np.ones(times.sum()), 1.0)
    np.testing.assert_allclose(once.predict(x), again.predict(x), atol=1e-9)


def test_an_input_that_never_changes_says_nothing() -> None:
    x, won, weight = rows()
    x[:, 2] = 4.0
    model = fitted(x, won, weight, 1.0)
    assert model.coefficient[2] == 0.0
    x[:, 2] = 1e9
    assert np.all((model.predict(x) > 0.0) & (model.predict(x) < 1.0))


def test_separable_rows_have_a_finite_fit() -> None:
    x = np.linspace(-1.0, 1.0, 40)[:, None]
    model = fitted(x, (x[:, 0] > 0.0).astype(np.float64), np.ones(40), 1e-6)
    assert np.isfinite(model.coefficient[0])
    assert model.coefficient[0] > 10.0


@pytest.mark.parametrize(("won", "count"), [(0.0, 0), (1.0, 50)])
def test_one_class_is_no_fit(won: float, count: int) -> None:
    x, _, weight = rows(50)
    found = fit_logistic(x, np.full(50, won), weight, 1.0)
    assert found == FitFailure(f"one class only: {count} of 50 training rows won")


def test_a_class_without_weight_is_none() -> None:
    x, won, _ = rows(50)
    found = fit_logistic(x, won, np.where(won > 0.0, 0.0, 1.0), 1.0)
    assert isinstance(found, FitFailure)


def test_a_row_with_a_missing_input_is_missing() -> None:
    x, won, weight = rows()
    model = fitted(x, won, weight, 1.0)
    x[3, 1] = np.nan
    found = model.predict(x)
    assert np.isnan(found[3])
    assert np.isfinite(np.delete(found, 3)).all()


def test_rows_together_are_as_each_alone() -> None:
    x, won, weight = rows()
    model = fitted(x, won, weight, 1.0)
    alone = np.concatenate([model.predict(x[i : i + 1]) for i in range(won.size)])
    assert alone.tobytes() == model.predict(x).tobytes()


def test_written_and_read() -> None:
    x, won, weight = rows()
    model = fitted(x, won, weight, 1.0)
    written = json.loads(json.dumps(to_json(model)))
    assert written["kind"] == "logistic"
    assert from_json(Logistic, written) == model


def test_a_rounded_model_keeps_the_digits_of_its_file() -> None:
    x, won, weight = rows()
    model = fitted(x, won, weight, 1.0)
    rounded = round_model(model)
    assert rounded != model
    assert round_model(rounded) == rounded
    assert rounded == from_json(Logistic, json.loads(json.dumps(to_json_value(to_json(model)))))
    np.testing.assert_allclose(rounded.predict(x), model.predict(x), rtol=1e-6)


def test_the_model_does_not_depend_on_the_order_of_summation() -> None:
    """BLAS sums in another order where memory is aligned otherwise; rows turned round show it."""
    rng = np.random.default_rng(5)
    x = rng.standard_normal((4000, 15))
    won = (rng.random(4000) < expit(x[:, 0])).astype(np.float64)
    weight = rng.uniform(0.1, 1.0, 4000)
    forward, backward = (
        fitted(x[o], won[o], weight[o], 1.0) for o in (slice(None), slice(None, None, -1))
    )
    assert forward.coefficient == backward.coefficient
    assert forward.intercept == backward.intercept


def test_a_negative_coefficient_is_not_kept() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((500, 3))
    won = (rng.random(500) < expit(inputs[:, 0] - 2 * inputs[:, 1])).astype(float)
    found = fit_nonnegative_logistic(inputs, won, np.ones(500), 1.0)
    assert isinstance(found, Logistic)
    assert found.coefficient[0] > 0.3
    assert found.coefficient[1] == 0.0
    assert min(found.coefficient) >= 0.0
    lower = inputs.copy()
    lower[:, 1] -= 5.0
    np.testing.assert_array_equal(found.predict(lower), found.predict(inputs))


def test_nothing_rises_with_the_result() -> None:
    inputs = np.linspace(0, 1, 100)[:, None]
    won = (inputs[:, 0] < 0.5).astype(float)
    found = fit_nonnegative_logistic(inputs, won, np.ones(100), 1.0)
    assert isinstance(found, Logistic)
    np.testing.assert_allclose(found.predict(inputs), 0.5)


def test_some_coefficients_may_be_negative() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((500, 3))
    won = (rng.random(500) < expit(-inputs[:, 0] - 2 * inputs[:, 1])).astype(float)
    found = fit_nonnegative_logistic(inputs, won, np.ones(500), 1.0, nonnegative=[0, 2])
    assert isinstance(found, Logistic)
    assert found.coefficient[0] == 0.0
    assert found.coefficient[1] < -1.0
    alone = fitted(inputs[:, 1:2], won, np.ones(500), 1.0)
    assert found.coefficient[1] == pytest.approx(alone.coefficient[0], rel=0.02)
    assert fit_nonnegative_logistic(inputs, np.ones(500), np.ones(500), 1.0) == FitFailure(
        "one class only: 500 of 500 training rows won"
    )
