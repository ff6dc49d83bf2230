"""Completed phases to sensitivity.json."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from dipmaster.core.parallel import map_in_forks
from dipmaster.core.params import Params
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.results.sensitivity import (
    CostSensitivity,
    PhaseCapacity,
    PhaseCosts,
    PhaseSubsets,
    SensitivityResults,
    ThresholdSensitivity,
)
from dipmaster.sensitivity.capacity import measure_capacity
from dipmaster.sensitivity.costs import find_break_even, list_costs, price_phase
from dipmaster.sensitivity.settings import list_settings
from dipmaster.sensitivity.subsets import split_phase
from dipmaster.sensitivity.thresholds import measure_bases, run_setting

Completed = Sequence[CompletedPhase]
Job = Callable[[], Any]


def measure_sensitivity(
    context: EvaluationContext, completed: Completed, params: Params
) -> SensitivityResults:
    """Trade the phases again under every setting; the same figures for any number of workers.

    Parameters
    ----------
    context, completed
        The run as it is, with the ledgers of its phases in their order.
    """
    return SensitivityResults(
        phases=tuple(one.phase.number for one in completed),
        costs=_measure_costs(context, completed, params),
        thresholds=_measure_thresholds(context, completed, params),
        subsets=_split_phases(context, completed),
        capacity=_measure_capacities(context, completed),
    )


def _measure_costs(
    context: EvaluationContext, completed: Completed, params: Params
) -> CostSensitivity:
    costs = list_costs(context)
    jobs: list[Job] = [
        partial(price_phase, context, one, fee, slippage)
        for one in completed
        for fee, slippage in costs
    ]
    jobs += [partial(find_break_even, context, one) for one in completed]
    done = map_in_forks(_call, jobs)
    points, even = done[: -len(completed)], done[-len(completed) :]
    return CostSensitivity(
        fee_bps=params.execution.taker_fee_bps,
        slippage_bps=params.execution.slippage_bps,
        phases=tuple(
            PhaseCosts(
                phase=one.phase.number,
                break_even=even[place],
                points=tuple(points[place * len(costs) : (place + 1) * len(costs)]),
            )
            for place, one in enumerate(completed)
        ),
    )


def _measure_thresholds(
    context: EvaluationContext, completed: Completed, params: Params
) -> ThresholdSensitivity:
    settings, excluded = list_settings(params, [one.phase.number for one in completed])
    bases = measure_bases(context, completed)
    runs = map_in_forks(partial(run_setting, context, completed, bases), settings)
    return ThresholdSensitivity(
        change_frac=params.sensitivity.change_frac,
        engine_runs=sum(len(run.phases) for run in runs),
        base=dict(bases),
        runs=tuple(runs),
        excluded=tuple(excluded),
    )


def _split_phases(context: EvaluationContext, completed: Completed) -> tuple[PhaseSubsets, ...]:
    return tuple(map_in_forks(partial(split_phase, context), completed))


def _measure_capacities(
    context: EvaluationContext, completed: Completed
) -> tuple[PhaseCapacity, ...]:
    return tuple(map_in_forks(partial(measure_capacity, context), completed))


def _call(job: Job) -> Any:
    return job()
