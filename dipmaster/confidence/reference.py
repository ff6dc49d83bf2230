"""The plain reference: one ridge-penalised logistic regression on all inputs, walk-forward."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.logistic import Logistic, fit_logistic

REFERENCE_L2 = 10.0  # inputs overlap: a prior of sd .3 on each


@dataclass(frozen=True)
class ReferenceModel:
    """Medians that stand in for missing values, and the regression."""

    medians: tuple[float, ...]
    regression: Logistic

    def predict(self, inputs: Floats) -> Floats:
        """Probabilities, shape (rows,)."""
        return self.regression.predict(fill_missing(inputs, self.medians))


def compute_medians(inputs: Floats) -> tuple[float, ...]:
    """Median of what is there, a column; 0 where nothing is."""
    known = [column[np.isfinite(column)] for column in inputs.T]
    return tuple(float(np.median(column)) if column.size else 0.0 for column in known)


def fill_missing(inputs: Floats, medians: tuple[float, ...]) -> Floats:
    """Missing values replaced, column by column."""
    return np.where(np.isfinite(inputs), inputs, np.asarray(medians))


def fit_reference(inputs: Floats, won: Floats, weight: Floats) -> ReferenceModel | FitFailure:
    """Fit on training rows; medians, means and scales are theirs alone."""
    medians = compute_medians(inputs)
    model = fit_logistic(fill_missing(inputs, medians), won, weight, REFERENCE_L2)
    return model if isinstance(model, FitFailure) else ReferenceModel(medians, model)
