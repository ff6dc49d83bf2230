"""A paired difference to its verdict: better, worse, inconclusive or insufficient data.

Better where the whole interval lies on the good side of no change, worse where it lies on the
bad side, inconclusive otherwise; insufficient data where nothing may be concluded, whatever the
interval is. A metric without a direction is never better or worse. What rounding leaves of equal
sums is no change.
"""

import math

from dipmaster.evaluation.statistics.paired.sides import Difference
from dipmaster.results.common import Comparison, ComparisonVerdict, FactorComparison, Interval
from dipmaster.results.metrics import Metric


def judge_difference(metric: Metric, difference: Difference, lacking: str) -> Comparison:
    """Judge the change of a metric.

    Parameters
    ----------
    lacking
        Why nothing may be concluded; empty where something may.
    """
    settled = difference.settle_rounding()
    verdict, reason = _rule(metric, settled, lacking)
    return Comparison(
        value=settled.value,
        low=settled.low,
        high=settled.high,
        verdict=verdict,
        reason=reason,
    )


def judge_factor(metric: Metric, logged: Difference, lacking: str) -> FactorComparison:
    """Judge the change of a metric whose difference is the logarithm of a ratio."""
    settled = logged.settle_rounding()
    verdict, reason = _rule(metric, settled, lacking)
    return FactorComparison(
        value=settled.value,
        low=settled.low,
        high=settled.high,
        verdict=verdict,
        reason=reason,
        ratio=to_ratio(settled),
    )


def _rule(metric: Metric, difference: Difference, lacking: str) -> tuple[ComparisonVerdict, str]:
    low, high = difference.low, difference.high
    if metric.direction is None:
        words = f"more or fewer {metric.title.lower()} are neither better nor worse"
        return "inconclusive", difference.reason or words
    if lacking or low is None or high is None:
        return "insufficient data", lacking or difference.reason
    if low <= 0.0 <= high:
        return "inconclusive", "the confidence interval contains zero"
    if (low > 0.0) == (metric.direction == "min"):
        return "better", "the confidence interval lies on the better side of zero"
    return "worse", "the confidence interval lies on the worse side of zero"


def to_ratio(logged: Difference) -> Interval:
    """Later figure over the earlier one, of the logarithm of their ratio."""
    value, low, high = (
        None if x is None else math.exp(min(x, 700.0))
        for x in (logged.value, logged.low, logged.high)
    )
    return Interval(value, low, high)
