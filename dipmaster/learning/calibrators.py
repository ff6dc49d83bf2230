"""Scores to probabilities: three frozen, rising maps of a score that is already one.

Beta (Kull, Silva Filho and Flach 2017), isotonic (Zadrozny and Elkan 2002) and
Platt's logistic on the log odds. Each is fitted on predictions made out of
sample and never turns an order round: where the outcomes fall with the score,
the map is flat at the base rate.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from scipy.special import expit, logit

from dipmaster.core.kernels import Floats
from dipmaster.learning.logistic import Logistic, fit_logistic, one_class
from dipmaster.learning.unfit import Unfit

Kind = Literal["beta", "isotonic", "platt"]

SMALLEST = 1e-6  # probabilities are kept within [SMALLEST, 1 - SMALLEST], in and out
RIDGE = 1e-6  # only so that separable outcomes have a finite fit


class Calibrator(Protocol):
    """A frozen map from scores in [0, 1] to probabilities, never falling."""

    def apply(self, p: Floats) -> Floats:
        """Calibrated probabilities, same shape; NaN stays NaN."""

    def record(self) -> dict[str, Any]:
        """Plain numbers for JSON; `calibrator_of` reads them back."""


@dataclass(frozen=True)
class Beta:
    """``p' = expit(c + a ln p - b ln(1 - p))`` with a, b >= 0."""

    a: float
    b: float
    c: float

    def apply(self, p: Floats) -> Floats:
        """As `Calibrator.apply`."""
        q = clipped(p)
        return clipped(expit(self.c + self.a * np.log(q) - self.b * np.log1p(-q)))

    def record(self) -> dict[str, Any]:
        """As `Calibrator.record`."""
        return {"kind": "beta", "a": self.a, "b": self.b, "c": self.c}


@dataclass(frozen=True)
class Platt:
    """``p' = expit(intercept + slope * logit p)`` with slope >= 0."""

    slope: float
    intercept: float

    def apply(self, p: Floats) -> Floats:
        """As `Calibrator.apply`."""
        return clipped(expit(self.intercept + self.slope * log_odds(p)))

    def record(self) -> dict[str, Any]:
        """As `Calibrator.record`."""
        return {"kind": "platt", "slope": self.slope, "intercept": self.intercept}


@dataclass(frozen=True)
class Isotonic:
    """Straight lines between knots, flat beyond the outer ones."""

    score: tuple[float, ...]
    rate: tuple[float, ...]

    def apply(self, p: Floats) -> Floats:
        """As `Calibrator.apply`."""
        return clipped(np.interp(clipped(p), self.score, self.rate))

    def record(self) -> dict[str, Any]:
        """As `Calibrator.record`."""
        return {"kind": "isotonic", "score": list(self.score), "rate": list(self.rate)}


def clipped(p: Floats) -> Floats:
    """Probabilities within [SMALLEST, 1 - SMALLEST]; NaN stays NaN."""
    return np.clip(np.asarray(p, dtype=np.float64), SMALLEST, 1.0 - SMALLEST)


def log_odds(p: Floats) -> Floats:
    """``ln(p / (1 - p))`` of clipped probabilities."""
    q = clipped(p)
    return np.asarray(np.log(q) - np.log1p(-q), dtype=np.float64)


def fit_calibrator(kind: Kind, p: Floats, label: Floats, weight: Floats) -> Calibrator | Unfit:
    """Fit the calibrator of that name.

    Parameters
    ----------
    p
        Shape (rows,), scores in [0, 1], no NaN. LOOK-AHEAD of a quieter kind creeps
        in with in-sample scores: they look too sure, and the map learns to trust
        them. Give what was predicted out of sample.
    label
        Shape (rows,), 1 where won, else 0.
    weight
        Shape (rows,), at least 0.

    Returns
    -------
    Calibrator or Unfit
        `Unfit` where all rows with weight are of one class.
    """
    return _FITS[kind](p, label, weight)


def fit_beta(p: Floats, label: Floats, weight: Floats) -> Beta | Unfit:
    """Logistic regression on ln p and -ln(1 - p).

    As in the paper's algorithm, an input whose coefficient comes out negative
    is dropped and the other fitted alone; where that one is negative too, the
    map is flat. Parameters as in `fit_calibrator`.
    """
    q = clipped(p)
    inputs = np.column_stack([np.log(q), -np.log1p(-q)])
    kept = [0, 1]
    while kept:
        model = fit_logistic(inputs[:, kept], label, weight, RIDGE)
        if isinstance(model, Unfit):
            return model
        slopes, c = _unstandardised(model)
        negative = [i for i, slope in enumerate(slopes) if slope < 0.0]
        if not negative:
            a, b = (slopes[kept.index(i)] if i in kept else 0.0 for i in (0, 1))
            return Beta(a, b, c)
        del kept[negative[0]]
    return Beta(0.0, 0.0, _base_log_odds(label, weight))


def fit_platt(p: Floats, label: Floats, weight: Floats) -> Platt | Unfit:
    """Logistic regression on the log odds. Parameters as in `fit_calibrator`."""
    model = fit_logistic(log_odds(p)[:, None], label, weight, RIDGE)
    if isinstance(model, Unfit):
        return model
    (slope,), intercept = _unstandardised(model)
    if slope < 0.0:
        return Platt(0.0, _base_log_odds(label, weight))
    return Platt(slope, intercept)


def fit_isotonic(p: Floats, label: Floats, weight: Floats) -> Isotonic | Unfit:
    """Pool adjacent violators (scikit-learn). Parameters as in `fit_calibrator`."""
    won = np.asarray(label, dtype=np.float64)
    reason = one_class(won, weight)
    if reason:
        return Unfit(reason)
    from sklearn.isotonic import IsotonicRegression

    model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    model.fit(clipped(p), won, sample_weight=weight)
    return Isotonic(tuple(model.X_thresholds_.tolist()), tuple(model.y_thresholds_.tolist()))


def calibrator_of(record: Mapping[str, Any]) -> Calibrator:
    """Read what `Calibrator.record` wrote."""
    if record["kind"] == "isotonic":
        knots, rates = (tuple(map(float, record[name])) for name in ("score", "rate"))
        return Isotonic(knots, rates)
    numbers = {name: float(value) for name, value in record.items() if name != "kind"}
    return Beta(**numbers) if record["kind"] == "beta" else Platt(**numbers)


_FITS: dict[Kind, Callable[[Floats, Floats, Floats], Calibrator | Unfit]] = {
    "beta": fit_beta,
    "isotonic": fit_isotonic,
    "platt": fit_platt,
}


def _unstandardised(model: Logistic) -> tuple[tuple[float, ...], float]:
    """Slopes and intercept on the scale of the inputs themselves."""
    slopes = tuple(c / sd for c, sd in zip(model.coefficient, model.sd, strict=True))
    return slopes, model.intercept - sum(
        slope * mean for slope, mean in zip(slopes, model.mean, strict=True)
    )


def _base_log_odds(label: Floats, weight: Floats) -> float:
    return float(logit(np.average(np.asarray(label, dtype=np.float64), weights=weight)))
