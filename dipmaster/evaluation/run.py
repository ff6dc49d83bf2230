"""Phases to ledgers and verdicts: one after the other, each given those before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from dipmaster import backtest
from dipmaster.backtest import Ledger
from dipmaster.core import stage
from dipmaster.core.parallel import map_in_forks
from dipmaster.core.params import Params
from dipmaster.evaluation.context import EvaluationContext, build_context
from dipmaster.evaluation.phase import CompletedPhase, JudgedPhase, Phase
from dipmaster.evaluation.phase_evaluation import (
    EntryUniverse,
    PhaseEvaluation,
    evaluate_phase,
    with_degradation,
)
from dipmaster.evaluation.reading import EvaluationInputs


@dataclass(frozen=True)
class EvaluationResult:
    """What a run of the stage found: phases in their order, and what they were judged in."""

    context: EvaluationContext
    phases: tuple[JudgedPhase, ...]

    @property
    def ledgers(self) -> Mapping[int, Ledger]:
        """By number of the phase."""
        return {one.phase.number: one.ledger for one in self.phases}

    @property
    def evaluations(self) -> tuple[PhaseEvaluation, ...]:
        """One a phase."""
        return tuple(one.evaluation for one in self.phases)


def evaluate_phases(
    inputs: EvaluationInputs, params: Params, phases: Sequence[Phase]
) -> EvaluationResult:
    """Trade and judge phases, each building on the ones before it.

    Trading is sequential, because a phase may be sized by the outcomes of another; judging
    looks at one ledger each and runs in copies of this process.

    Parameters
    ----------
    phases
        In rising order, with their own inputs: of `registry.read_phases`, or made.
    """
    context = build_context(inputs, params)
    completed = complete_phases(context, phases)
    up_to = [completed[: at + 1] for at in range(len(completed))]
    judged = map_in_forks(partial(judge_ledger, context), up_to)
    return EvaluationResult(context, tuple(map(_with_evaluation, completed, judged)))


def _with_evaluation(this: CompletedPhase, evaluation: PhaseEvaluation) -> JudgedPhase:
    return JudgedPhase(**vars(this), evaluation=evaluation)


def complete_phases(
    context: EvaluationContext, phases: Sequence[Phase]
) -> tuple[CompletedPhase, ...]:
    """Trade phases one after the other."""
    completed: tuple[CompletedPhase, ...] = ()
    for phase in phases:
        with stage.progress_step(f"trading phase {phase.number}: {phase.name}"):
            completed = (*completed, complete_phase(context, phase, completed))
    return completed


def complete_phase(
    context: EvaluationContext, phase: Phase, completed: Sequence[CompletedPhase]
) -> CompletedPhase:
    """Run the engine once over the whole period, flat at the out-of-sample start.

    Targets and rules of the exit policy are put on the entries here, so that an order never
    gets the exits of another candidate. Where the exit policy is the one of the phase
    before, its standalone outcomes are taken over.
    """
    orders, policy = phase.orders(context, completed), phase.exit_policy(context, completed)
    aligned = policy.at(orders.entries.candidate_id)
    entries = replace(orders.entries, target_frac=aligned.target_frac)
    inherited = [one.standalone for one in completed[-1:] if one.exit_policy is policy]
    return CompletedPhase(
        phase,
        replace(orders, entries=entries),
        policy,
        phase.exit_simulator(context, completed),
        inherited[0] if inherited else context.simulate_standalone(policy),
        backtest.run_backtest(
            context.inputs.panel, entries, context.params.execution, aligned.rules
        ),
    )


def judge_phase(context: EvaluationContext, completed: Sequence[CompletedPhase]) -> JudgedPhase:
    """The last of the phases, with what `judge_ledger` says of it."""
    return _with_evaluation(completed[-1], judge_ledger(context, completed))


def judge_ledger(
    context: EvaluationContext, completed: Sequence[CompletedPhase]
) -> PhaseEvaluation:
    """Judge a phase's ledger against its targets, and against chance under the same exits.

    What the phase adds is judged only where there is a verdict to lose: not where it
    abstained or its ledger does not add up.

    Parameters
    ----------
    completed
        The phases up to the one that is judged, which is the last.
    """
    *earlier, this = completed
    phase, ledger, params = this.phase, this.ledger, context.params
    abstention = this.orders.abstention
    evaluation = evaluate_phase(
        phase.number,
        ledger,
        EntryUniverse(context.inputs.panel, context.inputs.covariates, this.exit_simulator),
        context.period,
        phase.targets(params.gates),
        params.execution,
        params.gates,
        abstention.reason if abstention else "",
        tuple(chain(*phase.integrity_checks(context, earlier, ledger).values())),
    )
    if not (evaluation.abstained or evaluation.broken):
        return with_degradation(evaluation, phase.degradation(context, this))
    return evaluation
