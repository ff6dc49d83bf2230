"""Rises of a pair's correlation, and which of them are out of the ordinary by its own past."""

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats, Ints, kernel
from dipmaster.volatility.spillover.block_pairs import Correlations

Flags = npt.NDArray[np.int8]
"""1 yes, 0 no, -1 not known."""

RESOLUTION = 1e-4  # of a rise, in the quantile of past ones
RISES = 40_001  # steps of that size from -2 to 2


@kernel
def flag_rises(
    correlation: Correlations,
    rise_bars: int,
    rise_limit: float,
    quantile: float,
    least_past: int,
    flags: Flags,
    rise: Floats,
) -> None:
    """Flag the bars at which the correlation of a pair has risen beyond what is ordinary.

    Beyond `rise_limit`, or beyond the quantile of the pair's own rises at all bars before this
    one, once there are `least_past` of them. The quantile is the upper end of the step of
    `RESOLUTION` that holds it.

    Parameters
    ----------
    correlation
        Shape (bars,), NaN where not known.
    rise_bars
        The rise is the correlation less that of so many bars before; not known where one of
        the two is not.
    flags, rise
        Written, shape (bars,): -1 and NaN where the rise is not known.
    """
    counts = np.zeros(RISES, dtype=np.int32)
    past, below, step = 0, 0, 0  # rises so far; those in steps up to `step`
    for t in range(correlation.size):
        flags[t], rise[t] = -1, np.nan
        if t < rise_bars:
            continue
        change = np.float64(correlation[t]) - np.float64(correlation[t - rise_bars])
        if not np.isfinite(change):
            continue
        limit = rise_limit
        if past >= least_past and past > 0:
            wanted = quantile * past
            while below < wanted and step < RISES - 1:
                step += 1
                below += counts[step]
            while step > 0 and below - counts[step] >= wanted:
                below -= counts[step]
                step -= 1
            limit = min(limit, (step + 0.5) * RESOLUTION - 2.0)
        rise[t] = change
        flags[t] = 1 if change > limit else 0
        place = min(RISES - 1, max(0, round((change + 2.0) / RESOLUTION)))
        counts[place] += 1
        past += 1
        if place <= step:
            below += 1


@kernel
def sum_by_month(correlation: Correlations, month: Ints, total: Floats, count: Ints) -> None:
    """Add the known correlations of a pair to the totals of their months.

    Parameters
    ----------
    month
        Of each bar, 0 for the first.
    total, count
        Added to, shape (months,).
    """
    for t in range(correlation.size):
        value = correlation[t]
        if np.isfinite(value):
            total[month[t]] += value
            count[month[t]] += 1
