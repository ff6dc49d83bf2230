"""Stress tests in detail: what each scenario changes, all phases and starts, worst windows."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.stress_scenarios import tables
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.scenario_names import SCENARIOS


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    results = inputs.stress
    traded = {row.phase for row in results.rows if row.traded}
    final = [
        row
        for row in results.rows
        if row.phase == results.final_phase and row.runs and row.phase in traded
    ]
    start = final[-1].start if final else ""
    return {
        "results": results,
        "section": inputs.params.stress,
        "names": SCENARIOS,
        "final": tables.tabulate_final([row for row in final if row.start == start]),
        "start": start,
        "idle": [phase for phase in results.phases if phase not in traded],
        "phases": tables.compare_phases(results),
        "lacking": list(dict.fromkeys(row.reason for row in results.rows if row.reason)),
        "worst": tables.tabulate_worst(results.worst_windows, results.window_days),
    }


STRESS_SCENARIOS = Chapter(
    folder="stress_scenarios",
    title="Stress scenarios",
    view=view,
    part="appendix",
    applies=lambda inputs: any(row.runs for row in inputs.stress.rows),
)
