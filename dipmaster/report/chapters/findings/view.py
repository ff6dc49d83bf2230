"""Findings by severity, each computed from the results where it can be."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    return {}


FINDINGS = Chapter(
    folder="findings", anchor="findings", title="Findings, limits and assumptions", view=view
)
