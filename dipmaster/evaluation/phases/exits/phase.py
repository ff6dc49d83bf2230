"""Phase 2: the orders of the phase before, left by targets, trailing stop and exit models."""

from dataclasses import dataclass
from typing import Self

from dipmaster.backtest import Ledger
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import AdaptiveExits, Params
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import (
    Checks,
    Completed,
    CompletedPhase,
    Differences,
    JudgedPhases,
    OwnResults,
    Phase,
)
from dipmaster.evaluation.phase_evaluation import describe_inconclusive_change
from dipmaster.evaluation.phases.exits.ablation import is_on, without_models
from dipmaster.evaluation.phases.exits.claims import measure_claims
from dipmaster.evaluation.phases.exits.degradation import measure_degradation
from dipmaster.evaluation.phases.exits.inputs import ExitInputs
from dipmaster.evaluation.phases.exits.integrity import check_exits
from dipmaster.evaluation.phases.exits.policy import adaptive_exit_returns, build_adaptive_policies
from dipmaster.evaluation.phases.exits.reading import read_exits
from dipmaster.evaluation.phases.exits.results import ExitEvidence, measure_exits
from dipmaster.evaluation.reading import EvaluationInputs
from dipmaster.evaluation.standalone import (
    ExitPolicy,
    StandalonePair,
    StandaloneTrades,
    build_standalone_trades,
)
from dipmaster.evaluation.statistics.random_entry.portfolios import ExitSimulator
from dipmaster.evaluation.statistics.sample import select_out_of_sample
from dipmaster.results.evaluation.phase import Degradation


@dataclass(frozen=True)
class ExitsPhase(Phase):
    """The entries of the phase before with exits of their own.

    Attributes
    ----------
    inputs
        What the `exits` stage made of the candidates.
    """

    inputs: ExitInputs

    number = 2
    name = "exits"
    title = "adaptive exits"
    addition = "exit models"
    replaces = "exits"

    @classmethod
    def read_inputs(cls, inputs: EvaluationInputs, params: Params) -> Self:
        """Read plans, scored rows and models."""
        return cls(read_exits(inputs.panel, inputs.candidates, params.exits.max_holding_bars))

    def exit_policy(self, context: EvaluationContext, completed: Completed) -> ExitPolicy:
        """Leave by dynamic target, trailing stop and exit probability."""
        exits = context.params.exits
        return build_adaptive_policies(self.inputs, self.inputs.score, exits)(exits)

    def exit_simulator(self, context: EvaluationContext, completed: Completed) -> ExitSimulator:
        """Leave any bar in the same way, scored by the stored models."""
        params, inputs = context.params, self.inputs

        def simulate(symbol: Ints, bar: Ints) -> Floats:
            net = adaptive_exit_returns(
                inputs.market, inputs.models, params.execution, params.exits
            )
            return net(symbol, bar)

        return simulate

    def integrity_checks(
        self, context: EvaluationContext, completed: Completed, ledger: Ledger
    ) -> Checks:
        """Check that what was sold had been decided, by scores made before."""
        candidates, exits = context.inputs.candidates, context.params.exits
        checks = check_exits(ledger, candidates, self.inputs, exits)
        return {**super().integrity_checks(context, completed, ledger), self.name: checks}

    def degradation(self, context: EvaluationContext, this: CompletedPhase) -> Degradation | None:
        """Say what the exit models cost on every candidate out of sample."""
        if not is_on(context.params.exits, "models"):
            return None
        entries = context.eligible_entries
        unguided = self.inputs.without_models("without models", entries)
        pair = StandalonePair(this.standalone_trades(entries), unguided)
        return measure_degradation(pair, context.params.gates)

    def own_results(
        self, context: EvaluationContext, judged: JudgedPhases, differences: Differences
    ) -> OwnResults:
        """Measure the exits on standalone trades, under these exits and those before."""
        before, this = judged[-2], judged[-1]
        params = context.params
        evidence = self._evidence(context, before, this)
        figures = measure_exits(evidence, context.inputs.panel, params.exits, params.gates)
        lacking = describe_inconclusive_change(this.evaluation, before.evaluation, params.gates)
        claims = measure_claims(
            differences[self.number],
            figures,
            this.evaluation.sample.trades,
            lacking,
            evidence.pair.only(evidence.paired).lacking(params.gates),
        )
        return OwnResults({"exits": figures}, claims)

    def _evidence(
        self, context: EvaluationContext, before: CompletedPhase, this: CompletedPhase
    ) -> ExitEvidence:
        entries, exits = context.eligible_entries, context.params.exits
        opened = this.traded[entries.candidate]
        policies = build_adaptive_policies(self.inputs, self.inputs.score, exits)

        def simulate(name: str, switched: AdaptiveExits) -> StandaloneTrades:
            if switched == without_models(exits):  # the stage has followed every candidate so
                return self.inputs.without_models(name, entries)
            outcomes = context.simulate_standalone(policies(switched))
            return build_standalone_trades(name, entries, outcomes)

        trades, fills = select_out_of_sample(this.ledger.trades, context.period), this.ledger.fills
        return ExitEvidence(
            entries,
            opened,
            opened & before.traded[entries.candidate],
            StandalonePair(this.standalone_trades(entries), before.standalone_trades(entries)),
            simulate(f"phase {self.number} without models", without_models(exits)),
            simulate,
            self.inputs.plans,
            self.inputs.score,
            this.exit_policy.rules.trailing,
            trades,
            fills[fills["trade_id"].isin(trades["trade_id"])],
        )
