"""Trees of both libraries: what they learn, their text, signs, and weights against the penalty."""

from dataclasses import dataclass

import lightgbm
import numpy as np
import pytest
import xgboost
from sklearn.metrics import roc_auc_score

from dipmaster.core.kernels import Floats
from dipmaster.core.params.confidence import BoostedTrees
from dipmaster.learning.tree_models import (
    LIBRARIES,
    Library,
    TreeModel,
    fit_trees,
)

SIZES = BoostedTrees(
    seed=3,
    rounds=30,
    learning_rate=0.2,
    depth=3,
    min_leaf=5,
    column_frac=0.8,
    l2=1.0,
    max_bins=255,
)
NAMES = ("a", "b", "c")
BOTH = pytest.mark.parametrize("library", LIBRARIES)
KINDS = pytest.mark.parametrize("classifier", [True, False])


@dataclass(frozen=True)
class Rows:
    inputs: Floats
    value: Floats
    weight: Floats

    def target(self, classifier: bool) -> Floats:
        return (self.value > 0.0).astype(np.float64) if classifier else self.value


def rows(seed: int = 0, count: int = 400) -> Rows:
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((count, 3))
    inputs[rng.random(inputs.shape) < 0.05] = np.nan
    value = np.nan_to_num(inputs[:, 0]) + rng.standard_normal(count)
    return Rows(inputs, value, rng.uniform(0.1, 1.0, count))


def fitted(
    library: Library, classifier: bool, some: Rows, scale: float = 1.0,
    signs: tuple[int, ...] = (0, 0, 0),
) -> TreeModel:  # fmt: skip
    rows = some.inputs, some.target(classifier), scale * some.weight
    return fit_trees(library, *rows, SIZES, NAMES, classifier=classifier, signs=signs)


@BOTH
@KINDS
def test_learns_what_is_there(library: Library, classifier: bool) -> None:
    model, fresh = fitted(library, classifier, rows()), rows(seed=1)
    predicted = model.predict(fresh.inputs)
    assert roc_auc_score(fresh.value > 0.0, predicted) > 0.65
    assert ((predicted > 0) & (predicted < 1)).all() == classifier


@BOTH
@KINDS
def test_same_text_twice_and_read_back(library: Library, classifier: bool) -> None:
    some = rows()
    model, again = (fitted(library, classifier, some) for _ in range(2))
    assert model.to_text() == again.to_text()
    if library == "lgb":
        booster = lightgbm.Booster(model_str=model.to_text())
        assert TreeModel("lgb", booster).to_text() == model.to_text()
        assert booster.feature_name() == ["a", "b", "c"]
    else:
        booster = xgboost.Booster()
        booster.load_model(bytearray(model.to_text(), "utf-8"))
        assert booster.feature_names == ["a", "b", "c"]
        predicted = booster.inplace_predict(some.inputs)
        np.testing.assert_allclose(predicted, model.predict(some.inputs), rtol=1e-6)


@BOTH
@KINDS
def test_rows_together_are_as_each_alone(library: Library, classifier: bool) -> None:
    model, inputs = fitted(library, classifier, rows()), rows(2, 20).inputs
    alone = [model.predict(inputs[i : i + 1])[0] for i in range(20)]
    np.testing.assert_array_equal(model.predict(inputs), alone)
    assert model.predict(inputs[:0]).shape == (0,)


@BOTH
def test_weights_are_worth_so_much_against_the_penalty(library: Library) -> None:
    """A hundredth of the weight is a hundredth of the data: leaves are shrunk more."""
    some = rows()
    full, part = (fitted(library, True, some, scale) for scale in (1.0, 0.01))
    assert part.predict(some.inputs).std() < 0.8 * full.predict(some.inputs).std()


@BOTH
def test_a_sign_holds_against_the_outcomes(library: Library) -> None:
    some = rows()
    against = Rows(some.inputs, -some.value, some.weight)
    model = fitted(library, False, against, signs=(1, 0, 0))
    free = fitted(library, False, against)
    line = np.zeros((60, 3))
    line[:, 0] = np.linspace(-4, 4, 60)
    assert (np.diff(model.predict(line)) >= -1e-7).all()
    assert np.diff(free.predict(line)).min() < -1e-3


def test_a_start_is_learned_from_but_not_part_of_the_model() -> None:
    """Where the start says all that there is to know, the trees add next to nothing."""
    rng = np.random.default_rng(5)
    x = rng.standard_normal((3000, 3))
    won = (rng.random(3000) < 1.0 / (1.0 + np.exp(-2.0 * x[:, 0]))).astype(np.float64)
    ones = np.ones(3000)
    plain, started = (
        fit_trees("lgb", x, won, ones, SIZES, NAMES, classifier=True, start=start)
        for start in (None, 2.0 * x[:, 0])
    )
    assert np.std(plain.predict_raw(x)) > 1.0
    assert np.std(started.predict_raw(x)) < 0.6
    assert abs(np.mean(started.predict_raw(x))) < 0.2
    np.testing.assert_allclose(
        1.0 / (1.0 + np.exp(-plain.predict_raw(x))), plain.predict(x), rtol=1e-12
    )
    assert started.predict_raw(x[:0]).size == 0


def test_a_start_may_be_a_column_of_the_inputs() -> None:
    """Without the library's warning of sliced data."""
    some = rows()
    fit_trees(
        "lgb", some.inputs, some.target(True), some.weight, SIZES, NAMES, classifier=True,
        start=np.nan_to_num(some.inputs)[:, 0],
    )  # fmt: skip
