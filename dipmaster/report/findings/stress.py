"""Findings on stress tests: drawdowns beyond the limit, risk controls that make them deeper."""

from collections.abc import Sequence

from dipmaster.report.findings.finding import Evidence
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.scenario_names import name_scenario
from dipmaster.results.stress import UNTOUCHED, StressRow

NAMED_MOST = 3


def drawdown_under_stress(inputs: ReportInputs) -> Evidence | None:
    """Scenarios in which the final phase reaches the drawdown limit with risk controls on."""
    deepest: dict[str, float] = {}
    for row in _list_shocks(inputs):
        if row.with_controls and not row.risk_controls_effective:
            drawdown = row.with_controls.worst_drawdown_frac
            name = name_scenario(row.scenario)
            deepest[name] = max(drawdown, deepest.get(name, 0.0))
    if not deepest:
        return None
    ranked = sorted(deepest.items(), key=lambda pair: -pair[1])
    return {
        "phase": inputs.stress.final_phase,
        "limit": inputs.stress.drawdown_limit_frac,
        "named": ranked[:NAMED_MOST],
        "more": len(ranked[NAMED_MOST:]),
    }


def harmful_risk_controls(inputs: ReportInputs) -> Evidence | None:
    """Scenarios in which risk controls make drawdowns deeper, with the whole interval."""
    deeper = [
        (name_scenario(row.scenario), row.start, -(row.drawdown_saved.value or 0.0))
        for row in _list_shocks(inputs)
        if row.drawdown_saved.high is not None and row.drawdown_saved.high < 0.0
    ]
    if not deeper:
        return None
    deeper.sort(key=lambda one: -one[-1])
    return {
        "phase": inputs.stress.final_phase,
        "named": deeper[:NAMED_MOST],
        "more": len(deeper[NAMED_MOST:]),
    }


def _list_shocks(inputs: ReportInputs) -> Sequence[StressRow]:
    """Rows of the final phase, of both starts."""
    final = inputs.stress.final_phase
    return [row for row in inputs.stress.rows if row.phase == final and row.scenario != UNTOUCHED]
