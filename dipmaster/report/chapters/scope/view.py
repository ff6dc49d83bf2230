"""What the report is for, what it may be used for, and what it rests on."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    return {}


SCOPE = Chapter(folder="scope", anchor="scope", title="Purpose and scope", view=view)
