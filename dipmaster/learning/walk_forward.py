"""Rows to predictions out of sample: a purged, expanding walk-forward.

At refit r a model learns from the rows whose label was known by then, and
predicts the rows decided from r on, until the next refit. A layer on top of
another (a calibrator) is a second walk over the same rows. It learns from what the models
below left out at the same refit (`cross_fitting`). No layer ever sees an in-sample
prediction of the layer below.

Refits do not see each other, so they run side by side in threads, in any number.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.parallel import map_in_threads
from dipmaster.learning.cross_fitting import (
    NOTHING_LEFT_OUT,
    CrossFittedModel,
    CrossFitting,
    LeftOutPredictions,
)
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.layer_rows import LayerRows
from dipmaster.learning.predictor import Fit, Model
from dipmaster.learning.refits import Refit, WalkForwardResult
from dipmaster.learning.schedule import TrainingSchedule


def walk_forward_predict(
    schedule: TrainingSchedule,
    layer: str,
    inputs: Any,
    target: Floats,
    fit: Fit[Model],
    label: str = "fitting",
    *,
    missing_inputs: bool = False,
    classes: bool = True,
    class_target: Floats | None = None,
    row_weight: Floats | None = None,
    learn_from: Sequence[LeftOutPredictions] | None = None,
    serve: Bools | None = None,
) -> WalkForwardResult[Model]:
    """Fit one model layer at every refit on the past, predict up to the next one.

    The one place where a layer meets its training rows, with `cross_fit_predict`.

    Parameters
    ----------
    layer
        Of `schedule.refits_ms`.
    inputs
        Shape (rows,) or (rows, inputs), known when the row is decided.
    target
        Shape (rows,), NaN where there is none to learn from.
    label
        Words of the progress bar.
    missing_inputs
        The layer takes NaN for a value; else rows with a NaN are neither learned from nor
        predicted.
    classes
        So many cases of each class are demanded.
    class_target
        Shape (rows,), above 0 in one class; default the target.
    row_weight
        Shape (rows,), at least 0: multiplies the weight of each row, while the sum of the
        weights of a fit's rows stays what it was.
    learn_from
        What the layer below left out, one a refit of this layer and of the same moments: it
        takes the place of `inputs` in the training rows. Default: the inputs themselves.
    serve
        Shape (rows,), rows to predict; default all.

    Raises
    ------
    DataError
        Where the refits do not rise.
    """
    rows = LayerRows(schedule, layer, inputs, target, classes, class_target, row_weight)

    def learn(
        train: Ints, below: LeftOutPredictions | None
    ) -> tuple[Model | FitFailure, LeftOutPredictions]:
        return rows.fit(fit, train, below), NOTHING_LEFT_OUT

    return _walk(rows, learn, label, missing_inputs, learn_from, serve)


def cross_fit_predict(
    schedule: TrainingSchedule,
    layer: str,
    inputs: Any,
    target: Floats,
    fit: Fit[Model],
    cross_fitting: CrossFitting,
    label: str = "cross-fitting",
    *,
    missing_inputs: bool = False,
    classes: bool = True,
    class_target: Floats | None = None,
    row_weight: Floats | None = None,
    learn_from: Sequence[LeftOutPredictions] | None = None,
    serve: Bools | None = None,
) -> WalkForwardResult[CrossFittedModel[Model]]:
    """Fit a model layer without one run of time each at every refit; all together predict.

    As `walk_forward_predict`, but for `Refit.left_out`, from which layers above learn at
    the same refit (`learn_from`). The minimum training set holds for each of the models.

    Parameters
    ----------
    cross_fitting
        Number of runs, and how models are averaged. The other parameters are those of
        `walk_forward_predict`.
    """
    rows = LayerRows(schedule, layer, inputs, target, classes, class_target, row_weight)

    def learn(
        train: Ints, below: LeftOutPredictions | None
    ) -> tuple[CrossFittedModel[Model] | FitFailure, LeftOutPredictions]:
        return rows.cross_fit(fit, train, cross_fitting, below)

    return _walk(rows, learn, label, missing_inputs, learn_from, serve)


def _walk(
    rows: LayerRows,
    learn: Callable[
        [Ints, LeftOutPredictions | None], tuple[Model | FitFailure, LeftOutPredictions]
    ],
    label: str,
    missing_inputs: bool,
    learn_from: Sequence[LeftOutPredictions] | None,
    serve: Bools | None,
) -> WalkForwardResult[Model]:
    """At every refit: learn from what was known, predict until the next one."""
    schedule, refits_ms = rows.schedule, rows.schedule.refits_ms[rows.layer]
    if np.any(np.diff(refits_ms) <= 0):
        raise data_error("refits_ms", "rising times", "times that fall or repeat", "sort them")
    predictable = rows.find_predictable(missing_inputs, serve)
    complete = rows.find_predictable(missing_inputs or learn_from is not None, None)
    usable = complete & np.isfinite(rows.target)

    def refit(fold: int) -> tuple[Refit[Model], Ints, Floats]:
        moment = int(refits_ms[fold])
        train = schedule.training_rows(moment, usable)
        below = None if learn_from is None else learn_from[fold]
        if below is not None:
            train = np.intersect1d(train, below.rows, assume_unique=True)
        model, left_out = learn(train, below)
        ahead = schedule.rows_to_predict(rows.layer, fold, predictable)
        if isinstance(model, FitFailure):
            return Refit(moment, train.size, None, model.reason), ahead[:0], np.empty(0)
        values = model.predict(rows.inputs[ahead]) if ahead.size else np.empty(0)
        return Refit(moment, train.size, model, "", left_out), ahead, values

    size = rows.target.size
    predictions, fold = np.full(size, np.nan), np.full(size, -1, dtype=np.int64)
    # The last refit has the most rows: begun first, it does not keep the others waiting.
    refits = map_in_threads(refit, range(refits_ms.size)[::-1], label)[::-1]
    for index, (_, ahead, values) in enumerate(refits):
        predictions[ahead], fold[ahead] = values, index
    return WalkForwardResult(predictions, fold, tuple(one for one, _, _ in refits), usable)
