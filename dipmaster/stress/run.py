"""Completed phases to stress.json."""

from collections.abc import Sequence

from dipmaster.core.params import Params
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.results.stress import StressResults


def run_stress_tests(
    context: EvaluationContext, completed: Sequence[CompletedPhase], params: Params
) -> StressResults:
    """Measure it."""
    return StressResults(phases=tuple(one.phase.number for one in completed))
