"""Trees as arrays say what the library says, to the last bit, of every kind of value."""

from typing import Any

import lightgbm
import numpy as np
import pytest

from dipmaster.core.kernels import Floats
from dipmaster.core.params.confidence import BoostedTrees
from dipmaster.learning.tree_arrays import TreeArrays, read_arrays, read_lightgbm
from dipmaster.learning.tree_models import LIBRARIES, Library, TreeModel, fit_trees

SIZES = BoostedTrees(
    seed=5, rounds=60, learning_rate=0.1, depth=4, min_leaf=5, column_frac=0.8, l2=1.0, max_bins=63
)
SPECIAL = (np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-35, -1.0000000180025095e-35, 5e-324, 1e300)
BOTH = pytest.mark.parametrize("library", LIBRARIES)
KINDS = pytest.mark.parametrize("classifier", [True, False])


def fitted(library: Library, classifier: bool, with_nan: bool = True) -> TreeModel:
    rng = np.random.default_rng(9)
    inputs = rng.standard_normal((800, 4))
    inputs[:, 3] = np.round(inputs[:, 3])
    if with_nan:
        inputs[rng.random(inputs.shape) < 0.05] = np.nan
    value = np.nan_to_num(inputs[:, 0] * inputs[:, 3]) + rng.standard_normal(800)
    target = (value > 0.3).astype(np.float64) if classifier else value
    rows = inputs, target, rng.uniform(0.5, 2.0, 800)
    return fit_trees(library, *rows, SIZES, ["a", "b", "c", "d"], classifier=classifier)


def ask(arrays: TreeArrays) -> Floats:
    """Rows on the thresholds, in either precision, beside them, and at special values."""
    at = arrays.nodes.threshold
    single = at.astype(np.float32)
    beside = [np.nextafter(at, side) for side in (-np.inf, np.inf)]
    beside += [np.nextafter(single, np.float32(side)) for side in (-np.inf, np.inf)]
    pool = np.concatenate([at, single, *beside, np.repeat(SPECIAL, 40)])
    return np.random.default_rng(2).choice(pool, size=(20_000, 4))


@BOTH
@KINDS
@pytest.mark.parametrize("with_nan", [True, False])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
def test_same_to_the_last_bit(
    library: Library, classifier: bool, with_nan: bool, dtype: Any
) -> None:
    """Where training saw no NaN, too: LightGBM then takes it for 0."""
    model = fitted(library, classifier, with_nan)
    arrays = read_arrays(model.to_text(), library)
    rows = ask(arrays).astype(dtype)
    assert arrays.predict(rows).tobytes() == model.predict(rows).tobytes()
    if library == "lgb":
        assert arrays.predict_raw(rows).tobytes() == model.predict_raw(rows).tobytes()


@BOTH
@KINDS
def test_a_row_alone_and_none(library: Library, classifier: bool) -> None:
    arrays = read_arrays(fitted(library, classifier).to_text(), library)
    rows = ask(arrays)[:20]
    alone = [arrays.predict(rows[[row]])[0] for row in range(20)]
    np.testing.assert_array_equal(arrays.predict(rows), alone)
    assert arrays.predict(rows[:0]).shape == (0,)


@BOTH
def test_a_tree_that_is_one_leaf(library: Library) -> None:
    inputs = np.zeros((50, 4))
    target = np.repeat([0.0, 1.0], [30, 20])
    few = SIZES.model_copy(update={"rounds": 3})
    model = fit_trees(
        library, inputs, target, np.ones(50), few, ["a", "b", "c", "d"], classifier=True
    )
    arrays = read_arrays(model.to_text(), library)
    assert arrays.predict(inputs).tobytes() == model.predict(inputs).tobytes()


def test_a_tree_that_asks_categories_is_refused() -> None:
    rng = np.random.default_rng(1)
    inputs = rng.integers(0, 6, (400, 1)).astype(np.float64)
    data = lightgbm.Dataset(inputs, inputs[:, 0] % 2, categorical_feature=[0])
    text = lightgbm.train({"verbose": -1, "num_leaves": 4}, data, 2).model_to_string()
    with pytest.raises(ValueError, match="categories"):
        read_lightgbm(text)
