"""Rows to predictions out of sample: a purged, expanding walk-forward.

At refit r a model learns from the rows whose label was known by then, and
predicts the rows decided from r on, until the next refit. A layer on top of
another (stack, calibrator) is a second walk over the same rows whose inputs are
the first one's predictions: these were made out of sample, so no layer ever
sees an in-sample prediction of the layer below.

Refits do not see each other, so they run side by side in threads, in any number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.parallel import map_in_threads
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.schedule import TrainingSchedule


class Predictor(Protocol):
    """A fitted model of any layer.

    `predict` turns inputs into values of shape (rows,). Rows together give what each gives
    alone: a rank among them would look ahead.
    """

    def predict(self, inputs: Any, /) -> Floats: ...  # noqa: D102


Model = TypeVar("Model", bound=Predictor)
# Inputs, targets and weights of the training rows to a model. LOOK-AHEAD creeps in where it knows
# anything but these: a mean, a scale, a bin edge or a weight taken over all rows. Runs in threads:
# no global random state, one native thread.
Fit = Callable[[Any, Floats, Floats], Model | FitFailure]


class Refit(NamedTuple, Generic[Model]):
    """One refit: when, on how many rows, the model or why there is none.

    Attributes
    ----------
    refit_ms
        Moment of the fit.
    rows
        Number of rows it could learn from.
    model
        None where there is none; then nothing is predicted until the next refit.
    reason
        "" where there is a model.
    """

    refit_ms: int
    rows: int
    model: Model | None
    reason: str


@dataclass(frozen=True)
class WalkForwardResult(Generic[Model]):
    """What a walk-forward leaves.

    Attributes
    ----------
    predictions
        Shape (rows,), NaN where no model predicted.
    fold
        Shape (rows,), index into `refits` of the one that predicted, -1 where none did.
    refits
        In time order.
    usable
        Shape (rows,), rows that could be learnt from once their label was known.
    """

    predictions: Floats
    fold: Ints
    refits: tuple[Refit[Model], ...]
    usable: Bools

    @property
    def fitted_ms(self) -> Ints:
        """When the model was fitted that predicted each row, shape (rows,); -1 where none did."""
        times: Ints = self.spread_to_rows([refit.refit_ms for refit in self.refits], -1)
        return times

    @property
    def reasons(self) -> list[str]:
        """Why each refit has no model, "" where it has one."""
        return [refit.reason for refit in self.refits]

    @property
    def last_model(self) -> Model | None:
        """The model fitted last, None without any."""
        models = [refit.model for refit in self.refits if refit.model is not None]
        return models[-1] if models else None

    def model(self, fold: int) -> Model:
        """The model of a fold that predicted something."""
        model = self.refits[fold].model
        assert model is not None, "a fold without a model predicts nothing"
        return model

    def spread_to_rows(self, values: Sequence[Any], missing: Any) -> Any:
        """Give each row the value of the refit that predicted it, or `missing`; shape (rows,)."""
        return np.array([*values, missing])[self.fold]  # fold -1 is the last entry


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
    row_weight: Floats | None = None,
) -> WalkForwardResult[Model]:
    """Fit one model layer at every refit on the past, predict up to the next one.

    The one place where a layer meets its training rows: whatever else a refit is to do with
    them (leave some out, calibrate on what was left out) is done here for all layers.

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
        A target above 0 is one class, the rest the other, and so many cases of each are
        demanded.
    row_weight
        Shape (rows,), multiplies the weight of each row.

    Raises
    ------
    DataError
        Where the refits do not rise.
    """
    refits_ms = schedule.refits_ms[layer]
    if np.any(np.diff(refits_ms) <= 0):
        raise data_error("refits_ms", "rising times", "times that fall or repeat", "sort them")
    predictable = np.ones(target.size, np.bool_) if missing_inputs else find_complete_rows(inputs)
    usable = predictable & np.isfinite(target)

    def fit_rows(train: Ints) -> Model | FitFailure:
        reason = schedule.describe_shortage(train, target if classes else None)
        if reason or not train.size:
            return FitFailure(reason or "no row with a known label")
        rows, weight = schedule.training_sample(train)
        return fit(
            inputs[rows], target[rows], weight * (1.0 if row_weight is None else row_weight[rows])
        )

    def refit(fold: int) -> tuple[Refit[Model], Ints, Floats]:
        moment = int(refits_ms[fold])
        train = schedule.training_rows(moment, usable)
        rows = schedule.rows_to_predict(layer, fold, predictable)
        model = fit_rows(train)
        if isinstance(model, FitFailure):
            return Refit(moment, train.size, None, model.reason), rows[:0], np.empty(0)
        values = model.predict(inputs[rows]) if rows.size else np.empty(0)
        return Refit(moment, train.size, model, ""), rows, values

    predictions, fold = np.full(target.size, np.nan), np.full(target.size, -1, dtype=np.int64)
    refits = map_in_threads(refit, range(refits_ms.size), label)
    for index, (_, rows, values) in enumerate(refits):
        predictions[rows], fold[rows] = values, index
    return WalkForwardResult(predictions, fold, tuple(one for one, _, _ in refits), usable)


def find_fold(refits: Sequence[Refit[Any]], decided_ms: Ints) -> Ints:
    """The last refit by the moment each row is decided, shape (rows,); -1 before the first."""
    times = np.array([refit.refit_ms for refit in refits], np.int64)
    return np.searchsorted(times, decided_ms, side="right") - 1


def find_complete_rows(inputs: Any) -> Bools:
    """Rows without a missing value, shape (rows,)."""
    finite = np.isfinite(inputs)
    return np.asarray(finite if finite.ndim == 1 else finite.all(axis=1), dtype=np.bool_)
