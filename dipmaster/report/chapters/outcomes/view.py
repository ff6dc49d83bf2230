"""What each phase contributed, what it costs, and how often it succeeds."""

from collections.abc import Sequence

from dipmaster.core.params.digest import digest_sections
from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.outcomes import forest, table
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.table import table as tabulate
from dipmaster.results.metrics import NET_RETURN
from dipmaster.results.outcomes import OutcomesResults


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    results = inputs.outcomes
    rows = forest.list_rows(results)
    return {
        "results": results,
        "chart": forest.draw(rows) if rows else "",
        "idle": [one.phase for one in results.added if not one.trades],
        "unplanned": list_unplanned(results),
        "verdicts": group_by_verdict(results),
        "lines": tabulate(table.COLUMNS, table.list_lines(results), "data short grouped"),
        "differing": list_differing(inputs),
    }


def list_unplanned(results: OutcomesResults) -> list[int]:
    """Phases that were traded and have no return on investment: the roadmap does not plan them."""
    planned = {one.phase for one in results.roi}
    return [one.phase for one in results.added if one.phase not in planned]


def group_by_verdict(results: OutcomesResults) -> dict[str, list[int]]:
    """Phases by what the net return of the last phase owes to them, after the correction."""
    verdicts = [(getattr(one, NET_RETURN.key).comparison.verdict, one.phase)
                for one in results.left_out]  # fmt: skip
    named = ("better", "worse", "inconclusive", "insufficient data")
    groups = {name: [phase for found, phase in verdicts if found == name] for name in named}
    return {name: phases for name, phases in groups.items() if phases}


def list_differing(inputs: ReportInputs) -> Sequence[str]:
    """Sections of the params that differ from those of the study of many markets."""
    studied, own = inputs.outcomes.success.params, digest_sections(inputs.params)
    return [name for name in own if studied.get(name) != own[name]]


OUTCOMES = Chapter(
    folder="outcomes",
    title="Contributions and outcomes",
    view=view,
    applies=lambda inputs: bool(inputs.outcomes.added),
)
