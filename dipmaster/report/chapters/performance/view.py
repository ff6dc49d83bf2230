"""Returns beside cash, buy-and-hold and random entries."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    return {}


PERFORMANCE = Chapter(folder="performance", anchor="performance", title="Performance", view=view)
