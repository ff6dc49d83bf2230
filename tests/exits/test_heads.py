"""One head: what it learns, its text, and when there is none."""

import lightgbm
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.exits.heads import HEADS, Head, HeadName, fit_head, head_of
from dipmaster.learning.unfit import Unfit
from tests.exits.made_up import TREES

ROWS = 600


def inputs(seed: int = 0, rows: int = ROWS) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((rows, 14)).astype(np.float32)


def labels(features: np.ndarray, name: HeadName) -> np.ndarray:
    score = 2.0 * features[:, 1] + np.random.default_rng(9).standard_normal(features.shape[0])
    return np.maximum(5.0 + 3.0 * score, 0.0) if name == "timing" else (score > 0).astype(float)


def fitted(name: HeadName) -> Head:
    features = inputs()
    found = fit_head(name, features, labels(features, name), np.ones(ROWS), TREES)
    assert isinstance(found, Head)
    return found


@pytest.mark.parametrize("name", ["profit", "risk"])
def test_a_classifier_learns_what_can_be_known(name: HeadName) -> None:
    features = inputs(1)
    said = fitted(name).predict(features)
    assert ((said > 0) & (said < 1)).all()
    assert roc_auc_score(labels(features, name), said) > 0.85


def test_timing_is_a_number_of_bars() -> None:
    features = inputs(1)
    said, bars = fitted("timing").predict(features), labels(features, "timing")
    assert said.min() >= 0.0
    assert np.corrcoef(said, bars)[0, 1] > 0.8


@pytest.mark.parametrize("name", HEADS)
def test_text_read_back_says_the_same_to_the_last_bit(name: HeadName) -> None:
    head, features = fitted(name), inputs(2)
    features[::7, 3] = np.nan
    again = head_of(name, head.text(), head.train_mean)
    np.testing.assert_array_equal(again.predict(features), head.predict(features))
    assert again.text() == head.text()
    assert lightgbm.Booster(model_str=head.text()).feature_name() == list(EXIT_FEATURES)


@pytest.mark.parametrize("name", HEADS)
def test_rows_together_say_what_each_says_alone(name: HeadName) -> None:
    head, features = fitted(name), inputs(3, 20)
    alone = [head.predict(features[i : i + 1])[0] for i in range(20)]
    np.testing.assert_array_equal(head.predict(features), alone)
    assert head.predict(features[:0]).shape == (0,)


def test_the_mean_of_the_training_rows_is_weighted() -> None:
    weight = np.where(np.arange(ROWS) < 100, 3.0, 1.0)
    label = labels(inputs(), "timing")
    head = fit_head("timing", inputs(), label, weight, TREES)
    assert isinstance(head, Head)
    assert head.train_mean == pytest.approx((weight * label).sum() / weight.sum())


def test_weights_are_worth_so_much_against_the_penalty() -> None:
    """A tenth of the weight is a tenth of the data: leaves are shrunk more."""
    features, label = inputs(), labels(inputs(), "profit")
    full, tenth = (
        fit_head("profit", features, label, np.full(ROWS, w), TREES) for w in (1.0, 0.01)
    )
    assert isinstance(full, Head)
    assert isinstance(tenth, Head)
    assert tenth.predict(features).std() < 0.8 * full.predict(features).std()


@pytest.mark.parametrize("name", ["profit", "risk"])
def test_one_class_has_no_model(name: HeadName) -> None:
    found = fit_head(name, inputs(), np.ones(ROWS), np.ones(ROWS), TREES)
    assert isinstance(found, Unfit)
    assert "one class only" in found.reason
