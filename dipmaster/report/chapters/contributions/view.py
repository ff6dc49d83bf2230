"""The appendix on contributions: the last phase without each phase, and the capital needed."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.contributions import tables
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.table import table


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    results = inputs.outcomes
    computable = [one for one in results.left_out if tables.is_computable(one)]
    programme = () if results.programme is None else (results.programme,)
    return {
        "results": results,
        "left_out": table(tables.LINES, tables.list_lines(computable)),
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
