"""Drawdowns, worst trades, exposure, concentration, value at risk."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    return {}


RISK = Chapter(folder="risk", anchor="risk", title="Risk", view=view)
