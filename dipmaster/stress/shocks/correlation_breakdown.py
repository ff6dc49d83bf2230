"""Correlation breakdown: coins mixed with what they share until they are correlated enough."""

import numpy as np
from scipy.optimize import brentq

from dipmaster.core.kernels import Floats
from dipmaster.core.params import Stress
from dipmaster.stress.bars import BarMoves
from dipmaster.stress.factors import bar_volatility, correlations, divide, mean_correlation
from dipmaster.stress.window import ShockWindow

MOST_WEIGHT = 1e3


def correlate(window: ShockWindow, stress: Stress) -> BarMoves:
    """Add the mean of the standardised returns to each of them; each coin's volatility stays.

    The weight is the one at which the mean correlation of the window's 5-minute returns has
    risen as asked, or to its cap. A window of one coin stays as it is.
    """
    moves, params = window.moves, stress.correlation_breakdown
    volatility = bar_volatility(moves.returns, moves.missing)
    moving = volatility > 0.0
    matrix = correlations(moves.returns)
    before = mean_correlation(matrix)
    asked = min(before + params.rise, max(before, params.at_most))
    if matrix.shape[0] < 2 or asked <= before:
        return moves
    standard = moves.returns / np.where(moving, volatility, 1.0)[:, None]
    mixed = standard + _find_weight(matrix, asked) * standard[moving].mean(axis=0)
    mixed = np.where(moves.missing, 0.0, mixed)
    rescale = divide(volatility, bar_volatility(mixed, moves.missing))
    return moves.with_returns(np.where(moving[:, None], mixed * rescale[:, None], moves.returns))


def _find_weight(matrix: Floats, asked: float) -> float:
    """Weight of the common factor that gives the mean correlation asked for; at most `MOST_WEIGHT`.

    The mean correlation rises with the weight: at 0 it is that of `matrix`.
    """

    def lacks(weight: float) -> float:
        return mean_correlation(_mixed_correlations(matrix, weight)) - asked

    if lacks(MOST_WEIGHT) < 0.0:
        return MOST_WEIGHT
    return float(brentq(lacks, 0.0, MOST_WEIGHT))


def _mixed_correlations(matrix: Floats, weight: float) -> Floats:
    """Correlations of z_i + weight x mean of z, of those of z."""
    shared = weight * matrix.mean(axis=1)
    covariance = matrix + shared[:, None] + shared + weight * weight * matrix.mean()
    scale = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(scale, scale))
