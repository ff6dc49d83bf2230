"""gates.json: every gate of every phase, a row each."""

from dataclasses import dataclass
from typing import Literal

from dipmaster.results.common import Verdict


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate of one phase.

    Attributes
    ----------
    metric
        win_rate, excess_win_rate, max_drawdown (fractions), sharpe (annual), profit_factor.
    target, value, low, high
        In the unit of the metric; None where it cannot be computed.
    direction
        "min" where the value has to reach the target, "max" where it has to stay below.
    n
        Trades, or days for Sharpe ratio and drawdown.
    n_effective
        How many independent observations they are worth.
    n_needed
        At how many a verdict is as likely as not; None where it cannot be told.
    """

    phase: int
    metric: str
    target: float
    direction: Literal["min", "max"]
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_effective: float
    n_needed: int | None
    verdict: Verdict
    reason: str


GateRows = tuple[GateRow, ...]
"""All of gates.json, in order of phases."""
