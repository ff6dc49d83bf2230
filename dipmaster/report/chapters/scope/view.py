"""What the report is for, what it may be used for, and what it covers."""

from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs


def view(inputs: ReportInputs) -> Context:
    """Phases that were built, and those of the roadmap that were not."""
    planned, names = range(1, FINAL_PHASE + 1), inputs.phase_names
    return {
        "built_names": [names[phase] for phase in inputs.built],
        "missing_names": [names[phase] for phase in planned if phase not in inputs.built],
    }


SCOPE = Chapter(folder="scope", title="Purpose and scope", view=view)
