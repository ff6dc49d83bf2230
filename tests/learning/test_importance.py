"""What predictions lose without an input: the planted one leads, a constant loses nothing."""

from typing import Any

import numpy as np
import pytest
from scipy.special import expit
from sklearn.inspection import permutation_importance as sklearn_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from dipmaster.core.kernels import Floats, Ints
from dipmaster.learning.importance import permutation_importance
from dipmaster.results.common import PermutationImportance

KEY = np.random.SeedSequence(5)
NAMES = ("planted", "weak", "noise", "constant")
SLOPES = np.array([[2.0, 0.4, 0.0, 1.0], [1.5, 0.3, 0.01, -1.0]])  # of two models
COUNT = 3000


@pytest.fixture(scope="module")
def toy() -> tuple[Floats, Floats, Ints]:
    """Inputs, outcomes and the model that predicted each row."""
    rng = np.random.default_rng(1)
    inputs = rng.standard_normal((COUNT, 4))
    inputs[:, 3] = 0.7
    won = (rng.random(COUNT) < expit(inputs @ [1.7, 0.4, 0.0, 0.0])).astype(np.float64)
    return inputs, won, (np.arange(COUNT) % 3 == 0).astype(np.int64)


def predict(fold: int, rows: Ints, inputs: Floats) -> Floats:
    assert rows.size == inputs.shape[0]
    return np.asarray(expit(inputs @ SLOPES[fold]))


def measure(
    toy: tuple[Floats, Floats, Ints], key: np.random.SeedSequence = KEY, repeats: int = 3,
    **changes: Any,
) -> tuple[PermutationImportance, ...]:  # fmt: skip
    inputs, won, fold = toy
    p = np.where(fold == 0, predict(0, fold, inputs), predict(1, fold, inputs))
    values: dict[str, Any] = {"inputs": inputs, "predictions": p, "label": won, "fold": fold}
    return permutation_importance(
        NAMES, **(values | changes), predict=predict, permutations=repeats, seed=key
    )


def test_the_planted_input_leads(toy: Any) -> None:
    found = measure(toy)
    assert found[0].feature == "planted"
    assert found[0].auc_loss > 5 * found[1].auc_loss > 50 * abs(found[2].auc_loss)
    assert sorted(row.feature for row in found) == sorted(NAMES)
    losses = [row.auc_loss for row in found]
    assert losses == sorted(losses, reverse=True)


def test_one_model_is_scikit_learn_s(toy: Any) -> None:
    """Other shuffles of the same rows: the mean of many is the same."""
    inputs, won, fold = toy
    model = LogisticRegression().fit(inputs, won)
    model.coef_, model.intercept_ = SLOPES[:1], np.zeros(1)
    oracle = sklearn_importance(model, inputs, won, scoring="roc_auc", n_repeats=30, random_state=1)
    p = predict(0, fold, inputs)
    found = {
        row.feature: row
        for row in measure(toy, repeats=30, fold=np.zeros_like(fold), predictions=p)
    }
    for name, mean, sd in zip(NAMES, oracle.importances_mean, oracle.importances_std, strict=True):
        assert found[name].auc_loss == pytest.approx(mean, abs=0.003)
        assert found[name].auc_loss_sd == pytest.approx(sd, abs=0.002)


def test_shuffling_is_within_the_rows_of_one_model(toy: Any) -> None:
    """An input that is the same on all rows of a model has nothing to be shuffled."""
    inputs, won, fold = toy
    by_period = inputs.copy()
    by_period[:, 0] = 3.0 * fold
    p = np.where(fold == 0, predict(0, fold, by_period), predict(1, fold, by_period))
    found = {row.feature: row for row in measure(toy, inputs=by_period, predictions=p)}
    assert found["planted"].auc_loss == pytest.approx(0.0, abs=1e-12)
    assert found["constant"].auc_loss == pytest.approx(0.0, abs=1e-12)
    assert roc_auc_score(won, p) < 0.8


def test_shuffles_are_permutations_and_the_rest_stays(toy: Any) -> None:
    inputs, _, fold = toy
    calls: list[tuple[int, Floats]] = []

    def watched(number: int, rows: Ints, others: Floats) -> Floats:
        changed = others != inputs[np.flatnonzero(fold == number)][rows_in(rows, fold, number)]
        calls.append((number, changed.any(axis=0)))
        for column in range(4):
            parts = others[:, column].reshape(2, -1)
            expected = np.sort(inputs[fold == number, column])
            np.testing.assert_array_equal(np.sort(parts, axis=1), [expected, expected])
        return predict(number, rows, others)

    permutation_importance(
        NAMES, inputs, np.full(COUNT, 0.5), toy[1], fold, watched, permutations=2, seed=KEY
    )
    assert len(calls) == 8
    for number in (0, 1):
        changed = [columns.tolist() for fold, columns in calls if fold == number]
        assert [sum(columns) for columns in changed] == [1, 1, 1, 0]


def rows_in(rows: Ints, fold: Ints, number: int) -> Ints:
    """Places among the rows of one model."""
    return np.searchsorted(np.flatnonzero(fold == number), rows)


def test_same_key_same_shuffles(toy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", "2")
    first = measure(toy)
    monkeypatch.setenv("DIPMASTER_WORKERS", "1")
    assert measure(toy) == first
    assert measure(toy, np.random.SeedSequence(6)) != first


def test_one_class_has_no_importance(toy: Any) -> None:
    assert measure(toy, label=np.ones(COUNT)) == ()
