"""Values to intervals: what an estimate is, and the standard error of clustered data.

Every bound is one-sided at level `alpha`. Trades of one calendar block, all
symbols together, are one cluster; critical values are Student's with one
degree of freedom fewer than there are blocks with trades.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betaincinv, logit, stdtrit

from dipmaster.foundation.numerics import Floats, Ints

Scale = Literal["logit", "log", "linear"]


@dataclass(frozen=True)
class Estimate:
    """A value and its bounds; None where it cannot be computed, `reason` says why.

    Attributes
    ----------
    n
        Observations: trades, or days for figures of the equity curve.
    n_effective
        How many independent observations they are worth, at most the number of
        distinct days with trades.
    scale
        On which the interval is symmetric; used for `n_needed` only.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_effective: float
    scale: Scale
    reason: str = ""

    def n_needed(self, target: float) -> int | None:
        """Observations at which a bound would reach `target` if the value stayed.

        With so many the verdict is as likely as not, were the value the truth.
        None where the value sits on the target or there is no bound.
        """
        facing = self.low if self.value is not None and self.value >= target else self.high
        if self.value is None or facing is None:
            return None
        value, bound, goal = (_on(self.scale, x) for x in (self.value, facing, target))
        if not all(map(math.isfinite, (value, bound, goal))) or value == goal:
            return None
        needed = self.n * ((value - bound) / (value - goal)) ** 2
        return math.ceil(needed) if needed < 1e9 else None


def _on(scale: Scale, x: float) -> float:
    if scale == "linear":
        return x
    if x <= 0.0:
        return -math.inf
    if scale == "log":
        return math.log(x)
    return float(logit(x)) if x < 1.0 else math.inf


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
