"""The roadmap's question, answered for its final phase: reached or not, and which gate decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import gates, numbers
from dipmaster.report.kit.comparison import Change
from dipmaster.report.kit.evidence_names import name_source
from dipmaster.report.time_to_decision import find_longest
from dipmaster.results.common import Verdict
from dipmaster.results.evaluation.alternative_data import AlternativeDataFigures
from dipmaster.results.gates import GateRow
from dipmaster.results.metrics import SHARPE, WIN_RATE


@dataclass(frozen=True)
class FinalAnswer:
    """What page one says of the final phase.

    Attributes
    ----------
    verdict, overall
        Of the phase, and of all together: what an earlier phase adds can fail the whole.
    binding
        Gates that decide, in print: those that fail; else the one that takes longest.
    passed
        Its gates that pass, of `of`, in print: those that the matrix does not have with values.
    reaches_win_rate
        Whether the gate of the win rate passes: then nothing need be said of what can be won.
    contributions
        Phase to its difference in Sharpe ratio to the phase before, in print.
    """

    number: int
    verdict: Verdict
    overall: Verdict
    has_trades: bool
    binding: Sequence[str]
    passed: Sequence[str]
    of: int
    reaches_win_rate: bool
    contributions: Sequence[str]
    figures: AlternativeDataFigures
    source: str


def answer(inputs: ReportInputs) -> FinalAnswer | None:
    """None while the final phase is not built."""
    figures = inputs.validation.alternative_data
    if figures is None:
        return None
    judged = inputs.gates_of(FINAL_PHASE)
    return FinalAnswer(
        number=FINAL_PHASE,
        verdict=inputs.phase(FINAL_PHASE).verdict,
        overall=inputs.validation.verdict,
        has_trades=bool(inputs.phase(FINAL_PHASE).counts.trades),
        binding=[_describe(gate) for gate in find_binding(tuple(judged.values()))],
        passed=[_name(gate) for gate in judged.values() if gate.verdict == "PASS"],
        of=len(judged),
        reaches_win_rate=judged[WIN_RATE.key].verdict == "PASS",
        contributions=[_contribute(inputs, phase) for phase in inputs.built if phase],
        figures=figures,
        source=name_source(inputs.alternative_data.data.provider),
    )


def find_binding(judged: Sequence[GateRow]) -> Sequence[GateRow]:
    """Gates that fail; where none does the one that takes longest to decide, else all open ones."""
    failed = [gate for gate in judged if gate.verdict == "FAIL"]
    longest = find_longest(judged)
    if failed or longest is None:
        return failed or [gate for gate in judged if gate.verdict != "PASS"]
    return [longest.gate]


def _name(gate: GateRow) -> str:
    metric = gates.metric_of(gate)
    value = "" if metric in gates.ROADMAP_METRICS else f" {gates.value_of(gate)}"
    return f"{metric.name}{value}"


def _describe(gate: GateRow) -> str:
    """Name and value: win rate 76.5 % (74.1 to 78.9 %; target >= 85 %)."""
    between = gates.bounds_of(gate)
    bounds = "" if between == numbers.MISSING else f"{between}; "
    name = gates.metric_of(gate).name
    return f"{name} {gates.value_of(gate)} ({bounds}target {gates.gate_target(gate)})"


def _contribute(inputs: ReportInputs, phase: int) -> str:
    change = _sharpe_change(inputs, phase)
    if change is None or change.comparison.value is None:
        return f"phase {phase} not computable"
    return f"phase {phase} {change.difference} ({change.comparison.verdict})"


def _sharpe_change(inputs: ReportInputs, phase: int) -> Change | None:
    found = inputs.contribution(phase)
    rows = found.changes if found else ()
    return next((row for row in rows if row.metric.key == SHARPE.key), None)
