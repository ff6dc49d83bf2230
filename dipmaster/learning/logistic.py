"""Inputs and outcomes to a frozen logistic model: weighted, ridge-penalised.

scikit-learn finds the coefficients; what stays is numbers that can be read,
written as JSON and applied without any library.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from scipy.special import expit, logit

from dipmaster.core.kernels import Floats, kernel
from dipmaster.core.store import round_significant
from dipmaster.learning.fit_failure import FitFailure

_TOLERANCE = 1e-8  # of the gradient; Newton steps get there in about ten
_MAX_STEPS = 200
_CONSTANT = 1e-12  # sd over the mean's size: what rounding leaves of a column of one value
MIN_PROBABILITY = 1e-6  # probabilities are kept this far from 0 and 1
_DIGITS = 9  # significant ones of a coefficient; the search itself settles no more


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
    kind: Literal["logistic"] = "logistic"

    def predict(self, x: Floats) -> Floats:
        """Probabilities, shape (rows,), of inputs of shape (rows, inputs); NaN where one is NaN."""
        score = np.full(x.shape[0], self.intercept)
        add_terms(np.ascontiguousarray(x, np.float64), *self._numbers, score)
        return np.asarray(expit(score), dtype=np.float64)

    @cached_property
    def _numbers(self) -> tuple[Floats, Floats, Floats]:
        return np.array(self.mean), np.array(self.sd), np.array(self.coefficient)


@kernel
def add_terms(x: Floats, mean: Floats, sd: Floats, coefficient: Floats, score: Floats) -> None:
    """Add ``coefficient * (x - mean) / sd`` of every input, in their order, to `score`."""
    for row in range(x.shape[0]):
        for column in range(coefficient.size):
            score[row] += coefficient[column] * ((x[row, column] - mean[column]) / sd[column])


def clip_probability(p: Floats) -> Floats:
    """Probabilities within [MIN_PROBABILITY, 1 - MIN_PROBABILITY]; NaN stays NaN."""
    return np.clip(np.asarray(p, dtype=np.float64), MIN_PROBABILITY, 1.0 - MIN_PROBABILITY)


def log_odds(p: Floats) -> Floats:
    """``ln(p / (1 - p))`` of clipped probabilities."""
    q = clip_probability(p)
    return np.asarray(np.log(q) - np.log1p(-q), dtype=np.float64)


def fit_logistic(x: Floats, label: Floats, weight: Floats, l2: float) -> Logistic | FitFailure:
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
    Logistic or FitFailure
        `FitFailure` where all rows with weight are of one class.
    """
    won = np.asarray(label, dtype=np.float64)
    reason = describe_one_class(won, weight)
    if reason:
        return FitFailure(reason)
    mean, sd = _standards(x, weight)
    changes = sd > _CONSTANT * np.maximum(1.0, np.abs(mean))
    sd = np.where(changes, sd, 1.0)
    z = np.where(changes, (x - mean) / sd, 0.0)  # what never changed says nothing
    coefficient, intercept = _coefficients(z, won, weight, l2)
    return Logistic(tuple(mean.tolist()), tuple(sd.tolist()), coefficient, intercept)


def fit_nonnegative_logistic(
    x: Floats, label: Floats, weight: Floats, l2: float, nonnegative: Collection[int] | None = None
) -> Logistic | FitFailure:
    """Logistic regression without negative coefficients on some inputs.

    The input whose coefficient is most negative is left out (its coefficient is then 0)
    and the others are fitted again, until none is negative. Breiman (1996, "Stacked
    regressions") found stacks to need this. With no input left: the base rate.

    Parameters
    ----------
    x, label, weight, l2
        As in `fit_logistic`.
    nonnegative
        Columns that may only raise the probability; default all.
    """
    bound = range(x.shape[1]) if nonnegative is None else nonnegative
    used = np.ones(x.shape[1], dtype=np.bool_)
    while used.any():
        model = fit_logistic(np.where(used, x, 0.0), label, weight, l2)
        if isinstance(model, FitFailure):
            return model
        lowest = min(bound, key=model.coefficient.__getitem__)
        if model.coefficient[lowest] >= 0.0:
            return model
        used[lowest] = False
    zeros, ones = (0.0,) * used.size, (1.0,) * used.size
    return Logistic(zeros, ones, zeros, base_log_odds(label, weight))


def base_log_odds(label: Floats, weight: Floats) -> float:
    """Log odds of the weighted share of winners."""
    return float(logit(np.average(np.asarray(label, dtype=np.float64), weights=weight)))


def describe_one_class(won: Floats, weight: Floats) -> str:
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
    # BLAS sums in another order where memory is aligned otherwise: the last digits are chance.
    coefficients = tuple(round_significant(float(one), _DIGITS) for one in model.coef_[0])
    return coefficients, round_significant(float(model.intercept_[0]), _DIGITS)
