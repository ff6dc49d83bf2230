"""Phase 4: what phases 1 to 3 order on the confidence that evidence was added to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dipmaster.backtest import Ledger
from dipmaster.core import catalog
from dipmaster.core.params import Params
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
from dipmaster.evaluation.phases.alternative_data.claims import measure_claims
from dipmaster.evaluation.phases.alternative_data.inputs import (
    EvidenceInputs,
    read_evidence_inputs,
    score_again,
)
from dipmaster.evaluation.phases.alternative_data.integrity import check_evidence
from dipmaster.evaluation.phases.alternative_data.orders import order_again
from dipmaster.evaluation.phases.alternative_data.results import measure_evidence
from dipmaster.evaluation.reading import EvaluationInputs


@dataclass(frozen=True)
class AlternativeDataPhase(Phase):
    """The phases before once more, on other scores; without evidence the phase before.

    Attributes
    ----------
    inputs
        Scores of the stage `alt-data`.
    """

    inputs: EvidenceInputs

    number = 4
    name = "alternative_data"
    title = "alternative data"

    @classmethod
    def missing_input(cls) -> Path | None:
        """Name the folder of the stage `alt-data` where it is not there."""
        return None if catalog.ALTERNATIVE.is_dir() else catalog.ALTERNATIVE

    @classmethod
    def read_inputs(cls, inputs: EvaluationInputs, params: Params) -> Self:
        """Read the scores with evidence."""
        return cls(read_evidence_inputs(inputs.candidates))

    def orders(self, context: EvaluationContext, completed: Completed) -> PhaseOrders:
        """Order what the phases before order on these scores: admitted and sized anew."""
        return order_again(score_again(context, self.inputs), completed)[-1].orders

    def integrity_checks(
        self, context: EvaluationContext, completed: Completed, ledger: Ledger
    ) -> Checks:
        """Check by the phases before, on these scores, and that evidence was known in time."""
        rescored = score_again(context, self.inputs)
        inherited = super().integrity_checks(rescored, order_again(rescored, completed), ledger)
        checks = check_evidence(ledger.trades, self.inputs, context.inputs.scores)
        return {**inherited, self.name: checks}

    def own_results(
        self, context: EvaluationContext, judged: JudgedPhases, differences: Differences
    ) -> OwnResults:
        """Measure which trades evidence gained and lost, and hold the claims against that."""
        gates, before, this = context.params.gates, judged[-2], judged[-1]
        figures = measure_evidence(context, score_again(context, self.inputs), self.inputs, judged)
        lacking = describe_inconclusive_change(this.evaluation, before.evaluation, gates)
        claims = measure_claims(
            differences[self.number], figures.credit, this.evaluation.sample.trades, lacking
        )
        return OwnResults({"alternative_data": figures}, claims)
