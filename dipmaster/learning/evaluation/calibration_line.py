"""Probabilities to a line: does one unit of log odds said mean one unit of log odds seen.

Logistic regression of the outcome on logit p (Cox 1958): slope 1 and intercept 0
where the probabilities are right, a slope below 1 where they are too sure of
themselves. Newton's steps with halving on two parameters, one kernel for all
resamples.
"""

import math

import numpy as np
from scipy.special import logit

from dipmaster.core.kernels import Floats, kernel
from dipmaster.learning.evaluation.statistic import Statistic, require_pairs

NO_LINE = "no calibration line: one class only, or p never changes or parts the outcomes entirely"
_SMALLEST = 1e-6  # p is kept off 0 and 1
_MAX_STEPS, _MAX_HALVINGS, _STEP = 60, 40, 1e-8


def calibration_line_statistics(p: Floats, label: Floats) -> tuple[Statistic, Statistic]:
    """Intercept and slope of the log odds of winning on logit p, fitted together."""
    score, won = require_pairs(p, label)
    x = logit(np.clip(score, _SMALLEST, 1.0 - _SMALLEST))
    centre = float(x.mean()) if x.size else 0.0
    x = x - centre
    start = _fit_lines(np.ones((1, x.size)), x, won, np.zeros(2))[0] if x.size else np.zeros(2)

    def fit(counts: Floats) -> Floats:
        lines = _fit_lines(counts, x, won, start if np.isfinite(start).all() else np.zeros(2))
        return np.column_stack([lines[:, 0] - centre * lines[:, 1], lines[:, 1]])

    intercept, slope = (Statistic(x.size, fit, NO_LINE, column=column) for column in (0, 1))
    return intercept, slope


@kernel
def _line_exists(counts: Floats, x: Floats, won: Floats) -> bool:
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
def _derivatives(
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
            p = 1.0 - below if z > 0.0 else below
            loss += count * (math.log1p(small) + max(z, 0.0) - won[row] * z)
            gap, spread = count * (p - won[row]), count * below * (1.0 - below)
            g_a += gap
            g_b += gap * x[row]
            h_aa += spread
            h_ab += spread * x[row]
            h_bb += spread * x[row] * x[row]
    return loss, g_a, g_b, h_aa, h_ab, h_bb


@kernel
def _fit_lines(counts: Floats, x: Floats, won: Floats, start: Floats) -> Floats:
    """Intercept (at x = 0) and slope of each resample, NaN where there is none."""
    lines = np.full((counts.shape[0], 2), np.nan)
    for rep in range(counts.shape[0]):
        if not _line_exists(counts[rep], x, won):
            continue
        a, b = start[0], start[1]
        loss, g_a, g_b, h_aa, h_ab, h_bb = _derivatives(counts[rep], x, won, a, b)
        for _ in range(_MAX_STEPS):
            det = h_aa * h_bb - h_ab * h_ab
            if not det > 0.0:
                break
            step_a, step_b = (h_ab * g_b - h_bb * g_a) / det, (h_ab * g_a - h_aa * g_b) / det
            size = 1.0
            for _ in range(_MAX_HALVINGS):
                next_point = _derivatives(counts[rep], x, won, a + size * step_a, b + size * step_b)
                if next_point[0] <= loss + 1e-12 * abs(loss):
                    break
                size *= 0.5
            a, b = a + size * step_a, b + size * step_b
            loss, g_a, g_b, h_aa, h_ab, h_bb = next_point
            if abs(step_a) + abs(step_b) < _STEP * (1.0 + abs(a) + abs(b)):
                lines[rep] = a, b
                break
    return lines
