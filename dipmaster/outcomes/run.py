"""Completed phases to outcomes.json."""

from collections.abc import Sequence

from dipmaster.core.params import Params
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.outcomes.ablation import list_not_left_out, pair_with_ablated
from dipmaster.outcomes.claims import measure_claims
from dipmaster.outcomes.contradictions import list_contradictions
from dipmaster.outcomes.contributions import (
    AccountPair,
    measure_contributions,
    pair_with_previous,
)
from dipmaster.outcomes.roi import measure_programme, measure_roi
from dipmaster.outcomes.stress_claims import measure_stress_claims
from dipmaster.outcomes.success import measure_success, read_study
from dipmaster.results.outcomes import OutcomesResults, ReturnOnInvestment
from dipmaster.results.stress import StressResults


def measure_outcomes(
    context: EvaluationContext,
    completed: Sequence[CompletedPhase],
    params: Params,
    stressed: StressResults | None = None,
) -> OutcomesResults:
    """Measure contributions, returns on investment and success; recompute contradictions.

    Parameters
    ----------
    completed
        Phases as `evaluation.run.complete_phases` traded them, phase 0 first.
    stressed
        Without the stress tests the roadmap's scenarios are no claims.
    """
    gates, capital, days = params.gates, params.execution.capital, context.period.elapsed_days
    pairs = pair_with_previous(context, completed)
    added = measure_contributions(pairs, gates)
    left_out = measure_contributions(pair_with_ablated(context, completed), gates)
    roi = measure_roi(added, capital, days, params.outcomes)
    success = measure_success(read_study(), gates.alpha)
    return OutcomesResults(
        capital=capital,
        days=days,
        final_phase=completed[-1].phase.number,
        added=added,
        left_out=left_out,
        not_left_out=list_not_left_out(completed),
        roi=roi,
        programme=_measure_programme(pairs, days, params),
        success=success,
        contradictions=list_contradictions(),
        claims=(
            *measure_claims(roi, context.period.days, success),
            *(measure_stress_claims(stressed, gates.alpha) if stressed else ()),
        ),
    )


def _measure_programme(
    pairs: Sequence[AccountPair], days: float, params: Params
) -> ReturnOnInvestment | None:
    if not pairs:
        return None
    return measure_programme(
        pairs[-1], params.execution.capital, days, params.outcomes, params.gates
    )
