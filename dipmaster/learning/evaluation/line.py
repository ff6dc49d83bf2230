"""Probabilities to a line: does one unit of log odds said mean one unit of log odds seen.

Logistic regression of the outcome on logit p (Cox 1958): slope 1 and intercept 0
where the probabilities are right, a slope below 1 where they are too sure of
themselves. Newton's steps with halving on two parameters, one kernel for all
resamples.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from dipmaster.core.kernels import Floats, kernel
from dipmaster.learning.evaluation.statistic import Statistic, pairs

NO_LINE = "no calibration line: one class only, or p never changes or parts the outcomes entirely"
_SMALLEST = 1e-6  # p is kept off 0 and 1
_MAX_STEPS, _MAX_HALVINGS, _STEP = 60, 40, 1e-8


@dataclass(frozen=True)
class Line:
    """Calibration line; None where it does not exist, `reason` says why."""

    intercept: float | None
    slope: float | None
    reason: str = ""


def calibration_line(p: Floats, label: Floats) -> Line:
    """Intercept and slope of the log odds of winning on logit p, fitted together."""
    intercept, slope = (s.value() for s in line_statistics(p, label))
    return Line(intercept, slope, NO_LINE if slope is None else "")


def slope_statistic(p: Floats, label: Floats) -> Statistic:
    """Slope of the calibration line."""
    return line_statistics(p, label)[1]


def intercept_statistic(p: Floats, label: Floats) -> Statistic:
    """Intercept of the calibration line."""
    return line_statistics(p, label)[0]


def line_statistics(p: Floats, label: Floats) -> tuple[Statistic, Statistic]:
    """Intercept and slope."""
    score, won = pairs(p, label)
    x = logit(np.clip(score, _SMALLEST, 1.0 - _SMALLEST))
    centre = float(x.mean()) if x.size else 0.0
    x = x - centre
    start = _lines(np.ones((1, x.size)), x, won, np.zeros(2))[0] if x.size else np.zeros(2)

    def lines(counts: Floats) -> Floats:
        return _lines(counts, x, won, start if np.isfinite(start).all() else np.zeros(2))

    def intercepts(counts: Floats) -> Floats:
        found = lines(counts)
        return found[:, 0] - centre * found[:, 1]

    return (
        Statistic(x.size, intercepts, NO_LINE),
        Statistic(x.size, lambda counts: lines(counts)[:, 1], NO_LINE),
    )


@kernel
def _exists(counts: Floats, x: Floats, won: Floats) -> bool:
    """Whether both classes are there and overlap: else the likelihood has no maximum."""
    low_win, high_win, low_loss, high_loss = np.inf, -np.inf, np.inf, -np.inf
    for row in range(x.size):
        if counts[row] > 0.0:
            if won[row] > 0.0:
                low_win, high_win = min(low_win, x[row]), max(high_win, x[row])
            else:
                low_loss, high_loss = min(low_loss, x[row]), max(high_loss, x[row])
    return high_loss > low_win and high_win > low_loss


@kernel
def _look(
    counts: Floats, x: Floats, won: Floats, a: float, b: float
) -> tuple[float, float, float, float, float, float]:
    """Negative log likelihood, its gradient (2) and its Hessian (3) at a + b x."""
    loss, g_a, g_b, h_aa, h_ab, h_bb = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for row in range(x.size):
        count = counts[row]
        if count > 0.0:
            z = a + b * x[row]
            small = math.exp(-abs(z))
            below = small / (1.0 + small)
            chance = 1.0 - below if z > 0.0 else below
            loss += count * (math.log1p(small) + max(z, 0.0) - won[row] * z)
            gap, spread = count * (chance - won[row]), count * below * (1.0 - below)
            g_a += gap
            g_b += gap * x[row]
            h_aa += spread
            h_ab += spread * x[row]
            h_bb += spread * x[row] * x[row]
    return loss, g_a, g_b, h_aa, h_ab, h_bb


@kernel
def _lines(counts: Floats, x: Floats, won: Floats, start: Floats) -> Floats:
    """Intercept (at x = 0) and slope of each resample, NaN where there is none."""
    out = np.full((counts.shape[0], 2), np.nan)
    for rep in range(counts.shape[0]):
        if not _exists(counts[rep], x, won):
            continue
        a, b = start[0], start[1]
        loss, g_a, g_b, h_aa, h_ab, h_bb = _look(counts[rep], x, won, a, b)
        for _ in range(_MAX_STEPS):
            det = h_aa * h_bb - h_ab * h_ab
            if not det > 0.0:
                break
            step_a, step_b = (h_ab * g_b - h_bb * g_a) / det, (h_ab * g_a - h_aa * g_b) / det
            size = 1.0
            for _ in range(_MAX_HALVINGS):
                ahead = _look(counts[rep], x, won, a + size * step_a, b + size * step_b)
                if ahead[0] <= loss + 1e-12 * abs(loss):
                    break
                size *= 0.5
            a, b = a + size * step_a, b + size * step_b
            loss, g_a, g_b, h_aa, h_ab, h_bb = ahead
            if abs(step_a) + abs(step_b) < _STEP * (1.0 + abs(a) + abs(b)):
                out[rep] = a, b
                break
    return out
