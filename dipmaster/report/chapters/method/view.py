"""Data, split, phases, costs and the rule of the gates on one page."""

from dataclasses import dataclass

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs
from dipmaster.results.evaluation.record import SECTIONS


@dataclass(frozen=True)
class MethodLine:
    """What one phase does, by the first section that it alone has; empty where it has none."""

    number: int
    section: str
    title: str


def view(inputs: ReportInputs) -> Context:
    """The phases after the baseline, and whether one of them sizes positions."""
    registered = inputs.validation.registered
    _, *later = inputs.built
    return {
        "phases": [
            MethodLine(number, _first_section(number), registered[str(number)].title)
            for number in later
        ],
        "has_sizes": inputs.validation.sizing is not None,
    }


def _first_section(number: int) -> str:
    return next((section for section, phase in SECTIONS.items() if phase == number), "")


METHOD = Chapter(folder="method", title="Data and method", view=view)
