"""The appendix on contributions: every difference with its p-values, and the capital needed."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.contributions import tables
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.table import table


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    results = inputs.outcomes
    programme = () if results.programme is None else (results.programme,)
    return {
        "results": results,
        "added": table(tables.LINES, tables.list_lines(results.added)),
        "added_reasons": tables.list_reasons(results.added),
        "left_out": table(tables.LINES, tables.list_lines(results.left_out)),
        "left_out_reasons": tables.list_reasons(results.left_out),
        "capital": table(tables.CAPITAL, (*results.roi, *programme)),
    }


CONTRIBUTIONS = Chapter(
    folder="contributions",
    title="Contributions in detail",
    view=view,
    part="appendix",
    applies=lambda inputs: bool(inputs.outcomes.added),
)
