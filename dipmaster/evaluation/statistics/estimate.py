"""What an estimate is: a value, its bounds, and how many observations more would decide.

Every bound is one-sided at level `alpha`. Trades of one calendar block, all
symbols together, are one cluster; critical values are Student's with one
degree of freedom fewer than there are blocks with trades
(`learning.evaluation.clustered`).
"""

import math
from dataclasses import dataclass
from typing import Literal

from scipy.special import logit

from dipmaster.learning.evaluation.minimum_data import Count

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
    lacking
        What there is too little of for a verdict, beside the minimum data of the phase.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_effective: float
    scale: Scale
    reason: str = ""
    lacking: tuple[Count, ...] = ()

    @property
    def shown_bounds(self) -> tuple[float | None, float | None]:
        """Both bounds in print and at other costs; None each where something is `lacking`.

        A drawdown has no range of bootstrap paths that are longer than its own period.
        """
        return (None, None) if self.lacking else (self.low, self.high)

    def n_needed(self, target: float) -> int | None:
        """Observations at which a bound would reach `target` if the value stayed.

        The sample size for 50 % power, were the value the truth.
        None where the value sits on the target or there is no bound.
        """
        facing = self.low if self.value is not None and self.value >= target else self.high
        if self.value is None or facing is None:
            return None
        value, bound, goal = (_transform(self.scale, x) for x in (self.value, facing, target))
        if not all(map(math.isfinite, (value, bound, goal))) or value == goal:
            return None
        needed = self.n * ((value - bound) / (value - goal)) ** 2
        return math.ceil(needed) if needed < 1e9 else None


def _transform(scale: Scale, x: float) -> float:
    if scale == "linear":
        return x
    if x <= 0.0:
        return -math.inf
    if scale == "log":
        return math.log(x)
    return float(logit(x)) if x < 1.0 else math.inf
