"""Completed phases to sensitivity.json."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, islice, product
from typing import Any

from dipmaster.core.parallel import call_in_forks
from dipmaster.core.params import Params
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.results.sensitivity import (
    BreakEven,
    CostPoint,
    CostSensitivity,
    PhaseCosts,
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

    All that is traded again is one list of jobs, the longest first, so that no worker waits.

    Parameters
    ----------
    context, completed
        The run as it is, with the ledgers of its phases in their order.
    """
    costs, bases = list_costs(context), measure_bases(context, completed)
    settings, excluded = list_settings(params, [one.phase.number for one in completed])
    again: list[Job] = [
        partial(run_setting, context, completed, bases, setting) for setting in settings
    ]
    by_phase: list[list[Job]] = [
        [partial(measure, context, one) for one in completed]
        for measure in (find_break_even, measure_capacity, split_phase)
    ]
    priced: list[Job] = [partial(price_phase, context, *at) for at in product(completed, costs)]
    runs, even, capacity, subsets, points = _run_jobs([again, *by_phase, priced])
    return SensitivityResults(
        phases=tuple(one.phase.number for one in completed),
        costs=CostSensitivity(
            fee_bps=params.execution.taker_fee_bps,
            slippage_bps=params.execution.slippage_bps,
            phases=_group_costs(completed, even, points),
        ),
        thresholds=ThresholdSensitivity(
            change_frac=params.sensitivity.change_frac,
            engine_runs=sum(len(run.phases) for run in runs),
            base=dict(bases),
            runs=runs,
            excluded=tuple(excluded),
        ),
        subsets=subsets,
        capacity=capacity,
    )


def _run_jobs(groups: Sequence[Sequence[Job]]) -> list[tuple[Any, ...]]:
    """Results of each group, in the order of its jobs."""
    done = iter(call_in_forks(list(chain(*groups))))
    return [tuple(islice(done, len(group))) for group in groups]


def _group_costs(
    completed: Completed, even: Sequence[BreakEven], points: tuple[CostPoint, ...]
) -> tuple[PhaseCosts, ...]:
    each = len(points) // len(completed)
    return tuple(
        PhaseCosts(
            phase=one.phase.number, break_even=even[at], points=points[at * each : (at + 1) * each]
        )
        for at, one in enumerate(completed)
    )
