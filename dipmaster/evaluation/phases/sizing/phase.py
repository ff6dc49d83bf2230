"""Phase 3: the orders and exits of the phase before, sized by what was known at the signal."""

from dataclasses import dataclass
from typing import Self

from dipmaster.backtest import Ledger
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
from dipmaster.evaluation.phases.sizing.claims import measure_claims
from dipmaster.evaluation.phases.sizing.inputs import SizingInputs, read_sizing_inputs
from dipmaster.evaluation.phases.sizing.integrity import check_sizes
from dipmaster.evaluation.phases.sizing.orders import size_orders
from dipmaster.evaluation.phases.sizing.results import measure_sizing
from dipmaster.evaluation.reading import EvaluationInputs


@dataclass(frozen=True)
class SizingPhase(Phase):
    """The entries and exits of the phase before with sizes of their own.

    Attributes
    ----------
    inputs
        Forecasts and factors of the stage `volatility`.
    """

    inputs: SizingInputs

    number = 3
    name = "sizing"
    title = "sizing"

    @classmethod
    def read_inputs(cls, inputs: EvaluationInputs, params: Params) -> Self:
        """Read forecasts and factors."""
        return cls(read_sizing_inputs(inputs.panel, inputs.candidates))

    def orders(self, context: EvaluationContext, completed: Completed) -> PhaseOrders:
        """Order what the phase before orders, in sizes of its own; nothing where Kelly is 0."""
        return size_orders(context, self.inputs, self._before(completed))

    def integrity_checks(
        self, context: EvaluationContext, completed: Completed, ledger: Ledger
    ) -> Checks:
        """Check that sizes are the product of their components, and those were known."""
        checks = check_sizes(context, self.inputs, self._before(completed), ledger)
        return {**super().integrity_checks(context, completed, ledger), self.name: checks}

    def own_results(
        self, context: EvaluationContext, judged: JudgedPhases, differences: Differences
    ) -> OwnResults:
        """Measure what sizes are made of and what they did, against the phase before."""
        gates, before, this = context.params.gates, judged[-2], judged[-1]
        figures = measure_sizing(context, self.inputs, judged)
        lacking = describe_inconclusive_change(this.evaluation, before.evaluation, gates)
        claims = measure_claims(
            this.evaluation, before.evaluation, figures.overlay[0], lacking, gates
        )
        return OwnResults({"sizing": figures}, claims)
