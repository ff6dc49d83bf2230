"""The appendix on other costs, thresholds, subsets and capitals."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.sensitivity_tables import (
    capacity,
    capacity_chart,
    costs,
    subsets,
    thresholds,
)
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.phase_table import by_phase, group_by_phase
from dipmaster.report.kit.table import table


def view(inputs: ReportInputs) -> Context:
    """Tables of every part; the chapter is there only where a phase traded."""
    results = inputs.sensitivity
    traded = results.traded
    priced = {number: results.costs.phase(number) for number in traded}
    number = inputs.headline_phase if inputs.headline_phase in traded else traded[-1]
    parts = [results.subset(number) for number in traded]
    measured = [one for one in results.capacity if one.points]
    drawn = capacity_chart.select(measured)
    return {
        "results": results,
        "number": number,
        "gates": table(
            costs.gate_columns(results.costs), priced[number].at(results.costs.slippage_bps)
        ),
        "all_gates": group_by_phase(costs.gate_lines(results.costs), priced, ("Gate", "Fee, bp")),
        "slippage": group_by_phase(
            costs.slippage_lines(results.costs), priced, ("Fee, bp", "Slippage, bp")
        ),
        "thresholds": thresholds.tabulate(results.thresholds, traded),
        "is_any_reaching": bool(thresholds.list_reaching(results.thresholds)),
        "idle": thresholds.list_idle(results.thresholds),
        "excluded": thresholds.group_excluded(results.thresholds),
        "by_group": subsets.by_group(parts),
        "without": subsets.without(parts),
        "best": [(one.phase, [r for r in one.without if r.kind != "coin"]) for one in parts],
        "capacity": by_phase(
            capacity.lines(measured), {one.phase: one for one in measured}, "Capital"
        )
        if measured
        else None,
        "capacity_chart": capacity_chart.draw(drawn) if drawn else "",
        "capacity_reasons": capacity.list_reasons(results.capacity),
    }


SENSITIVITY_TABLES = Chapter(
    folder="sensitivity_tables",
    title="Sensitivity in detail",
    view=view,
    part="appendix",
    applies=lambda inputs: bool(inputs.sensitivity.traded),
)
