"""Estimates to verdicts: by the bounds of the value, or by the worst that was observed."""

from collections.abc import Callable
from dataclasses import dataclass

from dipmaster.core.params import Gates
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.learning.evaluation.minimum_data import describe_shortage
from dipmaster.results.common import Verdict
from dipmaster.results.metrics import Metric


@dataclass(frozen=True)
class Ruling:
    """A verdict and why, in plain words.

    Attributes
    ----------
    n_needed
        Sample size for 50 % power; None where it cannot be computed.
    """

    verdict: Verdict
    reason: str
    n_needed: int | None = None


JudgingRule = Callable[[Metric, Estimate, float, Gates], Ruling]
"""From a metric, its estimate, its target and params to the ruling of its gate."""


def judge_by_bounds(metric: Metric, estimate: Estimate, target: float, gates: Gates) -> Ruling:
    """PASS where the near bound reaches the target, FAIL where the far one misses it.

    A metric whose direction is "max" has to stay below its target.
    """
    needed = _count_needed(metric, estimate, target, gates)
    low, high = estimate.low, estimate.high
    if estimate.value is None or low is None or high is None:
        return Ruling("INSUFFICIENT DATA", f"not computable: {estimate.reason}", needed)
    lower, upper, goal = (format_value(metric, number) for number in (low, high, target))
    bounds = (f"lower confidence bound {lower}", f"upper confidence bound {upper}")
    if metric.direction == "max":
        (passes, near), (fails, far) = (high < target, bounds[1]), (low >= target, bounds[0])
    else:
        (passes, near), (fails, far) = (low >= target, bounds[0]), (high < target, bounds[1])
    if passes:
        return Ruling("PASS", f"the {near} meets the target {goal}", needed)
    if fails:
        return Ruling("FAIL", f"the {far} misses the target {goal}", needed)
    unit = metric.counted_in
    more = f"; sample size for 50 % power: about {needed:,} {unit}" if needed else ""
    why = f"the target {goal} lies within the confidence interval, {lower} to {upper}{more}"
    return Ruling("INCONCLUSIVE", why, needed)


def judge_drawdown(metric: Metric, estimate: Estimate, target: float, gates: Gates) -> Ruling:
    """FAIL where the worst one observed is not below the target, PASS where the bound is below too.

    A period shorter than the horizon can fail, since what was observed stays; it cannot pass.
    Bounds are those of one horizon, so the sample size for a decision cannot be computed.
    """
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return Ruling("INSUFFICIENT DATA", f"not computable: {estimate.reason}")
    numbers = (estimate.value, target, estimate.high)
    observed, limit, bound = (format_value(metric, number) for number in numbers)
    if estimate.value >= target:
        return Ruling("FAIL", f"the observed drawdown {observed} is not below the limit {limit}")
    if estimate.lacking:
        return Ruling("INSUFFICIENT DATA", describe_shortage(*estimate.lacking))
    paths = f"the upper bound of the bootstrap paths {bound}"
    if estimate.high < target:
        return Ruling("PASS", f"the observed {observed} and {paths} are below the limit {limit}")
    return Ruling(
        "INCONCLUSIVE", f"the observed {observed} is below the limit {limit}, {paths} is not"
    )


def format_value(metric: Metric, number: float) -> str:
    """A value of the metric as reasons show it."""
    return f"{100 * number:.1f} %" if metric.unit == "fraction" else f"{number:.2f}"


def _count_needed(metric: Metric, estimate: Estimate, target: float, gates: Gates) -> int | None:
    """At least the minimum data: trades, or the days of the fewest blocks."""
    needed = estimate.n_needed(target)
    if needed is None:
        return None
    days = gates.blocks_needed * gates.block_days
    return max(needed, days if metric.counted_in == "days" else gates.min_trades)
