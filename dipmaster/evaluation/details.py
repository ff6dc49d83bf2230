"""All phases judged to validate.json: everything behind the gates."""

from collections.abc import Mapping
from dataclasses import asdict
from itertools import pairwise

from dipmaster.evaluation.claims import all_claims
from dipmaster.evaluation.comparison import compare_phases
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.figures.breakdowns import Record
from dipmaster.evaluation.figures.phase_figures import period_record, phase_record
from dipmaster.evaluation.phase import JudgedPhase, OwnResults
from dipmaster.evaluation.run import EvaluationResult
from dipmaster.evaluation.statistics.gates import Ruling


def assemble_details(result: EvaluationResult, ruling: Ruling) -> Record:
    """Every figure outside gates.json; None where it cannot be computed."""
    context, phases = result.context, result.phases
    differences = _differences(result)
    own = _own_results(context, phases, differences)
    built = [one.phase.number for one in phases]
    claims = [claim for one in own for claim in one.claims]
    return {
        "verdict": ruling.verdict,
        "verdict_reason": ruling.reason,
        "period": period_record(context.period),
        "built_phases": built,
        "phases": {str(one.phase.number): _figures(context, one) for one in phases},
        "checks": [
            {"phase": one.phase.number, **asdict(check)}
            for one in phases
            for check in one.evaluation.checks
        ],
        "differences": {str(number): record for number, record in differences.items()},
        **{name: section for one in own for name, section in one.sections.items()},
        "promises": all_claims(claims, built),
    }


def _differences(result: EvaluationResult) -> dict[int, Record]:
    """Phase to what it changed against the one before it."""
    context = result.context
    return {
        later.phase: compare_phases(
            later, earlier, result.ledgers, context.period, context.params.gates
        )
        for earlier, later in pairwise(result.evaluations)
    }


def _own_results(
    context: EvaluationContext,
    phases: tuple[JudgedPhase, ...],
    differences: Mapping[int, Record],
) -> list[OwnResults]:
    return [
        one.phase.own_results(context, phases[: at + 1], differences)
        for at, one in enumerate(phases)
    ]


def _figures(context: EvaluationContext, one: JudgedPhase) -> Record:
    """Of one phase; those that can abstain say whether they did, and what fails them."""
    figures = phase_record(
        one.evaluation,
        one.ledger,
        context.inputs.candidates,
        context.period,
        context.params.exits.cap_bars,
        context.params.gates,
    )
    abstention = one.orders.abstention
    if abstention is None:
        return figures
    return {
        **figures,
        "abstained": abstention.reason or None,
        "abstained_at": abstention.lost_at or None,
        "harm": one.evaluation.degradation or None,
    }
