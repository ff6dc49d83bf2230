"""Inputs and outcomes to a frozen logistic model: weighted, ridge-penalised.

scikit-learn finds the coefficients; what stays is numbers that can be read,
written as JSON and applied without any library.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from dipmaster.core.kernels import Floats
from dipmaster.learning.unfit import Unfit

_TOLERANCE = 1e-8  # of the gradient; Newton steps get there in about ten
_MAX_STEPS = 200
_CONSTANT = 1e-12  # sd over the mean's size: what rounding leaves of a column of one value


@dataclass(frozen=True)
class Logistic:
    """``p = expit(intercept + sum of coefficient * (x - mean) / sd)``.

    Attributes
    ----------
    mean, sd
        Per input, of the training rows; sd is 1 where the input never changed.
    coefficient
        Per input, on the standardised scale: comparable with each other.
    intercept
        Log odds at the training mean.
    """

    mean: tuple[float, ...]
    sd: tuple[float, ...]
    coefficient: tuple[float, ...]
    intercept: float

    def apply(self, x: Floats) -> Floats:
        """Probabilities, shape (rows,), of inputs of shape (rows, inputs); NaN where one is NaN."""
        score = np.full(x.shape[0], self.intercept)
        for column, coefficient in enumerate(self.coefficient):  # fixed order of summation
            score += coefficient * ((x[:, column] - self.mean[column]) / self.sd[column])
        return np.asarray(expit(score), dtype=np.float64)

    def record(self) -> dict[str, Any]:
        """Plain numbers for JSON; `logistic_of` reads them back."""
        return {
            "kind": "logistic",
            "mean": list(self.mean),
            "sd": list(self.sd),
            "coefficient": list(self.coefficient),
            "intercept": self.intercept,
        }


def logistic_of(record: Mapping[str, Any]) -> Logistic:
    """Read what `Logistic.record` wrote."""
    mean, sd, coefficient = (
        tuple(map(float, record[name])) for name in ("mean", "sd", "coefficient")
    )
    return Logistic(mean, sd, coefficient, float(record["intercept"]))


def fit_logistic(x: Floats, label: Floats, weight: Floats, l2: float) -> Logistic | Unfit:
    """Minimise ``sum of weight * log loss + l2 / 2 * sum of coefficient^2``.

    Parameters
    ----------
    x
        Shape (rows, inputs), no NaN. TRAINING ROWS ONLY: mean and sd are taken
        here, so a row from after the fit would leak through the scale alone.
    label
        Shape (rows,), 1 where won, else 0; booleans and whole numbers will do.
    weight
        Shape (rows,), at least 0. Not normalised: their sum is how many rows the
        data are worth against the penalty.
    l2
        Ridge penalty on the standardised coefficients, above 0; the intercept is
        free. scikit-learn's C is 1 / l2.

    Returns
    -------
    Logistic or Unfit
        `Unfit` where all rows with weight are of one class.
    """
    won = np.asarray(label, dtype=np.float64)
    reason = one_class(won, weight)
    if reason:
        return Unfit(reason)
    mean, sd = _standards(x, weight)
    changes = sd > _CONSTANT * np.maximum(1.0, np.abs(mean))
    sd = np.where(changes, sd, 1.0)
    z = np.where(changes, (x - mean) / sd, 0.0)  # what never changed says nothing
    coefficient, intercept = _coefficients(z, won, weight, l2)
    return Logistic(tuple(mean.tolist()), tuple(sd.tolist()), coefficient, intercept)


def one_class(won: Floats, weight: Floats) -> str:
    """Reason why nothing can be learnt from rows of one class, else ""."""
    counted = won[weight > 0.0]
    wins = int(np.count_nonzero(counted))
    if 0 < wins < counted.size:
        return ""
    return f"one class only: {wins} of {counted.size} training rows won"


def _standards(x: Floats, weight: Floats) -> tuple[Floats, Floats]:
    mean = np.average(x, axis=0, weights=weight)
    sd = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weight))
    return mean, sd


def _coefficients(
    z: Floats, won: Floats, weight: Floats, l2: float
) -> tuple[tuple[float, ...], float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=1.0 / l2, solver="newton-cholesky", tol=_TOLERANCE, max_iter=_MAX_STEPS
    )
    model.fit(z, won, sample_weight=weight)
    return tuple(map(float, model.coef_[0])), float(model.intercept_[0])
