"""Trees of both libraries: signs hold, same text twice, texts read back, spread by hand."""

import lightgbm
import numpy as np
import pytest
import xgboost
from scipy.stats import norm

from dipmaster.confidence import trees
from dipmaster.confidence.families import SIGNS, Family, regression
from dipmaster.core.params.confidence import Trees

SIZES = Trees(seed=3, rounds=30, learning_rate=0.2, depth=3, min_leaf=5, column_frac=0.8, l2=1.0)
PLAIN = Family("classifier", ("a", "b", "c"), (0, 0, 0))
BOTH = pytest.mark.parametrize("library", trees.LIBRARIES)


def rows(width: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((400, width))
    inputs[rng.random(inputs.shape) < 0.05] = np.nan
    net = 0.01 * (np.nan_to_num(inputs[:, 0]) + rng.standard_normal(400))
    return inputs, net, rng.uniform(0.1, 1.0, 400)


@BOTH
def test_learns_what_is_there(library: trees.Library) -> None:
    inputs, net, weight = rows(3)
    model = trees.fit(library, PLAIN, inputs, net, weight, SIZES)
    fresh, later, _ = rows(3, seed=1)
    said = model.probability(fresh)
    assert said[later > 0].mean() > said[later <= 0].mean() + 0.1
    assert ((said > 0) & (said < 1)).all()
    assert model.spread is None


@BOTH
def test_same_text_twice_and_read_back(library: trees.Library) -> None:
    inputs, net, weight = rows(3)
    model, again = (trees.fit(library, PLAIN, inputs, net, weight, SIZES) for _ in range(2))
    assert model.text() == again.text()
    if library == "lgb":
        read = lightgbm.Booster(model_str=model.text()).predict(inputs)
    else:
        booster = xgboost.Booster()
        booster.load_model(bytearray(model.text(), "utf-8"))
        read = booster.inplace_predict(inputs)
    np.testing.assert_allclose(read, model.probability(inputs), rtol=1e-6)


@BOTH
def test_the_scale_of_weights_means_nothing(library: trees.Library) -> None:
    inputs, net, weight = rows(3)
    one, other = (trees.fit(library, PLAIN, inputs, net, w, SIZES) for w in (weight, weight * 8))
    np.testing.assert_allclose(one.probability(inputs), other.probability(inputs), rtol=1e-6)


@BOTH
def test_deeper_dips_are_never_worth_less(library: trees.Library) -> None:
    """On results that say the contrary, and on every input that has a sign."""
    family = regression()
    inputs, _, weight = rows(len(SIGNS))
    net = -0.01 * np.nan_to_num(inputs).sum(axis=1)
    model = trees.fit(library, family, inputs, net, weight, SIZES)
    ladder = np.linspace(-4, 4, 60)
    free = []
    for place, sign in enumerate(family.signs):
        line = np.tile(np.nan_to_num(inputs[7]), (ladder.size, 1))
        line[:, place] = ladder
        steps = np.diff(model.probability(line))
        if sign:
            assert (steps >= -1e-7).all()
        else:
            free.append(steps.min())
    assert min(free) < -1e-3


@BOTH
def test_a_regression_says_phi_of_its_value_over_the_spread(library: trees.Library) -> None:
    family = Family("regression", ("a", "b", "c"), (1, 0, 0))
    inputs, net, weight = rows(3)
    model = trees.fit(library, family, inputs, net, weight, SIZES)
    value = norm.ppf(model.probability(inputs)) * model.spread
    spread = np.sqrt(np.average((net - value) ** 2, weights=weight))
    assert model.spread == pytest.approx(spread, rel=1e-4)
