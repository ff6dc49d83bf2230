"""Probabilities against rates, in bins of equal mass: the reliability table and the ECE.

Rows are cut into bins by the middle of their place in the order of p, so a bin
holds about as many rows as any other; rows with the same p are never parted.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from dipmaster.core.kernels import Bools, Floats, Ints, kernel
from dipmaster.learning.evaluation.clustered import clopper_pearson, floored_variance, t_critical
from dipmaster.learning.evaluation.ranks import sort_with_ties
from dipmaster.learning.evaluation.statistic import Statistic, require_pairs


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin of the reliability diagram.

    Attributes
    ----------
    rows
        Indices of its rows, rising.
    low, high
        Smallest and largest p in it.
    mean_p, rate
        Of its rows; equal where the probabilities are right.
    rate_low, rate_high
        As in `rate_bounds`.
    """

    rows: Ints
    low: float
    high: float
    mean_p: float
    rate: float
    rate_low: float | None
    rate_high: float | None


def build_reliability_bins(
    p: Floats, label: Floats, bins: int, block: Ints, alpha: float, weight: Floats | None = None
) -> tuple[ReliabilityBin, ...]:
    """Bins of as many rows in rising order of p; fewer than `bins` where ties fill several.

    Parameters
    ----------
    block, alpha
        As in `rate_bounds`, of all rows.
    weight
        Shape (rows,), by which means and rates count rows; default all the same. A bin
        without weight is left away.
    """
    score, won = require_pairs(p, label)
    if not score.size:
        return ()
    order, group = sort_with_ties(score)
    code = np.empty(score.size, dtype=np.int64)
    code[order] = _bin_codes(order, group, bins)
    counted = np.ones(score.size) if weight is None else weight

    def build(rows: Ints) -> ReliabilityBin:
        members, wins, by = score[rows], won[rows], counted[rows]
        mean_p, rate = (float(np.average(values, weights=by)) for values in (members, wins))
        bounds = rate_bounds(wins > 0.0, block[rows], alpha, by)
        low, high = float(members.min()), float(members.max())
        return ReliabilityBin(rows, low, high, mean_p, rate, *bounds)

    return tuple(build(np.flatnonzero(code == k)) for k in np.unique(code[counted > 0.0]))


def _bin_codes(order: Ints, group: Ints, bins: int) -> Ints:
    """Bin of each place in the order: where the middle of its group of ties lies."""
    first = np.searchsorted(group, group, side="left")
    codes: Ints = (bins * (first + group)) // (2 * order.size)
    return codes


def rate_bounds(
    won: Bools, block: Ints, alpha: float, weight: Floats | None = None
) -> tuple[float, float] | tuple[None, None]:
    """Exact binomial bounds on the effective number of rows (Korn and Graubard 1998).

    The number is n (of weighted rows Kish's, ``(sum of weights)^2 / sum of squares``) over
    the design effect of calendar blocks (at least 1), times
    the squared ratio of the normal to Student's critical value for the blocks; a
    bin without a single loss keeps an honest width, which a bootstrap would not
    give it. None where all rows lie in one block.

    Parameters
    ----------
    won, block
        Shape (rows,), at least one row.
    alpha
        One-sided level of each bound.
    weight
        Shape (rows,), at least 0, not all 0; default all the same.
    """
    by = np.ones(won.size) if weight is None else weight
    groups = np.unique(block[by > 0.0]).size
    if groups < 2:
        return None, None
    n, rate = by.sum() ** 2 / np.sum(by * by), float(np.average(won, weights=by))
    code = np.unique(block, return_inverse=True)[1]
    shrink = float(ndtri(1.0 - alpha) / t_critical(groups - 1, alpha)) ** 2
    _, effect = floored_variance(by * (won - rate), code)
    return clopper_pearson(rate, n / effect * shrink, alpha)


def ece_statistic(p: Floats, label: Floats, bins: int) -> Statistic:
    """Expected calibration error in equal-mass bins, less what chance alone adds.

    ``sum over bins of n_k / n * (2 |d_k| - E|N(d_k, s_k^2)|)`` with d_k = mean p -
    win rate and ``s_k^2 = rate (1 - rate) / (n_k - 1)``: the plain error minus the
    bias that drawing the outcomes anew would add to it. It is the normal
    approximation of Kumar, Liang and Ma (2019, "Verified Uncertainty Calibration",
    their debiased l1 error) with the expectation in closed form (folded normal)
    in place of draws.

    An absolute value has no unbiased estimate: a bin that is right is still said
    to be .47 s_k off (.80 before debiasing), one that is 1.4 s_k off is said to be
    .09 s_k less. Outcomes that depend on each other within blocks add error that
    stays in. Bins are made anew in every resample. A sum below 0 counts as 0.
    """
    score, won = require_pairs(p, label)
    order, group = sort_with_ties(score)
    return Statistic(
        score.size, lambda counts: _ece(counts, order, group, score, won, bins), "no rows", 0.0, 1.0
    )


@kernel
def _folded_mean(d: float, s: float) -> float:
    """Mean of the absolute value of a normal variable with mean d and deviation s."""
    if s <= 0.0:
        return abs(d)
    z = d / s
    return s * math.sqrt(2.0 / math.pi) * math.exp(-0.5 * z * z) + d * math.erf(z / math.sqrt(2.0))


@kernel
def _ece(counts: Floats, order: Ints, group: Ints, score: Floats, won: Floats, bins: int) -> Floats:
    values = np.empty(counts.shape[0])
    sums = np.empty((bins, 3))
    for rep in range(counts.shape[0]):
        sums[:] = 0.0
        total, below, start = counts[rep].sum(), 0.0, 0
        while start < order.size:
            tied, end = 0.0, group[start]
            for index in range(start, end):
                tied += counts[rep, order[index]]
            # Sums of weights that are no whole numbers may end a rounding beyond their total.
            k = min(int(bins * (2.0 * below + tied) / (2.0 * total)), bins - 1)
            for index in range(start, end):
                row = order[index]
                count = counts[rep, row]
                if count > 0.0:
                    sums[k, 0] += count
                    sums[k, 1] += count * score[row]
                    sums[k, 2] += count * won[row]
            below += tied
            start = end
        error = 0.0
        for k in range(bins):
            n = sums[k, 0]
            if n > 0.0:
                rate = sums[k, 2] / n
                gap = sums[k, 1] / n - rate
                deviation = math.sqrt(max(rate * (1.0 - rate), 0.0) / max(n - 1.0, 1.0))
                error += n / total * (2.0 * abs(gap) - _folded_mean(gap, deviation))
        values[rep] = error
    return values
