"""What the terms of the report mean; metrics define themselves."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs
from dipmaster.results.evaluation.record import SECTIONS
from dipmaster.results.metrics import COMPARED, GATES


def view(inputs: ReportInputs) -> Context:
    """Titles and definitions of the gates' metrics, those that phases are compared in first."""
    settings = dict(inputs.params.gates)
    metrics = dict.fromkeys(metric for metric in (*COMPARED, *GATES) if metric.is_gate)
    return {
        "metrics": [(metric.title, metric.describe(settings)) for metric in metrics],
        "sizing_phase": SECTIONS["sizing"],
    }


DEFINITIONS = Chapter(folder="definitions", title="Definitions", view=view, part="appendix")
