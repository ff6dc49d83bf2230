"""One exit model: what it learns, its text, and when there is none."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.exits.exit_models import EXIT_MODELS, ExitModel, ExitModelName, fit_exit_model
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.tree_arrays import read_lightgbm
from dipmaster.learning.tree_models import TreeModel
from tests.exits.made_up import TREES

ROWS = 600


def inputs(seed: int = 0, rows: int = ROWS) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((rows, 14)).astype(np.float32)


def labels(features: np.ndarray, name: ExitModelName) -> np.ndarray:
    score = 2.0 * features[:, 1] + np.random.default_rng(9).standard_normal(features.shape[0])
    return np.maximum(5.0 + 3.0 * score, 0.0) if name == "timing" else (score > 0).astype(float)


def fitted(name: ExitModelName) -> ExitModel:
    features = inputs()
    found = fit_exit_model(name, features, labels(features, name), np.ones(ROWS), TREES)
    assert isinstance(found, ExitModel)
    return found


@pytest.mark.parametrize("name", ["profit", "risk"])
def test_a_classifier_learns_what_can_be_known(name: ExitModelName) -> None:
    features = inputs(1)
    predicted = fitted(name).predict(features)
    assert ((predicted > 0) & (predicted < 1)).all()
    assert roc_auc_score(labels(features, name), predicted) > 0.85


def test_timing_is_a_number_of_bars() -> None:
    features = inputs(1)
    predicted, bars = fitted("timing").predict(features), labels(features, "timing")
    assert predicted.min() >= 0.0
    assert np.corrcoef(predicted, bars)[0, 1] > 0.8


@pytest.mark.parametrize("name", EXIT_MODELS)
def test_text_read_back_says_the_same_to_the_last_bit(name: ExitModelName) -> None:
    model, features = fitted(name), inputs(2)
    features[::7, 3] = np.nan
    assert isinstance(model.trees, TreeModel)
    again = replace(model, trees=read_lightgbm(model.trees.to_text()))
    np.testing.assert_array_equal(again.predict(features), model.predict(features))
    assert model.trees.booster.feature_name() == list(EXIT_FEATURES)


@pytest.mark.parametrize("name", EXIT_MODELS)
def test_rows_together_say_what_each_says_alone(name: ExitModelName) -> None:
    model, features = fitted(name), inputs(3, 20)
    alone = [model.predict(features[i : i + 1])[0] for i in range(20)]
    np.testing.assert_array_equal(model.predict(features), alone)
    assert model.predict(features[:0]).shape == (0,)


def test_the_mean_of_the_training_rows_is_weighted() -> None:
    weight = np.where(np.arange(ROWS) < 100, 3.0, 1.0)
    label = labels(inputs(), "timing")
    model = fit_exit_model("timing", inputs(), label, weight, TREES)
    assert isinstance(model, ExitModel)
    assert model.train_mean == pytest.approx((weight * label).sum() / weight.sum())


def test_weights_are_worth_so_much_against_the_penalty() -> None:
    """A tenth of the weight is a tenth of the data: leaves are shrunk more."""
    features, label = inputs(), labels(inputs(), "profit")
    full, tenth = (
        fit_exit_model("profit", features, label, np.full(ROWS, w), TREES) for w in (1.0, 0.01)
    )
    assert isinstance(full, ExitModel)
    assert isinstance(tenth, ExitModel)
    assert tenth.predict(features).std() < 0.8 * full.predict(features).std()


@pytest.mark.parametrize("name", ["profit", "risk"])
def test_one_class_has_no_model(name: ExitModelName) -> None:
    found = fit_exit_model(name, inputs(), np.ones(ROWS), np.ones(ROWS), TREES)
    assert isinstance(found, FitFailure)
    assert "one class only" in found.reason
