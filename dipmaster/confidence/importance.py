"""What the ensemble loses when an input is shuffled: on the rows each model predicted."""

from typing import Any

import numpy as np
from scipy.special import expit

from dipmaster.confidence.levels import Base, fitted
from dipmaster.confidence.trees import LIBRARIES
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.parallel import in_threads
from dipmaster.learning.calibrators import log_odds
from dipmaster.learning.evaluation import auc

Record = dict[str, Any]


def importance(
    base: Base,
    inputs: Floats,
    won: Floats,
    judged: Bools,
    repeats: int,
    seed: np.random.SeedSequence,
) -> list[Record]:
    """Loss of AUC of the ensemble, most important first.

    Values are shuffled among the rows that the same model predicted, so an input
    that only tells one period from another loses nothing. Inputs that carry the
    same share their importance: each alone can be missed.

    Parameters
    ----------
    inputs
        Shape (candidates, inputs of the family).
    won
        1.0, 0.0; NaN where there is no label.
    judged
        Rows out of sample with a label and a prediction.

    Returns
    -------
    list
        ``{"feature", "auc_loss", "auc_loss_sd"}``, sd over the shuffles; empty where
        there is no AUC.
    """
    whole = auc(base.p_ensemble[judged], won[judged])
    if whole is None:
        return []
    folds = base.walks[LIBRARIES[0]].fold
    numbers = np.unique(folds[judged])
    shuffled = np.full((len(base.family.inputs), repeats, folds.size), np.nan)

    def one(fold: int) -> tuple[Ints, Floats]:
        rows = np.flatnonzero(judged & (folds == fold))
        key = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, fold))
        rng = np.random.Generator(np.random.PCG64(key))
        return rows, _shuffled(base, inputs, rows, repeats, rng)

    for rows, found in in_threads(one, [int(number) for number in numbers], "importance"):
        shuffled[:, :, rows] = found
    losses = [
        [whole - float(auc(repeat[judged], won[judged]) or 0.0) for repeat in feature]
        for feature in shuffled
    ]
    told = [
        {"feature": name, "auc_loss": float(np.mean(loss)), "auc_loss_sd": float(np.std(loss))}
        for name, loss in zip(base.family.inputs, losses, strict=True)
    ]
    return sorted(told, key=lambda row: (-row["auc_loss"], row["feature"]))


def _shuffled(
    base: Base, inputs: Floats, rows: Ints, repeats: int, rng: np.random.Generator
) -> Floats:
    """Ensemble of one fold's rows with each input shuffled; shape (inputs, repeats, rows)."""
    width = inputs.shape[1]
    out = np.empty((width, repeats, rows.size))
    for column in range(width):
        copies = np.tile(inputs[rows], (repeats, 1))
        order = [rng.permutation(rows.size) for _ in range(repeats)]
        copies[:, column] = np.concatenate([inputs[rows, column][o] for o in order])
        out[column] = _ensemble(base, np.tile(rows, repeats), copies).reshape(repeats, -1)
    return out


def _ensemble(base: Base, rows: Ints, inputs: Floats) -> Floats:
    """What the models and the stack that predicted `rows` say to other inputs.

    All rows are of one fold of the models; the stack may have been fitted within it.
    """
    walks = [base.walks[library] for library in LIBRARIES]
    models = [fitted(walk, int(walk.fold[rows[0]])) for walk in walks]
    logits = np.column_stack([log_odds(model.probability(inputs)) for model in models])
    out: Floats = np.asarray(expit(logits.mean(axis=1)))
    stack_fold = base.stack.fold[rows]
    for fold in np.unique(stack_fold[stack_fold >= 0]):
        own = stack_fold == fold
        out[own] = fitted(base.stack, int(fold)).apply(logits[own])
    return out
