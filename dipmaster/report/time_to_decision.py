"""The gate of a phase that takes longest to decide, and how a time to come is printed."""

from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.results.gates import GateRow
from dipmaster.results.metrics import METRICS

YEAR_DAYS = 365.25
FEW_DAYS = 90  # up to so many a time is given in days, beyond in years
ROUND_YEARS = 10.0  # from there on without decimals
MANY_YEARS = 100.0
OUT_OF_REACH_YEARS = 10.0  # nobody waits so long for a decision


@dataclass(frozen=True)
class LongestWait:
    """The undecided gate that needs the longest period, and how many days more.

    Attributes
    ----------
    days
        `days_to_power` of the gate, as evaluation computed it.
    """

    gate: GateRow
    days: int

    @property
    def name(self) -> str:
        """Of the gate, within a sentence."""
        return METRICS[self.gate.metric].name

    @property
    def is_out_of_reach(self) -> bool:
        """Longer than anybody waits."""
        return self.days > YEAR_DAYS * OUT_OF_REACH_YEARS

    def describe(self) -> str:
        """What the wait can bring: 50 % power is no promise of a verdict."""
        verdict = f"a verdict on {self.name} ({_compare_with_target(self.gate)})"
        wait = describe_time(self.days, more=True)
        if self.is_out_of_reach:
            return f"{verdict} is out of reach: even after {wait} it is no likelier than 50 %"
        return f"even after {wait} {verdict} is no likelier than 50 %"


def _compare_with_target(gate: GateRow) -> str:
    """Side of the target on which the estimate lies, by what is printed of both."""
    if gate.value is None or gate.target is None:
        return "currently not computable"
    kind = METRICS[gate.metric].number_format
    if numbers.show(gate.value, kind) == numbers.show(gate.target, kind):
        return "currently at its target"
    side = "above" if gate.value > gate.target else "below"
    return f"currently {side} its target"


def find_longest(gates: Sequence[GateRow]) -> LongestWait | None:
    """The gate that needs the longest period until its sample for 50 % power is there.

    Parameters
    ----------
    gates
        Of one phase.

    Returns
    -------
    LongestWait | None
        None where no undecided gate has a known sample size.
    """
    waits = [LongestWait(gate, gate.days_to_power) for gate in gates if gate.days_to_power]
    return max(waits, key=lambda one: one.days, default=None)


def describe_time(days: int, *, more: bool = False) -> str:
    """A time to come, rounded as far as such an extrapolation carries: about 23 (more) days."""
    further = "more " if more else ""
    years = days / YEAR_DAYS
    if years > MANY_YEARS:
        return f"more than {MANY_YEARS:.0f} {further}years"
    if days > FEW_DAYS:
        decimals = 0 if years >= ROUND_YEARS else 1
        return f"about {years:.{decimals}f} {further}years"
    return f"about {days} {further}day{'' if days == 1 else 's'}"
