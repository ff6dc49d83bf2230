"""Estimates to verdicts: by the bounds of the value, or by the worst that was observed."""

from collections.abc import Callable
from dataclasses import dataclass

from dipmaster.core.params import Gates
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.results.common import Verdict
from dipmaster.results.metrics import Metric


@dataclass(frozen=True)
class Ruling:
    """A verdict and why, in plain words.

    Attributes
    ----------
    n_needed
        At how many observations a verdict is as likely as not; None where it cannot be told.
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
        return Ruling("INCONCLUSIVE", f"cannot be computed: {estimate.reason}", needed)
    lower, upper, goal = (format_value(metric, number) for number in (low, high, target))
    if metric.direction == "max":
        passes, why = high < target, f"the upper bound {upper} is below the target {goal}"
        fails, why_not = (
            low >= target,
            f"even the lower bound {lower} is not below the target {goal}",
        )
    else:
        passes, why = low >= target, f"the lower bound {lower} reaches the target {goal}"
        fails, why_not = high < target, f"even the upper bound {upper} is below the target {goal}"
    if passes or fails:
        return Ruling("PASS" if passes else "FAIL", why if passes else why_not, needed)
    unit = metric.counted_in
    more = f"; with about {needed:,} {unit} a verdict is as likely as not" if needed else ""
    return Ruling("INCONCLUSIVE", f"the target lies between {lower} and {upper}{more}", needed)


def judge_drawdown(metric: Metric, estimate: Estimate, target: float, gates: Gates) -> Ruling:
    """FAIL where the worst one observed is not below the target, PASS where the bound is below too.

    Bounds are those of one horizon, so how many observations are needed cannot be told.
    """
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return Ruling("INCONCLUSIVE", f"cannot be computed: {estimate.reason}")
    numbers = (estimate.value, target, estimate.high)
    observed, limit, bound = (format_value(metric, number) for number in numbers)
    if estimate.value >= target:
        return Ruling("FAIL", f"the observed drawdown {observed} is not below {limit}")
    if estimate.high < target:
        return Ruling("PASS", f"observed {observed}, and the bound {bound} is below {limit} too")
    return Ruling("INCONCLUSIVE", f"observed {observed}, but the horizon may hold {bound}")


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
