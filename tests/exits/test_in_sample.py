"""Labels that nothing foretells: not learned, and in-sample predictions of a layer are found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from dipmaster.exits import scores
from dipmaster.exits.licence import grant_licence
from dipmaster.exits.scores import ExitScores
from dipmaster.learning.cross_fitting import LeftOutPredictions
from dipmaster.learning.walk_forward import cross_fit_predict
from tests.exits.made_up import (
    DECISION,
    MODELS,
    RULE,
    TREES,
    Lifetimes,
    late,
    made_training_set,
    scored,
    with_shuffled_gains,
)

pytestmark = pytest.mark.slow


def test_labels_without_sense_are_not_learned(some: Lifetimes) -> None:
    shuffled = with_shuffled_gains(some)
    found, best = scored(shuffled), shuffled.labels.exit_beats_holding
    rows = late(found)
    sells = best[rows].sum()
    noise = np.sqrt((rows.size + 1) / (12 * sells * (rows.size - sells)))
    for p in (found.models["profit"].predictions, found.exit_probability):
        assert abs(roc_auc_score(best[rows], p[rows]) - 0.5) < 3.0 * noise
    assert (found.exit_probability[rows] > 0.8).mean() < 0.01
    assert not any(licence.licensed for licence in found.licences)
    assert (found.licensed[rows] == 0).all()


def in_sample(layer: str) -> Callable[..., Any]:
    """A cross-fit that hands on in-sample predictions of one layer as if they were left out."""

    def leaky(*args, **named):
        honest = cross_fit_predict(*args, **named)
        if layer not in args[6]:
            return honest
        below = named.get("learn_from")

        def seen(number: int, refit):
            rows = refit.left_out.rows
            inputs = args[2][rows] if below is None else below[number].at(rows)
            return refit._replace(left_out=LeftOutPredictions(rows, refit.model.predict(inputs)))

        refits = tuple(seen(number, refit) for number, refit in enumerate(honest.refits))
        return replace(honest, refits=refits)

    return leaky


OVERFITTED = TREES.model_copy(
    update={"depth": 6, "rounds": 25, "learning_rate": 0.3, "min_leaf": 2}
)


@pytest.fixture(scope="module")
def noise(some: Lifetimes) -> Lifetimes:
    return with_shuffled_gains(some)


@pytest.fixture(scope="module")
def honest(noise: Lifetimes) -> ExitScores:
    """Trees that know noise by heart, and both layers as they should be."""
    return scored(noise, trees=OVERFITTED)


def test_a_calibrator_on_in_sample_predictions_is_found(
    noise: Lifetimes, honest: ExitScores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trees that know noise by heart: with their own rows the map trusts them, and acts."""
    monkeypatch.setattr(scores, "cross_fit_predict", in_sample("exit model"))
    leaky = scored(noise, trees=OVERFITTED)
    rows = late(honest)
    assert (honest.exit_probability[rows] > 0.8).mean() < 0.02
    assert (leaky.exit_probability[rows] > 0.8).mean() > 0.1
    assert not any(licence.licensed for licence in honest.licences)
    assert all(licence.licensed for licence in leaky.licences)


def test_a_licence_on_in_sample_scores_is_found(noise: Lifetimes, honest: ExitScores) -> None:
    """The same trees, honestly calibrated: only what is counted has been seen."""
    training_set = made_training_set(noise, MODELS)
    refit = honest.calibrator.refits[-1]
    rows = refit.left_out.rows
    seen = honest.models["profit"].refits[-1].model.predict(noise.rows.features[rows])
    leaky = refit._replace(left_out=LeftOutPredictions(rows, seen))
    assert not grant_licence(refit, training_set, DECISION, RULE).licensed
    assert grant_licence(leaky, training_set, DECISION, RULE).licensed
