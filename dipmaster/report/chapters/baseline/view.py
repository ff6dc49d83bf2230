"""What phase 0 adds to its chapter: nothing but words."""

from dipmaster.report.chapter import Context, PhasePart
from dipmaster.report.inputs import ReportInputs


def view(inputs: ReportInputs, number: int) -> Context:
    """Rule and levels are params, which every template has."""
    return {}


BASELINE = PhasePart(folder="baseline", title="the strategy as it stands", view=view)
