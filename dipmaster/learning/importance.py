"""What a model loses when an input is shuffled: on the rows each model predicted."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.parallel import map_in_threads
from dipmaster.learning.evaluation.ranks import auc_statistic
from dipmaster.learning.evaluation.statistic import weigh_statistics
from dipmaster.results.common import PermutationImportance


def permutation_importance(
    names: Sequence[str],
    inputs: Any,
    predictions: Floats,
    label: Floats,
    fold: Ints,
    predict: Callable[[int, Ints, Any], Floats],
    *,
    permutations: int,
    seed: np.random.SeedSequence,
    weight: Floats | None = None,
) -> tuple[PermutationImportance, ...]:
    """Loss of AUC of out-of-sample predictions by input, the most important first.

    Permutation importance of Breiman (2001, "Random forests"). Values are shuffled among
    the rows that the same model predicted, so an input that only tells one period from
    another loses nothing. Inputs that say the same share their importance: each alone can
    be missed.

    Parameters
    ----------
    names
        One an input.
    inputs
        Shape (rows, inputs), of the rows that are judged.
    predictions, label
        Shape (rows,), no NaN; 1.0 and 0.0.
    fold
        Shape (rows,), the model that predicted each row, from 0.
    predict
        Fold, rows (places in these arrays) and other inputs for them to predictions.
    permutations
        Shuffles an input.
    seed
        Each fold draws from its own child stream.
    weight
        Shape (rows,), by which the AUC counts rows; default all the same.

    Returns
    -------
    tuple of PermutationImportance
        Mean and sd over the shuffles; empty where there is no AUC.
    """
    statistic = partial(_weighted_auc, label=label, weight=weight)
    whole = statistic(predictions)
    if whole is None:
        return ()

    def shuffle_fold(number: int) -> tuple[Ints, Floats]:
        rows = np.flatnonzero(fold == number)
        key = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, number))
        rng = np.random.Generator(np.random.PCG64(key))
        return rows, _predict_shuffled(
            inputs[rows], rows, partial(predict, number), permutations, rng
        )

    shuffled = np.empty((len(names), permutations, label.size))
    for rows, values in map_in_threads(shuffle_fold, np.unique(fold).tolist(), "importance"):
        shuffled[:, :, rows] = values
    return _rank_losses(names, shuffled, statistic, whole)


def _rank_losses(
    names: Sequence[str],
    shuffled: Floats,
    statistic: Callable[[Floats], float | None],
    whole: float,
) -> tuple[PermutationImportance, ...]:
    """Mean and sd of what each input's shuffles lose, the largest mean first."""

    def lose(p: Floats) -> float:
        left = statistic(p)
        assert left is not None, "an AUC of all rows has both classes"
        return whole - left

    losses = [[lose(p) for p in column] for column in shuffled]
    importance = [
        PermutationImportance(
            feature=name, auc_loss=float(np.mean(loss)), auc_loss_sd=float(np.std(loss))
        )
        for name, loss in zip(names, losses, strict=True)
    ]
    return tuple(sorted(importance, key=lambda row: (-row.auc_loss, row.feature)))


def _weighted_auc(p: Floats, label: Floats, weight: Floats | None) -> float | None:
    statistic = {"": auc_statistic(p, label)}
    return (statistic if weight is None else weigh_statistics(statistic, weight))[""].value()


def _predict_shuffled(
    inputs: Any,
    rows: Ints,
    predict: Callable[[Ints, Any], Floats],
    permutations: int,
    rng: np.random.Generator,
) -> Floats:
    """Predictions with each input shuffled, shape (inputs, permutations, rows)."""
    tiled, columns = np.tile(rows, permutations), inputs.shape[1]
    values = np.empty((columns, permutations, rows.size))
    for column in range(columns):
        copies = np.tile(inputs, (permutations, 1))
        orders = [rng.permutation(rows.size) for _ in range(permutations)]
        copies[:, column] = np.concatenate([inputs[order, column] for order in orders])
        values[column] = predict(tiled, copies).reshape(permutations, -1)
    return values
