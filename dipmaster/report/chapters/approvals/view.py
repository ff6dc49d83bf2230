"""Recommendations with their conditions, and the lines on which people sign."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs


def view(inputs: ReportInputs) -> Context:
    """Recommendations; what each requires before approval stands in the template."""
    ready = [step.name for step in inputs.monitoring.rollout if step.is_ready]
    return {"recommendations": inputs.recommendations, "ready": ready}


APPROVALS = Chapter(folder="approvals", title="Approvals", view=view)
