"""Section `outcomes`: what the work on each phase costs."""

from dipmaster.core.params.base import Section, number


class PhaseWeeks(Section):
    """Weeks of the calendar that each phase takes."""

    phase_1: float = number("weeks of selection", ge=0.1, le=520)
    phase_2: float = number("weeks of adaptive exits", ge=0.1, le=520)
    phase_3: float = number("weeks of sizing", ge=0.1, le=520)
    phase_4: float = number("weeks of alternative data", ge=0.1, le=520)

    def of(self, phase: int) -> float | None:
        """Weeks of one phase; None where the roadmap's calendar has no such phase."""
        weeks: float | None = getattr(self, f"phase_{phase}", None)
        return weeks


class Outcomes(Section):
    """Costs that gains are compared with."""

    people: float = number("persons who work on a phase at once", ge=0.1, le=1000)
    week_cost: float = number("cost of one person for one week, quote currency", ge=1, le=1e6)
    weeks: PhaseWeeks
