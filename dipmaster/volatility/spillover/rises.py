"""Rises of a pair's correlation, and which of them are out of the ordinary by its own past."""

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats, Ints, inlined_kernel, kernel
from dipmaster.volatility.spillover.block_pairs import Correlations

Flags = npt.NDArray[np.int8]
"""1 yes, 0 no, -1 not known."""
Counts = npt.NDArray[np.int32]

RESOLUTION = 1e-4  # of a rise, in the quantile of past ones
RISES = 40_001  # steps of that size from -2 to 2
PAST, BELOW, STEP = range(3)


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
    counts, places = np.zeros(RISES, dtype=np.int32), np.zeros(3, dtype=np.int64)
    limits = rise_limit, quantile, least_past
    for t in range(correlation.size):
        before = correlation[t - rise_bars] if t >= rise_bars else np.float32(np.nan)
        change = np.float64(correlation[t]) - np.float64(before)
        flags[t], rise[t] = flag_rise(change, limits, counts, places), change


@inlined_kernel
def flag_rise(change: float, limits: tuple[float, float, int], counts: Counts, at: Ints) -> int:
    """Flag the rise of a bar, -1 where it is not known (NaN), and count it among the past.

    Parameters
    ----------
    limits
        Rise that is an event, quantile, past rises that it needs.
    counts
        Past rises in each step of `RESOLUTION`, shape (40001,).
    at
        Past rises; those in steps up to that of the quantile; that step. Shape (3,).
    """
    if not np.isfinite(change):
        return -1
    limit, quantile, least_past = limits
    past, below, step = at[PAST], at[BELOW], at[STEP]
    if past >= least_past and past > 0:
        wanted = quantile * past
        while below < wanted and step < RISES - 1:
            step += 1
            below += counts[step]
        while step > 0 and below - counts[step] >= wanted:
            below -= counts[step]
            step -= 1
        limit = min(limit, (step + 0.5) * RESOLUTION - 2.0)
    place = min(RISES - 1, max(0, round((change + 2.0) / RESOLUTION)))
    counts[place] += 1
    at[PAST], at[BELOW], at[STEP] = past + 1, below + (1 if place <= step else 0), step
    return 1 if change > limit else 0


@kernel
def push_rises(
    correlation: Correlations,
    before: Correlations,
    limits: tuple[float, float, int],
    counts: Counts,
    at: Ints,
    flags: Flags,
) -> None:
    """Flag the rise of each pair at a bar: `flag_rises`, bar by bar.

    Parameters
    ----------
    correlation, before
        Of the bar and of `rise_bars` before it, shape (pairs,), NaN where not known.
    limits, counts, at
        As `flag_rise` takes them; shapes (pairs, 40001) and (pairs, 3), moved on.
    flags
        Written, shape (pairs,).
    """
    for pair in range(correlation.size):
        change = np.float64(correlation[pair]) - np.float64(before[pair])
        flags[pair] = flag_rise(change, limits, counts[pair], at[pair])


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
