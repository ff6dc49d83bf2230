"""Gross to net, break-even cost, size against traded volume."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    return {}


COSTS = Chapter(folder="costs", anchor="costs", title="Costs and capacity", view=view)
