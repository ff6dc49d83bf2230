"""All phases judged to validate.json: everything behind the gates."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from itertools import pairwise

from dipmaster.core.parallel import call_in_forks
from dipmaster.evaluation.claims import list_claims
from dipmaster.evaluation.comparison import compare_phases
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.figures.benchmarks import build_benchmarks
from dipmaster.evaluation.figures.intrabar import compare_intrabar_orders
from dipmaster.evaluation.figures.phase_figures import build_phase_figures, build_split_period
from dipmaster.evaluation.phase import JudgedPhase, OwnResults, Phase
from dipmaster.evaluation.run import EvaluationResult
from dipmaster.evaluation.statistics.rules import Ruling
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.intrabar import IntrabarOrder
from dipmaster.results.evaluation.phase import PhaseDescription, PhaseFigures
from dipmaster.results.evaluation.record import IntegrityCheck, ValidationResults


def assemble_results(
    result: EvaluationResult, ruling: Ruling, registered: Sequence[type[Phase]]
) -> ValidationResults:
    """Every figure outside gates.json; None where it cannot be computed.

    Parameters
    ----------
    registered
        Phases that there are: those that were not evaluated are named all the same.
    """
    context, phases = result.context, result.phases
    differences = _compare_neighbours(result)
    own_results, figures = _measure_phases(context, phases, differences)
    built = tuple(one.phase.number for one in phases)
    return ValidationResults(
        verdict=ruling.verdict,
        verdict_reason=ruling.reason,
        period=build_split_period(context.period),
        benchmarks=build_benchmarks(
            context.inputs.panel,
            context.period,
            context.params.execution,
            context.params.benchmark,
        ),
        built_phases=built,
        registered=_describe_phases([*registered, *(type(one.phase) for one in phases)]),
        phases=dict(zip(map(str, built), figures, strict=True)),
        integrity_checks=tuple(
            IntegrityCheck(phase=one.phase.number, **asdict(check))
            for one in phases
            for check in one.evaluation.integrity_checks
        ),
        differences={str(number): change for number, change in differences.items()},
        claims=list_claims([claim for one in own_results for claim in one.claims], built),
        **{name: section for one in own_results for name, section in one.sections.items()},
    )


def _describe_phases(phases: Sequence[type[Phase]]) -> dict[str, PhaseDescription]:
    return {str(one.number): one.describe() for one in phases}


def _compare_neighbours(result: EvaluationResult) -> dict[int, PhaseComparison]:
    """Phase to what it changed against the one before it."""
    context = result.context
    return {
        later.phase: compare_phases(
            later, earlier, result.ledgers, context.period, context.params.gates
        )
        for earlier, later in pairwise(result.evaluations)
    }


def _measure_phases(
    context: EvaluationContext,
    phases: Sequence[JudgedPhase],
    differences: Mapping[int, PhaseComparison],
) -> tuple[list[OwnResults], list[PhaseFigures]]:
    """What each phase alone has, and what every phase has."""
    up_to = [phases[: at + 1] for at in range(len(phases))]
    own = [partial(some[-1].phase.own_results, context, some, differences) for some in up_to]
    measured = call_in_forks([*own, *(partial(_figures, context, one) for one in phases)])
    return measured[: len(phases)], measured[len(phases) :]


def _figures(context: EvaluationContext, one: JudgedPhase) -> PhaseFigures:
    """Of one phase; those that can abstain say whether they did, and what fails them."""
    figures = build_phase_figures(
        one.evaluation,
        one.ledger,
        context.inputs.candidates,
        context.inputs.panel,
        context.period,
        context.params.exits,
        context.params.gates,
        _compare_intrabar_orders(context, one),
        context.params.execution,
    )
    abstention = one.orders.abstention
    if abstention is None:
        return figures
    return replace(
        figures,
        abstained=abstention.reason or None,
        abstained_at=abstention.lost_at or None,
        degradation=one.evaluation.degradation,
    )


def _compare_intrabar_orders(context: EvaluationContext, one: JudgedPhase) -> IntrabarOrder:
    entries = one.orders.entries
    rules = one.exit_policy.at(entries.candidate_id).rules
    return compare_intrabar_orders(
        context.inputs.panel, entries, context.params.execution, rules, one.ledger, context.period
    )
