"""What each phase changed against the one before, and ablations."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    return {}


CHANGES = Chapter(folder="changes", anchor="changes", title="Change by phase", view=view)
