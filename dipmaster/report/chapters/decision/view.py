"""Page one: verdicts, the matrix and the key figures of the last phase that traded."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.decision.summary_chart import draw_summary
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import gates
from dipmaster.report.kit.comparison import in_sentence
from dipmaster.report.kit.forest import small
from dipmaster.results import GateRow
from dipmaster.results.evaluation.phase import PhaseFigures
from dipmaster.results.metrics import EXCESS_WIN_RATE

GONE_BEFORE_FRAC = 0.5  # of the capital: page one says so where less was left at the boundary


@dataclass(frozen=True)
class PhaseVerdict:
    """What was decided of a phase.

    Attributes
    ----------
    targets
        Gates with a target of the roadmap.
    has_excess
        Whether the excess win rate is a gate too.
    tally
        Verdict to the number of gates that have it.
    """

    number: int
    figures: PhaseFigures
    targets: int
    has_excess: bool
    tally: Mapping[str, int]


def view(inputs: ReportInputs) -> Context:
    """What page one prints, charts drawn."""
    number = inputs.headline_phase
    figures, judged = inputs.phase(number), inputs.gates_of(number)
    name = f"phase {number}" if inputs.latest else ""
    planned = gates.roadmap_phases(inputs.built)
    return {
        "planned": planned,
        "is_complete": set(planned) <= set(inputs.built),
        "verdict": inputs.validation.verdict,
        "reason": inputs.validation.verdict_reason,
        "counted": [_verdict(inputs, phase) for phase in inputs.built if phase],
        "checks": inputs.validation.integrity_checks,
        "contribution": inputs.contribution(inputs.latest),
        "baseline": inputs.phase(inputs.built[0]),
        "metrics_by_verdict": _metrics_by_verdict(inputs.gates_of(inputs.built[0])),
        "number": number,
        "figures": figures,
        "name": name,
        "is_ruined": inputs.is_ruined(number),
        "lost_before_frac": _lost_before(figures, inputs.params.execution.capital),
        "win_rate": judged.get("win_rate"),
        "excess": judged.get(EXCESS_WIN_RATE.key),
        "matrix": gates.matrix(inputs.gates, inputs.built, inputs.params.gates),
        "forest": small(inputs.judged),
        "summary_chart": draw_summary(figures, judged, name) if figures.counts.trades else "",
    }


def _verdict(inputs: ReportInputs, number: int) -> PhaseVerdict:
    judged = inputs.gates_of(number)
    return PhaseVerdict(
        number=number,
        figures=inputs.phase(number),
        targets=sum(gates.metric_of(gate).in_roadmap for gate in judged.values()),
        has_excess=EXCESS_WIN_RATE.key in judged,
        tally=Counter(gate.verdict for gate in judged.values()),
    )


def _metrics_by_verdict(judged: Mapping[str, GateRow]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {
        "FAIL": [],
        "PASS": [],
        "INCONCLUSIVE": [],
        "INSUFFICIENT DATA": [],
    }
    for metric in gates.ROADMAP_METRICS:
        if metric.key in judged:
            names[judged[metric.key].verdict].append(in_sentence(metric))
    return names


def _lost_before(figures: PhaseFigures, capital: float) -> float | None:
    """An account that was gone before the gated period must not read as one that lost nothing."""
    start = figures.money.equity_at_start
    return None if start >= GONE_BEFORE_FRAC * capital else 1.0 - start / capital


DECISION = Chapter(folder="decision", anchor="decision", title="Decision page", view=view)
