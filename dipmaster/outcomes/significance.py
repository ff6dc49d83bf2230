"""Intervals to p-values, and p-values of several phases to those corrected for their number.

There is no second test beside the interval: p is twice the one-sided level at which the
interval of `evaluation.statistics` just reaches zero. So p is at most twice the level of the
gates exactly where the interval that is printed lies on one side of zero.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from dipmaster.evaluation.statistics.paired.sides import Difference

Interval = Callable[[float], Difference]
"""From a one-sided level to a difference with its bounds at it."""

HIGHEST = 0.49  # beyond it an interval is its own value
STEPS = 20  # of a bisection in logarithms: p to a hundred-thousandth of itself


def find_p_value(interval: Interval, resamples: int) -> float | None:
    """Two-sided p-value of no difference, by inversion of the interval.

    Parameters
    ----------
    resamples
        Behind the interval's quantiles: p is never below two in so many and one.

    Returns
    -------
    float or None
        None where there is no interval.
    """
    lowest, narrowest = 1.0 / (resamples + 1), interval(HIGHEST)
    if narrowest.low is None:
        return None
    if not _excludes_zero(narrowest):
        return 1.0
    if _excludes_zero(interval(lowest)):
        return 2.0 * lowest
    low, high = math.log(lowest), math.log(HIGHEST)
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        if _excludes_zero(interval(math.exp(middle))):
            high = middle
        else:
            low = middle
    return 2.0 * math.exp(high)


def _excludes_zero(difference: Difference) -> bool:
    settled = difference.settle_rounding()
    if settled.low is None or settled.high is None:
        return False
    return settled.low > 0.0 or settled.high < 0.0


def adjust_by_holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm (1979) over all hypotheses; what could not be tested counts as one with p = 1.

    So a phase that lacks data makes the correction of the others no milder. By hand, because
    that of statsmodels searches the whole process for garbage every time
    (docs/decisions/threshold-wait.md); it is the oracle of the test.
    """
    counted = np.array([1.0 if one is None else one for one in p_values])
    order = np.argsort(counted, kind="stable")
    steps = counted[order] * np.arange(counted.size, 0, -1)
    adjusted = np.empty_like(counted)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [
        None if own is None else float(corrected)
        for own, corrected in zip(p_values, adjusted, strict=True)
    ]
