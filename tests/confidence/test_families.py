"""Models of both families: the scale of weights, the signs of theory, Phi of value over spread."""

import numpy as np
import pytest
from scipy.stats import norm

from dipmaster.confidence.families import SIGNS, Family, build_regression, fit_family_model
from dipmaster.learning.tree_models import LIBRARIES, Library
from tests.learning.test_tree_models import SIZES

PLAIN = Family("classifier", ("a", "b", "c"), (0, 0, 0))
BOTH = pytest.mark.parametrize("library", LIBRARIES)


def rows(width: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((400, width))
    inputs[rng.random(inputs.shape) < 0.05] = np.nan
    net = 0.01 * (np.nan_to_num(inputs[:, 0]) + rng.standard_normal(400))
    return inputs, net, rng.uniform(0.1, 1.0, 400)


@BOTH
def test_learns_what_is_there(library: Library) -> None:
    inputs, net, weight = rows(3)
    model = fit_family_model(library, PLAIN, inputs, net, weight, SIZES)
    fresh, later, _ = rows(3, seed=1)
    p = model.predict(fresh)
    assert p[later > 0].mean() > p[later <= 0].mean() + 0.1
    assert ((p > 0) & (p < 1)).all()
    assert model.residual_sd_frac is None


@BOTH
def test_the_scale_of_weights_means_nothing(library: Library) -> None:
    inputs, net, weight = rows(3)
    one, other = (
        fit_family_model(library, PLAIN, inputs, net, w, SIZES) for w in (weight, weight * 8)
    )
    np.testing.assert_allclose(one.predict(inputs), other.predict(inputs), rtol=1e-6)


@BOTH
def test_deeper_dips_are_never_worth_less(library: Library) -> None:
    """On results that say the contrary, and on every input that has a sign."""
    family = build_regression()
    inputs, _, weight = rows(len(SIGNS))
    net = -0.01 * np.nan_to_num(inputs).sum(axis=1)
    model = fit_family_model(library, family, inputs, net, weight, SIZES)
    levels = np.linspace(-4, 4, 60)
    free = []
    for column, sign in enumerate(family.signs):
        line = np.tile(np.nan_to_num(inputs[7]), (levels.size, 1))
        line[:, column] = levels
        steps = np.diff(model.predict(line))
        if sign:
            assert (steps >= -1e-7).all()
        else:
            free.append(steps.min())
    assert min(free) < -1e-3


@BOTH
def test_a_regression_says_phi_of_its_value_over_the_spread(library: Library) -> None:
    family = Family("regression", ("a", "b", "c"), (1, 0, 0))
    inputs, net, weight = rows(3)
    model = fit_family_model(library, family, inputs, net, weight, SIZES)
    value = norm.ppf(model.predict(inputs)) * model.residual_sd_frac
    spread = np.sqrt(np.average((net - value) ** 2, weights=weight))
    assert model.residual_sd_frac == pytest.approx(spread, rel=1e-4)
