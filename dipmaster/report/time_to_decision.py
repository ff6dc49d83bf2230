"""How long until a gate can be decided, at the rate of the period, and how that is said."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.results import GateRow
from dipmaster.results.metrics import METRICS

FEW_DAYS = 90  # up to so many a time is given in days, beyond in years
MANY_YEARS = 100.0


@dataclass(frozen=True)
class LongestWait:
    """The undecided gate that needs the longest period, and how many days more."""

    gate: GateRow
    days: int

    @property
    def name(self) -> str:
        """Of the gate, within a sentence."""
        return METRICS[self.gate.metric].name

    def describe(self) -> str:
        """What the wait can bring: 50 % power is no promise of a verdict."""
        return (
            f"even after {describe_time(self.days, more=True)} a verdict on {self.name} "
            f"({_compare_with_target(self.gate)}) is no likelier than 50 %"
        )


def _compare_with_target(gate: GateRow) -> str:
    """Side of the target on which the estimate lies."""
    if gate.value is None or gate.target is None:
        return "currently not computable"
    if gate.value == gate.target:
        return "currently at its target"
    side = "above" if gate.value > gate.target else "below"
    return f"currently {side} its target"


def find_longest(gates: Sequence[GateRow], days: int) -> LongestWait | None:
    """The gate whose sample for 50 % power takes longest to collect at the rate of the period.

    Parameters
    ----------
    gates
        Of one phase.
    days
        Out of sample.

    Returns
    -------
    LongestWait | None
        None where no undecided gate has a known sample size.
    """
    waits = [
        LongestWait(gate, wait)
        for gate in gates
        if (wait := days_to_decision(gate, days)) is not None
    ]
    longest = max(waits, key=lambda one: one.days, default=None)
    return longest if longest and longest.days else None


def days_to_decision(gate: GateRow, days: int) -> int | None:
    """Calendar days until a gate has its sample size for 50 % power, never less than its minimum.

    0 where the gate is decided; None where the sample size cannot be computed.
    """
    if gate.verdict in ("PASS", "FAIL"):
        return 0
    if gate.n_needed is None or not gate.n:
        return None
    more = math.ceil(days * max(gate.n_needed / gate.n - 1.0, 0.0))
    return max(more, gate.days_needed or 0)


def describe_time(days: int, *, more: bool = False) -> str:
    """A time to come, rounded as far as such an extrapolation carries: about 23 (more) days."""
    further = "more " if more else ""
    years = days / 365.25
    if years > MANY_YEARS:
        return f"more than {MANY_YEARS:.0f} {further}years"
    if days > FEW_DAYS:
        return f"about {years:.1f} {further}years"
    return f"about {days} {further}day{'' if days == 1 else 's'}"
