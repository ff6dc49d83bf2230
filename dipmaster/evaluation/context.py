"""What every phase is evaluated in: inputs, params, period, and what phases share."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from dipmaster.backtest import TradeOutcomes
from dipmaster.backtest.entries import panel_indices
from dipmaster.core.kernels import Ints
from dipmaster.core.params import Params
from dipmaster.evaluation.reading import EvaluationInputs
from dipmaster.evaluation.standalone import (
    EligibleEntries,
    ExitPolicy,
    find_eligible_entries,
    simulate_standalone,
)
from dipmaster.evaluation.statistics.period import Period, split_period
from dipmaster.signal_filter import filter_signals


@dataclass(frozen=True)
class EvaluationContext:
    """Everything a phase is given beside the phases before it.

    Attributes
    ----------
    filter_results
        Table FILTER_RESULTS, row by row the candidates: what the signal filter says of the
        scores of phase 1.
    """

    inputs: EvaluationInputs
    params: Params
    period: Period
    filter_results: pd.DataFrame

    @cached_property
    def candidate_indices(self) -> tuple[Ints, Ints]:
        """Row of the panel and position on its grid of every candidate's signal."""
        return panel_indices(self.inputs.candidates, self.inputs.panel)

    @cached_property
    def eligible_entries(self) -> EligibleEntries:
        """Candidates out of sample that could be opened: what exit policies are compared on."""
        return find_eligible_entries(self.inputs.panel, *self.candidate_indices, self.period)

    def simulate_standalone(self, policy: ExitPolicy) -> TradeOutcomes:
        """Simulate every candidate, burn-in included, alone under an exit policy."""
        execution, exits = self.params.execution, self.params.exits
        return simulate_standalone(
            self.inputs.panel, self.candidate_indices, execution, exits, policy
        )


def build_context(
    inputs: EvaluationInputs, params: Params, period: Period | None = None
) -> EvaluationContext:
    """Split the period and filter the candidates under the params of this run.

    Parameters
    ----------
    period
        As it was split before, from these bars with the same `split` and `gates`.
    """
    if period is None:
        period = split_period(inputs.panel, params.split, params.gates.block_days)
    filter_results = filter_signals(
        inputs.candidates,
        inputs.filter_inputs,
        inputs.scores,
        params.signal.rule,
        params.signal.rsi_min_v4,
        params.confidence.thresholds,
        params.filter,
        params.confirmation,
        inputs.absent,
    )
    return EvaluationContext(inputs, params, period, filter_results)
