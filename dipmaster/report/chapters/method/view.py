"""Data, split, models, costs and the rule of the gates on one page."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    return {}


METHOD = Chapter(folder="method", anchor="method", title="Data and method", view=view)
