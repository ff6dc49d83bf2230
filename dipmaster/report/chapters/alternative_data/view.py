"""Alternative data on half a page: whether it is credited, by what rule, and which feed adds."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.alternative_data import feeds
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.evidence_names import name_source
from dipmaster.report.kit.table import table
from dipmaster.results.evaluation.record import SECTIONS

PHASE = SECTIONS["alternative_data"]


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    figures = inputs.validation.evidence
    return {
        "number": PHASE,
        "figures": figures,
        "source": name_source(inputs.alternative_data.data.provider),
        "change": inputs.comparison(PHASE),
        "feeds": table(feeds.COLUMNS, feeds.contributions(inputs)),
        "rule": inputs.params.alternative_data.model.evaluation,
    }


ALTERNATIVE_DATA = Chapter(
    folder="alternative_data",
    title="Alternative data",
    view=view,
    part="appendix",
    applies=lambda inputs: inputs.validation.alternative_data is not None,
)
