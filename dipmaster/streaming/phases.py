"""The phases of the stream: by which exits each is left, which candidates it orders, its sizes.

The only place that tells them apart by number. Phases are those of `evaluation.registry`, which
a test holds this table against: a new phase has its row here, or is not replayed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ExitRuleSet = Literal["baseline", "adaptive"]
"""Rules by which candidates are followed, whether ordered or not."""
Selection = Literal["all", "confidence", "evidence"]
"""Candidates that are ordered: all, those admitted, or those admitted with alternative data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedPhase:
    """What one phase decides by.

    Attributes
    ----------
    is_sized
        By `sizing`, from outcomes of its own; where not, every order has the same size.
    """

    exits: ExitRuleSet
    selection: Selection
    is_sized: bool

    @property
    def needs_evidence(self) -> bool:
        """Whether it is left out where there are no alternative data."""
        return self.selection == "evidence"


PHASES: Mapping[int, StreamedPhase] = {
    0: StreamedPhase(exits="baseline", selection="all", is_sized=False),
    1: StreamedPhase(exits="baseline", selection="confidence", is_sized=False),
    2: StreamedPhase(exits="adaptive", selection="confidence", is_sized=False),
    3: StreamedPhase(exits="adaptive", selection="confidence", is_sized=True),
    4: StreamedPhase(exits="adaptive", selection="evidence", is_sized=True),
}
"""Number to phase, in rising order."""


def list_phases(*, has_evidence: bool) -> tuple[int, ...]:
    """Numbers of the phases that can be streamed."""
    return tuple(
        number for number, phase in PHASES.items() if has_evidence or not phase.needs_evidence
    )
