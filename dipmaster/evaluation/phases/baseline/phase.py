"""Phase 0: what the strategy is before anything is added to it."""

from dataclasses import dataclass, replace

import numpy as np

from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import Completed, Phase, PhaseOrders
from dipmaster.evaluation.phases.baseline.orders import (
    baseline_exit_returns,
    build_baseline_entries,
    build_baseline_policy,
)
from dipmaster.evaluation.standalone import ExitPolicy
from dipmaster.evaluation.statistics.random_entry.portfolios import ExitSimulator


@dataclass(frozen=True)
class BaselinePhase(Phase):
    """Every candidate; held against the final targets for information, never in the verdict."""

    number = 0
    name = "baseline"
    title = "baseline strategy"

    def orders(self, context: EvaluationContext, completed: Completed) -> PhaseOrders:
        """Order every candidate.

        The ledger names the regime that all phases go by, so that "by regime" means one
        thing; nothing is filled or matched by it.
        """
        inputs, params = context.inputs, context.params
        entries = build_baseline_entries(
            inputs.candidates, inputs.panel, context.period, params.execution, params.exits
        )
        regime = inputs.scores["regime"].to_numpy(np.int8)[entries.candidate_id]
        return PhaseOrders(replace(entries, regime=regime))

    def exit_policy(self, context: EvaluationContext, completed: Completed) -> ExitPolicy:
        """Leave by fixed target, stop, time limit and quarter-hour exit."""
        return build_baseline_policy(context.params.exits, len(context.inputs.candidates))

    def exit_simulator(self, context: EvaluationContext, completed: Completed) -> ExitSimulator:
        """Leave any bar in the same way."""
        params = context.params
        return baseline_exit_returns(context.inputs.panel, params.execution, params.exits)
