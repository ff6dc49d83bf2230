"""Page one: what is decided for each phase, why, how long until more is known, at what risk."""

from dataclasses import dataclass, replace

from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.decision import final_phase
from dipmaster.report.chapters.decision.grouping import PART, group
from dipmaster.report.findings.results import rarely_invested
from dipmaster.report.findings.rules import find
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import accounts, gates, numbers
from dipmaster.report.kit.table import table
from dipmaster.report.recommendation import Recommendation
from dipmaster.report.time_to_decision import describe_time, find_longest
from dipmaster.results.evaluation.phase import PhaseFigures
from dipmaster.results.evaluation.record import SECTIONS
from dipmaster.results.summary import summarize

GONE_BEFORE_FRAC = 0.5  # of the capital: page one says so where less was left at the split
RISKS = 3  # findings on page one
SHOWN_PARTS = 2  # of a recommendation that is not the final one's: what is missing, and until when
OUT_OF_REACH = "a verdict on all gates is out of reach (times below)"
ROOMY = 3  # phases at most with which page one needs no smaller type


@dataclass(frozen=True)
class PhaseColumn:
    """One phase of the roadmap at the foot of the matrix; no figures where it is not built.

    Attributes
    ----------
    minimum, decision
        Time until the minimum data, and until the slowest gate can be decided, in print.
    """

    number: int
    figures: PhaseFigures | None
    minimum: str = ""
    decision: str = ""


def view(inputs: ReportInputs) -> Context:
    """Recommendations, the matrix with its verdicts, accounts side by side, the largest risks."""
    number = inputs.headline_phase
    figures = inputs.phase(number)
    summary = summarize(inputs.validation, inputs.gates)
    planned = gates.roadmap_phases(inputs.built)
    columns = [_column(inputs, phase) for phase in planned]
    return {
        "planned": planned,
        "trials": inputs.trials,
        "is_complete": set(planned) <= set(inputs.built),
        "final": final_phase.answer(inputs),
        "verdict": summary.verdict,
        "reason": summary.verdict_reason,
        "decided": group(_list_recommendations(inputs)),
        "recommendations": inputs.recommendations,
        "checks": inputs.validation.integrity_checks,
        "columns": columns,
        "explained": [one for one in columns if _is_explained(one, FINAL_PHASE in inputs.built)],
        "is_dense": len(inputs.built) > ROOMY or any(map(inputs.has_override, inputs.built)),
        "number": number,
        "figures": figures,
        "exits_change": _exits_change(inputs),
        "exposure": figures.exposure,
        "is_barely_invested": rarely_invested(inputs) is not None,
        "is_ruined": inputs.is_ruined(number),
        "lost_before_frac": _lost_before(figures, inputs.params.execution.capital),
        "drawdown_window": _drawdown_window(figures),
        "matrix": gates.matrix(inputs.shown_gates, inputs.built, inputs.params.gates),
        "accounts": table(accounts.COLUMNS, inputs.accounts, "data short accounts"),
        "risks": find(inputs)[:RISKS],
    }


def _list_recommendations(inputs: ReportInputs) -> list[Recommendation]:
    """Of all phases but 0; beside the final one the others are given by their first parts.

    The rest of it stands in the chapter on approvals, times to a decision in the matrix.
    """
    every = [one for one in inputs.recommendations if one.phase]
    if FINAL_PHASE not in inputs.built:
        return every
    return [one if one.phase == FINAL_PHASE else _shorten(inputs, one) for one in every]


def _shorten(inputs: ReportInputs, one: Recommendation) -> Recommendation:
    parts = one.text.split(PART)[:SHOWN_PARTS]
    longest = find_longest(tuple(inputs.gates_of(one.phase).values()))
    is_said = longest and longest.describe() in PART.join(parts)
    if one.action == "keep collecting" and longest and longest.is_out_of_reach and not is_said:
        parts.append(OUT_OF_REACH)
    return replace(one, text=PART.join(parts))


def _column(inputs: ReportInputs, phase: int) -> PhaseColumn:
    if phase not in inputs.built:
        return PhaseColumn(phase, None)
    figures = inputs.phase(phase)
    days, is_short = figures.days_needed, figures.verdict == "INSUFFICIENT DATA"
    longest = find_longest(tuple(inputs.gates_of(phase).values()))
    if figures.verdict in ("PASS", "FAIL"):
        return PhaseColumn(phase, figures, "reached", "decided")
    return PhaseColumn(
        phase,
        figures,
        ("not computable" if days is None else describe_time(days)) if is_short else "reached",
        describe_time(longest.days) if longest else "not computable",
    )


def _is_explained(one: PhaseColumn, has_final: bool) -> bool:
    """Whether page one gives the reason of a verdict: not where the recommendation has it.

    With the final phase built its answer takes the place of lists of gates.
    """
    if not one.number or one.figures is None or one.figures.verdict == "PASS":
        return False
    figures = one.figures
    if has_final:
        return bool(figures.degradation or figures.abstained_at)
    is_short = figures.verdict == "INSUFFICIENT DATA" and not figures.abstained_at
    return not is_short or figures.degradation is not None


def _drawdown_window(figures: PhaseFigures) -> str:
    """What the gate's drawdown is the largest of; that of the accounts is of the whole period."""
    drawdown = figures.drawdown
    if drawdown.days < drawdown.horizon_days:
        return "whole period"
    return f"within any {numbers.days(drawdown.horizon_days)}"


def _exits_change(inputs: ReportInputs) -> Context | None:
    """What the adaptive exits change over all candidates."""
    results = inputs.validation.exits
    if FINAL_PHASE in inputs.built:  # the recommendation for phase 2 has it where it decides
        return None
    if results is None or inputs.has_override(SECTIONS["exits"]):
        return None
    if results.standalone.change.mean_net_bps.value is None:
        return None
    return {"n": results.standalone.n, "net": results.standalone.change.mean_net_bps}


def _lost_before(figures: PhaseFigures, capital: float) -> float | None:
    """An account that was gone before the gated period must not read as one that lost nothing."""
    start = figures.money.equity_at_start
    return None if start >= GONE_BEFORE_FRAC * capital else 1.0 - start / capital


DECISION = Chapter(folder="decision", title="Decision", view=view)
