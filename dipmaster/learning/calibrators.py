"""Scores to probabilities: three frozen, rising maps of a score that is already one.

Beta (Kull, Silva Filho and Flach 2017), isotonic (Zadrozny and Elkan 2002) and
Platt's logistic on the log odds. Each is fitted on predictions made out of
sample and never turns an order round: where the outcomes fall with the score,
the map is flat at the base rate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit

from dipmaster.core.kernels import Floats
from dipmaster.learning.fit_failure import FitFailure
from dipmaster.learning.logistic import (
    Logistic,
    base_log_odds,
    clip_probability,
    describe_one_class,
    fit_logistic,
    log_odds,
)

CalibratorKind = Literal["beta", "isotonic", "platt"]

RIDGE = 1e-6  # only so that separable outcomes have a finite fit


@dataclass(frozen=True)
class BetaCalibrator:
    """``p' = expit(c + a ln p - b ln(1 - p))`` with a, b >= 0."""

    a: float
    b: float
    c: float
    kind: Literal["beta"] = "beta"

    def predict(self, p: Floats) -> Floats:
        """Calibrated probabilities, same shape; NaN stays NaN."""
        q = clip_probability(p)
        return clip_probability(expit(self.c + self.a * np.log(q) - self.b * np.log1p(-q)))


@dataclass(frozen=True)
class PlattCalibrator:
    """``p' = expit(intercept + slope * logit p)`` with slope >= 0."""

    slope: float
    intercept: float
    kind: Literal["platt"] = "platt"

    def predict(self, p: Floats) -> Floats:
        """Calibrated probabilities, same shape; NaN stays NaN."""
        return clip_probability(expit(self.intercept + self.slope * log_odds(p)))


@dataclass(frozen=True)
class IsotonicCalibrator:
    """Straight lines between knots, flat beyond the outer ones."""

    score: tuple[float, ...]
    rate: tuple[float, ...]
    kind: Literal["isotonic"] = "isotonic"

    def predict(self, p: Floats) -> Floats:
        """Calibrated probabilities, same shape; NaN stays NaN."""
        return clip_probability(np.interp(clip_probability(p), self.score, self.rate))


Calibrator = BetaCalibrator | PlattCalibrator | IsotonicCalibrator


def fit_calibrator(
    kind: CalibratorKind, p: Floats, label: Floats, weight: Floats
) -> Calibrator | FitFailure:
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
    Calibrator or FitFailure
        `FitFailure` where all rows with weight are of one class.
    """
    return _FITS[kind](p, label, weight)


def fit_beta(p: Floats, label: Floats, weight: Floats) -> BetaCalibrator | FitFailure:
    """Logistic regression on ln p and -ln(1 - p).

    As in the paper's algorithm, an input whose coefficient comes out negative
    is dropped, the first before the second, and the other fitted alone; where that
    one is negative too, the map is flat. Parameters as in `fit_calibrator`.
    """
    q = clip_probability(p)
    inputs = np.column_stack([np.log(q), -np.log1p(-q)])
    used = [0, 1]
    while used:
        model = fit_logistic(inputs[:, used], label, weight, RIDGE)
        if isinstance(model, FitFailure):
            return model
        slopes, c = _unstandardise(model)
        negative = [i for i, slope in enumerate(slopes) if slope < 0.0]
        if not negative:
            a, b = (slopes[used.index(i)] if i in used else 0.0 for i in (0, 1))
            return BetaCalibrator(a, b, c)
        del used[negative[0]]
    return BetaCalibrator(0.0, 0.0, base_log_odds(label, weight))


def fit_platt(p: Floats, label: Floats, weight: Floats) -> PlattCalibrator | FitFailure:
    """Logistic regression on the log odds. Parameters as in `fit_calibrator`."""
    model = fit_logistic(log_odds(p)[:, None], label, weight, RIDGE)
    if isinstance(model, FitFailure):
        return model
    (slope,), intercept = _unstandardise(model)
    if slope < 0.0:
        return PlattCalibrator(0.0, base_log_odds(label, weight))
    return PlattCalibrator(slope, intercept)


def fit_isotonic(p: Floats, label: Floats, weight: Floats) -> IsotonicCalibrator | FitFailure:
    """Pool adjacent violators (scikit-learn). Parameters as in `fit_calibrator`."""
    won = np.asarray(label, dtype=np.float64)
    reason = describe_one_class(won, weight)
    if reason:
        return FitFailure(reason)
    from sklearn.isotonic import IsotonicRegression

    model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    model.fit(clip_probability(p), won, sample_weight=weight)
    scores, rates = tuple(model.X_thresholds_.tolist()), tuple(model.y_thresholds_.tolist())
    return IsotonicCalibrator(scores, rates)


_FITS: dict[CalibratorKind, Callable[[Floats, Floats, Floats], Calibrator | FitFailure]] = {
    "beta": fit_beta,
    "isotonic": fit_isotonic,
    "platt": fit_platt,
}


def _unstandardise(model: Logistic) -> tuple[tuple[float, ...], float]:
    """Slopes and intercept on the scale of the inputs themselves."""
    slopes = tuple(c / sd for c, sd in zip(model.coefficient, model.sd, strict=True))
    return slopes, model.intercept - sum(
        slope * mean for slope, mean in zip(slopes, model.mean, strict=True)
    )
