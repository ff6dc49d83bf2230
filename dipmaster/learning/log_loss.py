"""Weighted, ridge-penalised log loss to the coefficients that minimise it.

Newton's method with a backtracking line search (Boyd and Vandenberghe 2009, sections 9.5 and
9.2): the loss is convex, and a few steps settle more digits than are kept. scikit-learn's
``newton-cholesky`` takes the same steps; for models of a few inputs, fitted by the hundred, its
checks and its import take far longer than the steps do.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

from dipmaster.core.kernels import Floats

_TOLERANCE = 1e-8  # of the gradient of the mean loss, and of half the squared Newton decrement
_MAX_STEPS = 200
_MAX_HALVINGS = 20
_SUFFICIENT = 2.0**-11  # share of the decrease that the gradient promises
_ROUNDING = 16.0 * np.finfo(np.float64).eps


class _Problem(NamedTuple):
    """Mean log loss: `share` sums to 1, `penalty` is that of l2 over the sum of the weights."""

    z: Floats
    won: Floats
    share: Floats
    penalty: float


class _Point(NamedTuple):
    """Coefficients, the intercept last, with what the loss is there."""

    coefficient: Floats
    score: Floats
    loss: float
    gradient: Floats


def minimize_log_loss(z: Floats, won: Floats, weight: Floats, l2: float) -> Floats:
    """Minimise ``sum of weight * log loss + l2 / 2 * sum of coefficient^2``.

    Parameters
    ----------
    z
        Shape (rows, inputs), no NaN; of the order of 1.
    won
        Shape (rows,), 0 or 1, both among the rows with weight.
    weight
        Shape (rows,), at least 0.
    l2
        Above 0; the intercept is free.

    Returns
    -------
    Floats
        Shape (inputs + 1,), the intercept last.
    """
    total = float(weight.sum())
    problem = _Problem(z, won, weight / total, l2 / total)
    point = _measure(problem, np.zeros(z.shape[1] + 1), np.zeros(z.shape[0]))
    for _ in range(_MAX_STEPS):
        hessian = _measure_hessian(problem, point.score)
        step = np.asarray(np.linalg.solve(hessian, -point.gradient), dtype=np.float64)
        lower = _search_line(problem, point, step)
        if lower is None:
            break
        point = lower
        steepest = float(np.abs(point.gradient).max())
        if steepest <= _TOLERANCE and 0.5 * step @ hessian @ step <= _TOLERANCE:
            break
    return point.coefficient


def _search_line(problem: _Problem, start: _Point, step: Floats) -> _Point | None:
    """Halve the step until the loss falls; None where no step lowers it beyond rounding."""
    promised = _SUFFICIENT * float(start.gradient @ step)
    score_step = problem.z @ step[:-1] + step[-1]
    size = 1.0
    for _ in range(_MAX_HALVINGS + 1):
        point = _measure(problem, start.coefficient + size * step, start.score + size * score_step)
        change = point.loss - start.loss
        if change <= size * promised:
            return point
        is_rounding = abs(change) <= abs(start.loss) * _ROUNDING
        if is_rounding and np.abs(point.gradient).sum() < np.abs(start.gradient).sum():
            return point
        size *= 0.5
    return None


def _measure(problem: _Problem, coefficient: Floats, score: Floats) -> _Point:
    z, won, share, penalty = problem
    slopes = coefficient[:-1]
    log_loss = share @ (np.logaddexp(0.0, score) - won * score)
    loss = float(log_loss + 0.5 * penalty * (slopes @ slopes))
    pull = share * (expit(score) - won)
    gradient = np.append(z.T @ pull + penalty * slopes, pull.sum())
    return _Point(coefficient, score, loss, gradient)


def _measure_hessian(problem: _Problem, score: Floats) -> Floats:
    """Shape (inputs + 1, inputs + 1)."""
    p = expit(score)
    curvature = problem.share * p * (1.0 - p)
    inputs = problem.z.shape[1]
    hessian = np.empty((inputs + 1, inputs + 1))
    hessian[:-1, :-1] = (problem.z.T * curvature) @ problem.z + problem.penalty * np.eye(inputs)
    hessian[:-1, -1] = hessian[-1, :-1] = problem.z.T @ curvature
    hessian[-1, -1] = curvature.sum()
    return hessian
