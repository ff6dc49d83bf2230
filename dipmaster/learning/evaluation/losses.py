"""Losses of probabilities: Brier, its skill against the base rate, log loss; and a plain mean."""

from collections.abc import Callable

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.learning.evaluation.statistic import Statistic, require_pairs

_EPS = float(np.finfo(np.float64).eps)
NO_ROWS = "no rows"
ONE_CLASS = "outcomes of one class only"


def mean_statistic(values: Floats, lowest: float = -np.inf, highest: float = np.inf) -> Statistic:
    """Mean of the rows' values, e.g. a win rate with a range of 0 to 1."""
    column, _ = require_pairs(values, values)
    return Statistic(column.size, _weighted_mean(column), NO_ROWS, lowest, highest)


def brier_statistic(p: Floats, label: Floats) -> Statistic:
    """Mean of ``(p - label)^2``; 0 is perfect, .25 is always saying one half."""
    score, won = require_pairs(p, label)
    return Statistic(score.size, _weighted_mean((score - won) ** 2), NO_ROWS, 0.0, 1.0)


def brier_skill_statistic(p: Floats, label: Floats) -> Statistic:
    """``1 - Brier / Brier of the base rate``; 0 says no more than the base rate does.

    The base rate is that of the judged rows themselves: nobody knew it then, so
    the bar is set a little too high, never too low.
    """
    score, won = require_pairs(p, label)
    loss, rate = _weighted_mean((score - won) ** 2), _weighted_mean(won)

    def skill(counts: Floats) -> Floats:
        base = rate(counts)
        uncertainty = base * (1.0 - base)
        known = uncertainty > 0.0
        return np.where(known, 1.0 - loss(counts) / np.where(known, uncertainty, 1.0), np.nan)

    return Statistic(score.size, skill, ONE_CLASS, highest=1.0)


def log_loss_statistic(p: Floats, label: Floats) -> Statistic:
    """Mean of ``-ln`` of the probability given to what happened; p is kept off 0 and 1 by 2e-16."""
    score, won = require_pairs(p, label)
    given = np.clip(np.where(won > 0.0, score, 1.0 - score), _EPS, 1.0 - _EPS)
    return Statistic(score.size, _weighted_mean(-np.log(given)), NO_ROWS, 0.0)


def _weighted_mean(column: Floats) -> Callable[[Floats], Floats]:
    def mean(counts: Floats) -> Floats:
        means: Floats = (counts * column).sum(axis=1) / counts.sum(axis=1)
        return means

    return mean
