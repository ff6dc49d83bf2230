"""The plain reference: one ridge-penalised logistic regression on all inputs, walk-forward."""

from dataclasses import dataclass

import numpy as np

from dipmaster.confidence.inputs import Matrix
from dipmaster.confidence.levels import Schooling
from dipmaster.core.kernels import Floats, Ints
from dipmaster.learning.logistic import Logistic, fit_logistic
from dipmaster.learning.unfit import Unfit
from dipmaster.learning.walk_forward import Walk

PENALTY = 10.0  # some sixty inputs that overlap: a prior of sd .3 on each


@dataclass(frozen=True)
class Reference:
    """Medians that stand in for missing values, and the regression."""

    medians: tuple[float, ...]
    regression: Logistic

    def apply(self, inputs: Floats) -> Floats:
        """Probabilities, shape (rows,)."""
        return self.regression.apply(filled(inputs, self.medians))


def medians_of(inputs: Floats) -> tuple[float, ...]:
    """Median of what is there, a column; 0 where nothing is."""
    known = [column[np.isfinite(column)] for column in inputs.T]
    return tuple(float(np.median(column)) if column.size else 0.0 for column in known)


def filled(inputs: Floats, medians: tuple[float, ...]) -> Floats:
    """Missing values replaced, column by column."""
    return np.where(np.isfinite(inputs), inputs, np.asarray(medians))


def reference_of(matrix: Matrix, school: Schooling) -> Walk[Reference]:
    """Refit when the tree models are; medians, means and scales of the training rows alone."""
    inputs, events = matrix.values, school.events

    def fit(rows: Ints) -> Reference | Unfit:
        medians = medians_of(inputs[rows])
        found = fit_logistic(
            filled(inputs[rows], medians), events.won[rows], school.weight[rows], PENALTY
        )
        return found if isinstance(found, Unfit) else Reference(medians, found)

    return school.walk(
        school.models_ms,
        np.ones(events.count, dtype=np.bool_),
        fit,
        lambda model, rows: model.apply(inputs[rows]),
        "reference",
    )
