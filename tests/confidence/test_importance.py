"""What the ensemble loses without an input: the planted one leads, a constant loses nothing."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from dipmaster.confidence import Scores
from dipmaster.confidence.importance import _ensemble, importance

KEY = np.random.SeedSequence(5)


def told(scores: Scores, name: str, key: np.random.SeedSequence = KEY) -> list[dict]:
    base = scores.bases[name]
    inputs = scores.matrix.columns(base.family.inputs)
    judged = np.isfinite(base.p_ensemble)
    return importance(base, inputs, scores.events.won, judged, 3, key)


@pytest.mark.parametrize("name", ["classifier", "regression"])
def test_the_planted_input_leads(planted: Scores, name: str) -> None:
    found = told(planted, name)
    assert found[0]["feature"] == "dip_depth_3_sigma"
    assert found[0]["auc_loss"] > 10 * abs(found[2]["auc_loss"])
    assert sorted(row["feature"] for row in found) == sorted(planted.bases[name].family.inputs)
    losses = [row["auc_loss"] for row in found]
    assert losses == sorted(losses, reverse=True)


def test_an_untouched_matrix_gives_the_predictions(planted: Scores) -> None:
    base = planted.base
    inputs = planted.matrix.columns(base.family.inputs)
    for fold in np.unique(base.walks["lgb"].fold):
        rows = np.flatnonzero(base.walks["lgb"].fold == fold)
        if fold >= 0:
            found = _ensemble(base, rows, inputs[rows])
            np.testing.assert_allclose(found, base.p_ensemble[rows], rtol=1e-9)


def test_shuffling_is_within_the_rows_of_one_model(planted: Scores) -> None:
    """An input that is the same on all rows of a model has nothing to be shuffled."""
    base = planted.base
    inputs = planted.matrix.columns(base.family.inputs).copy()
    place = base.family.inputs.index("dip_depth_3_sigma")
    judged = np.isfinite(base.p_ensemble)
    inputs[:, place] = base.walks["lgb"].fold
    changed = base.p_ensemble.copy()
    for fold in np.unique(base.walks["lgb"].fold[judged]):
        rows = np.flatnonzero(base.walks["lgb"].fold == fold)
        changed[rows] = _ensemble(base, rows, inputs[rows])
    won = planted.events.won
    found = importance(replace(base, p_ensemble=changed), inputs, won, judged, 2, KEY)
    row = next(row for row in found if row["feature"] == "dip_depth_3_sigma")
    assert row["auc_loss"] == pytest.approx(0.0, abs=1e-12)
    assert roc_auc_score(won[judged], changed[judged]) < 0.8


def test_same_key_same_shuffles(planted: Scores) -> None:
    assert told(planted, "regression") == told(planted, "regression")
    assert told(planted, "regression") != told(planted, "regression", np.random.SeedSequence(6))


def test_one_class_has_no_importance(planted: Scores) -> None:
    base = planted.base
    inputs = planted.matrix.columns(base.family.inputs)
    judged = np.isfinite(base.p_ensemble)
    assert importance(base, inputs, np.ones(judged.size), judged, 2, KEY) == []
