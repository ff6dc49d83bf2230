"""What a walk-forward leaves: its refits, and what their models predicted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.learning.cross_fitting import NOTHING_LEFT_OUT, LeftOutPredictions
from dipmaster.learning.predictor import Model


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
    left_out
        Of a cross-fitted model: predictions of its training rows, each by the one of its
        models that had not seen it.
    """

    refit_ms: int
    rows: int
    model: Model | None
    reason: str
    left_out: LeftOutPredictions = NOTHING_LEFT_OUT


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


def find_fold(refits: Sequence[Refit[Any]], decided_ms: Ints) -> Ints:
    """The last refit by the moment each row is decided, shape (rows,); -1 before the first."""
    times = np.array([refit.refit_ms for refit in refits], np.int64)
    return np.searchsorted(times, decided_ms, side="right") - 1


def find_refit(refits: Sequence[Refit[Model]], decided_ms: int) -> Refit[Model] | None:
    """The last refit by the moment something is decided; None before the first."""
    fold = int(find_fold(refits, np.array([decided_ms], np.int64))[0])
    return None if fold < 0 else refits[fold]
