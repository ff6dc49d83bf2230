"""Losses of probabilities: Brier, its skill against the base rate, log loss; and a plain mean."""

from collections.abc import Callable

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.learning.evaluation.statistic import Statistic, pairs

_EPS = float(np.finfo(np.float64).eps)
NO_ROWS = "no rows"
ONE_CLASS = "outcomes of one class only"


def mean_statistic(values: Floats, lowest: float = -np.inf, highest: float = np.inf) -> Statistic:
    """Mean of the rows' values, e.g. a win rate with a range of 0 to 1."""
    column, _ = pairs(values, values)
    return Statistic(column.size, _mean_of(column), NO_ROWS, lowest, highest)


def brier_statistic(p: Floats, label: Floats) -> Statistic:
    """Mean of ``(p - label)^2``; 0 is perfect, .25 is always saying one half."""
    score, won = pairs(p, label)
    return Statistic(score.size, _mean_of((score - won) ** 2), NO_ROWS, 0.0, 1.0)


def brier_skill_statistic(p: Floats, label: Floats) -> Statistic:
    """``1 - Brier / Brier of the base rate``; 0 says no more than the base rate does.

    The base rate is that of the judged rows themselves: nobody knew it then, so
    the bar is set a little too high, never too low.
    """
    score, won = pairs(p, label)
    loss, rate = _mean_of((score - won) ** 2), _mean_of(won)

    def skill(counts: Floats) -> Floats:
        base = rate(counts)
        uncertainty = base * (1.0 - base)
        known = uncertainty > 0.0
        return np.where(known, 1.0 - loss(counts) / np.where(known, uncertainty, 1.0), np.nan)

    return Statistic(score.size, skill, ONE_CLASS, highest=1.0)


def log_loss_statistic(p: Floats, label: Floats) -> Statistic:
    """Mean of ``-ln`` of the probability given to what happened; p is kept off 0 and 1 by 2e-16."""
    score, won = pairs(p, label)
    given = np.clip(np.where(won > 0.0, score, 1.0 - score), _EPS, 1.0 - _EPS)
    return Statistic(score.size, _mean_of(-np.log(given)), NO_ROWS, 0.0)


def brier(p: Floats, label: Floats) -> float | None:
    """Value of `brier_statistic`; None without rows."""
    return brier_statistic(p, label).value()


def brier_skill(p: Floats, label: Floats) -> float | None:
    """Value of `brier_skill_statistic`; None where all outcomes are of one class."""
    return brier_skill_statistic(p, label).value()


def log_loss(p: Floats, label: Floats) -> float | None:
    """Value of `log_loss_statistic`; None without rows."""
    return log_loss_statistic(p, label).value()


def _mean_of(column: Floats) -> Callable[[Floats], Floats]:
    def mean(counts: Floats) -> Floats:
        means: Floats = (counts * column).sum(axis=1) / counts.sum(axis=1)
        return means

    return mean
