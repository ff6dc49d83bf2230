"""What the profit head loses when a feature is shuffled: on the rows each model predicted."""

from typing import Any

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.parallel import in_threads
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.exits.judging import Sample, thinned_sample
from dipmaster.exits.levels import Scored
from dipmaster.learning.evaluation import auc

Record = dict[str, Any]
MAX_ROWS = (
    20_000  # every feature is predicted anew several times; an AUC of so many is known to .004
)


def importance_of(scored: Scored, sample: Sample) -> list[Record]:
    """Loss of AUC of the profit head, most important first.

    Values are shuffled among the rows that the same model predicted, so a feature that
    only tells one period from another loses nothing. Features that say the same share
    their importance: each alone can be missed.

    Returns
    -------
    list
        ``{"feature", "auc_loss", "auc_loss_sd"}``, sd over the shuffles; empty where
        there is no AUC.
    """
    walk, label = scored.heads["profit"], scored.school.label("exit_is_best")
    some, (p, best) = thinned_sample(sample, scored, MAX_ROWS).of(walk.predictions, label)
    whole = auc(p, best)
    if whole is None:
        return []
    folds = [int(fold) for fold in np.unique(walk.fold[some.rows])]
    shuffled = np.empty((len(EXIT_FEATURES), some.params.permutations, best.size))
    found = in_threads(lambda fold: _shuffled(scored, some, fold), folds, "importance")
    for place, said in found:
        shuffled[:, :, place] = said
    losses = [[whole - float(auc(said, best) or 0.0) for said in feature] for feature in shuffled]
    told = [
        {"feature": name, "auc_loss": float(np.mean(loss)), "auc_loss_sd": float(np.std(loss))}
        for name, loss in zip(EXIT_FEATURES, losses, strict=True)
    ]
    return sorted(told, key=lambda row: (-row["auc_loss"], row["feature"]))


def _shuffled(scored: Scored, some: Sample, fold: int) -> tuple[Ints, Floats]:
    """Places in the sample of one fold's rows, and its predictions with each feature shuffled.

    Predictions have shape (features, permutations, rows).
    """
    walk = scored.heads["profit"]
    model = walk.models[fold].model
    assert model is not None, "a fold without a model predicts nothing"
    place = np.flatnonzero(walk.fold[some.rows] == fold)
    rng = np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(some.params.seed, spawn_key=(1, fold)))
    )
    inputs = scored.school.rows.features[some.rows[place]]
    out = np.empty((inputs.shape[1], some.params.permutations, place.size))
    for column in range(inputs.shape[1]):
        for repeat in range(some.params.permutations):
            other = inputs.copy()
            other[:, column] = inputs[rng.permutation(place.size), column]
            out[column, repeat] = model.predict(other)
    return place, out
