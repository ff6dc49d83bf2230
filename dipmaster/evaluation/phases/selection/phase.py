"""Phase 1: what the signal filter admits, with the exits, costs and size of phase 0."""

from dataclasses import dataclass

from dipmaster.backtest import Ledger
from dipmaster.core.errors import PipelineError
from dipmaster.core.kernels import Bools
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import (
    Checks,
    Completed,
    Differences,
    JudgedPhases,
    OwnResults,
    Phase,
    PhaseOrders,
)
from dipmaster.evaluation.phase_evaluation import describe_inconclusive_change
from dipmaster.evaluation.phases.selection.claims import measure_claims
from dipmaster.evaluation.phases.selection.integrity import check_admission
from dipmaster.evaluation.phases.selection.orders import find_abstention, select_admitted
from dipmaster.evaluation.phases.selection.signals import build_funnel, measure_signal_quality
from dipmaster.results.evaluation.funnel import Funnel
from dipmaster.signal_filter import assess_checks, compute_confirmation_signals
from dipmaster.signal_filter.inputs import CandidateInputs


@dataclass(frozen=True)
class SelectionPhase(Phase):
    """Orders of the phase before that were admitted, the highest confidence first."""

    number = 1
    name = "selection"
    title = "signal filter"

    def orders(self, context: EvaluationContext, completed: Completed) -> PhaseOrders:
        """Order what was admitted."""
        inputs, filter_results = context.inputs, context.filter_results
        before = self._before(completed).orders.entries
        return PhaseOrders(
            select_admitted(before, inputs.scores, filter_results),
            find_abstention(
                inputs.candidates, filter_results, context.period, inputs.confidence.reason
            ),
        )

    def integrity_checks(
        self, context: EvaluationContext, completed: Completed, ledger: Ledger
    ) -> Checks:
        """Check that what was traded had been admitted, on scores made before."""
        inputs, params = context.inputs, context.params
        checks = check_admission(
            ledger.trades,
            inputs.candidates,
            inputs.scores,
            context.filter_results,
            params.confidence.thresholds if params.filter.threshold else None,
            inputs.confidence.folds,
        )
        return {**super().integrity_checks(context, completed, ledger), self.name: checks}

    def own_results(
        self, context: EvaluationContext, judged: JudgedPhases, differences: Differences
    ) -> OwnResults:
        """Follow the candidates step by step, and judge what was traded as signals."""
        inputs, gates = context.inputs, context.params.gates
        before, this = judged[-2], judged[-1]
        if inputs.volatility is None:
            raise PipelineError(
                "phase 1: its claims on regimes need what the stage volatility measured, found "
                "none.\n  Fix: give build_inputs the results of reports/metrics/volatility.json."
            )
        quality = measure_signal_quality(
            inputs.scores, context.filter_results, this.traded, context.period, gates, inputs.truth
        )
        claims = measure_claims(
            differences[self.number],
            quality,
            inputs.volatility.regimes,
            inputs.confidence.calibration_by_regime,
            describe_inconclusive_change(this.evaluation, before.evaluation, gates),
            context.period.blocks,
            gates,
        )
        funnel = _funnel(context, this.traded)
        return OwnResults({"funnel": funnel, "signal_quality": quality}, claims)


def _funnel(context: EvaluationContext, traded: Bools) -> Funnel:
    inputs, params = context.inputs, context.params
    regime = inputs.scores["regime"].to_numpy(dtype="int64")
    signals = CandidateInputs(inputs.filter_inputs, inputs.absent)
    return build_funnel(
        inputs.scores,
        context.filter_results,
        traded,
        context.period,
        params.filter,
        params.confirmation,
        params.gates,
        assess_checks(params.signal, params.filter, inputs.filter_inputs, inputs.absent),
        compute_confirmation_signals(signals, regime, params.confirmation),
    )
