"""What each phase contributed, cost and promised: all of outcomes.json."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesResults:
    """What each phase contributed, cost and promised: all of outcomes.json."""

    phases: tuple[int, ...]
