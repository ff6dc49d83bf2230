"""Errors of clustered data: variance by block, its floor, Student's and exact binomial bounds.

Gates, differences, signals and reliability tables all take rows of one calendar block, all
symbols together, as one cluster.
"""

import numpy as np
from scipy.special import betaincinv, stdtrit

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params.evaluation import LEAST_BLOCKS


def describe_missing_blocks(blocks: int) -> str:
    """Why there are no bounds, in words; empty where there are blocks enough.

    Two or three blocks do not tell how far blocks differ: bounds from them are so wide that
    they are no news, or are figures that cannot be.
    """
    return "" if blocks >= LEAST_BLOCKS else f"{blocks} of {LEAST_BLOCKS} blocks that bounds need"


def t_critical(df: int, alpha: float) -> float:
    """Student's one-sided critical value, e.g. 2.11 for 17 and .025."""
    return float(stdtrit(df, 1.0 - alpha))


def cluster_variance(influence: Floats, cluster: Ints) -> float:
    """Variance of a sum of influences that are independent between clusters only.

    ``G / (G - 1) * sum over clusters of (sum of influences)^2``; 0 with fewer
    than two clusters.

    Parameters
    ----------
    influence
        Shape (n,), sums to zero: what each observation adds to the estimate's error.
    cluster
        Shape (n,), any non-negative codes; codes without observations are no clusters.
    """
    groups = np.unique(cluster).size
    if groups < 2:
        return 0.0
    sums = np.bincount(cluster, weights=influence)
    return float(groups / (groups - 1) * np.sum(sums * sums))


def floored_variance(influence: Floats, cluster: Ints) -> tuple[float, float]:
    """Cluster variance, at least that of independent observations, and the design effect.

    The design effect is the ratio of the two. Its floor of 1 keeps a lucky
    pattern of few blocks from making an interval narrower than independent
    trades would.
    """
    alone = cluster_variance(influence, np.arange(influence.size))
    if alone == 0.0:
        return 0.0, 1.0
    effect = max(1.0, cluster_variance(influence, cluster) / alone)
    return alone * effect, effect


def clopper_pearson(rate: float, n: float, alpha: float) -> tuple[float, float]:
    """Exact binomial bounds, each one-sided at `alpha`; `n` need not be whole."""
    wins, losses = rate * n, (1.0 - rate) * n
    low = float(betaincinv(wins, losses + 1.0, alpha)) if wins > 0.0 else 0.0
    high = float(betaincinv(wins + 1.0, losses, 1.0 - alpha)) if losses > 0.0 else 1.0
    return low, high
