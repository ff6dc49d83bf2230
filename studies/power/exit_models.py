"""What the exit models cost or earn in one market: every candidate followed alone, on and off."""

from dataclasses import dataclass

from dipmaster.core.params import Params
from dipmaster.evaluation.context import build_context
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.exits import ExitsPhase
from dipmaster.evaluation.phases.exits.degradation import measure_degradation
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.reading import EvaluationInputs
from dipmaster.evaluation.run import complete_phases
from dipmaster.evaluation.standalone import StandalonePair
from dipmaster.evaluation.statistics.paired.trades import compare_mean_net
from studies.exits_in_process import compute_exits
from studies.scores_in_process import ScoredMarket


@dataclass(frozen=True)
class ExitModelsCost:
    """Net return with the exit models less that without, bps a candidate out of sample.

    Attributes
    ----------
    low, high
        One-sided bounds at the gates' level, clustered by calendar block.
    degraded
        Whether phase 2 fails for it.
    """

    candidates: int
    value: float | None
    low: float | None
    high: float | None
    degraded: bool


def measure_exit_models(
    market: ScoredMarket, inputs: EvaluationInputs, params: Params
) -> ExitModelsCost:
    """Fit the exit models, and follow every candidate with them and without.

    Parameters
    ----------
    inputs
        Of the market, with its own scores.
    """
    _, exit_inputs = compute_exits(market, market.scores, params)
    context = build_context(inputs, params)
    *_, phase = complete_phases(
        context, (BaselinePhase(), SelectionPhase(), ExitsPhase(exit_inputs))
    )
    entries = context.eligible_entries
    pair = StandalonePair(
        phase.standalone_trades(entries), exit_inputs.without_models("without models", entries)
    )
    change = compare_mean_net(pair.after.track, pair.before.track, params.gates.alpha)
    return ExitModelsCost(
        len(entries),
        change.value,
        change.low,
        change.high,
        measure_degradation(pair, params.gates) is not None,
    )
