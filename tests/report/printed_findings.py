"""Findings as printed, and runs made to have one."""

from dataclasses import replace

from dipmaster.report.findings.rules import find
from dipmaster.report.inputs import ReportInputs
from dipmaster.results.evaluation.phase import PhaseFigures
from tests.report.printed import plain
from tests.report.run import with_gates, with_phases


def said(inputs: ReportInputs) -> dict[str, str]:
    """Findings by name, as printed."""
    return {one.name: plain(one.sentence) for one in find(inputs)}


def consequences(inputs: ReportInputs) -> dict[str, str]:
    """What follows from each finding, as printed."""
    return {one.name: plain(one.consequence) for one in find(inputs)}


def with_figures(inputs: ReportInputs, phase: int, **changes: object) -> ReportInputs:
    figures: PhaseFigures = inputs.phase(phase)
    return with_phases(inputs, {phase: replace(figures, **changes)})  # type: ignore[arg-type]


def losing_gate(inputs: ReportInputs, phase: int, high: float) -> ReportInputs:
    return with_gates(
        inputs,
        tuple(
            replace(row, value=0.5, low=0.4, high=high)
            if (row.phase, row.metric) == (phase, "profit_factor")
            else row
            for row in inputs.gates
        ),
    )
