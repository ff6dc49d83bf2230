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
        Sample size for 50 % power; None where it cannot be computed.
    days_needed
        Calendar days more until a decision, at the rate of observations so far: until the
        minimum data under INSUFFICIENT DATA, until `n_needed` under INCONCLUSIVE, 0 where the
        gate is decided.
    days_needed_reason
        Why `days_needed` is None; empty where it is not.
    days_to_power
        Calendar days more, at the same rate, until the gate has both the minimum data and
        `n_needed`, so that a verdict is no less likely than 50 % if the value is the true one;
        0 where the gate is decided, None where one of the two times is not known.
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
    days_needed: int | None
    days_needed_reason: str
    days_to_power: int | None


GateRows = tuple[GateRow, ...]
"""All of gates.json, in order of phases."""
