"""Thresholds to other values of them: the phases they reach, traded again, and cliffs.

What is a cliff was written down before any result: a change of a threshold is one for a phase
where its net return changes its sign by more than its own standard error, or where half of its
trades or more are gone.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from dipmaster.evaluation.context import EvaluationContext, build_context
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.evaluation.run import complete_phase
from dipmaster.evaluation.statistics.account_metrics import estimate_long_run_variance
from dipmaster.evaluation.statistics.sample import TradeSample, build_sample
from dipmaster.results.sensitivity import (
    Cliff,
    Performance,
    ThresholdBase,
    ThresholdCell,
    ThresholdRun,
)
from dipmaster.sensitivity.settings import Setting
from dipmaster.sensitivity.trading import measure_performance, summarize

Bases = Mapping[str, ThresholdBase]


def measure_bases(context: EvaluationContext, completed: Sequence[CompletedPhase]) -> Bases:
    """Every phase as it is, by its number."""
    return {str(one.phase.number): _measure_base(context, one) for one in completed}


def _measure_base(context: EvaluationContext, one: CompletedPhase) -> ThresholdBase:
    sample = build_sample(one.ledger.trades, one.ledger.equity, context.period)
    return ThresholdBase(
        performance=summarize(sample), net_return_error=estimate_return_error(sample)
    )


def estimate_return_error(sample: TradeSample) -> float | None:
    """Standard error of the net return, from the long-run variance of daily log returns.

    None without trades, and where the account was lost.
    """
    growth = sample.days.growth
    if not sample.trades or growth.size < 2 or (growth <= 0.0).any():
        return None
    logs = np.log(growth)
    variance = estimate_long_run_variance(logs - logs.mean()) * growth.size
    return float(np.prod(growth) * np.sqrt(variance))


def run_setting(
    context: EvaluationContext,
    completed: Sequence[CompletedPhase],
    bases: Bases,
    setting: Setting,
) -> ThresholdRun:
    """Trade the phases that a threshold reaches under another value of it."""
    retraded = trade_under(context, completed, setting)
    cells = {
        str(one.phase.number): compare_cell(
            bases[str(one.phase.number)], measure_performance(one.ledger, context.period)
        )
        for one in retraded
    }
    return ThresholdRun(
        path=setting.threshold.path, base=setting.base, value=setting.value, phases=cells
    )


def trade_under(
    context: EvaluationContext, completed: Sequence[CompletedPhase], setting: Setting
) -> tuple[CompletedPhase, ...]:
    """The phases from the first that the threshold reaches on, in their order."""
    changed = build_context(context.inputs, setting.params, context.period)
    first = setting.threshold.first_phase
    chain = tuple(one for one in completed if one.phase.number < first)
    untouched = len(chain)
    for one in completed[untouched:]:
        chain = (*chain, complete_phase(changed, one.phase, chain))
    return chain[untouched:]


def compare_cell(base: ThresholdBase, changed: Performance) -> ThresholdCell:
    """What a change did to a phase."""
    before, after = base.performance.net_return_frac, changed.net_return_frac
    return ThresholdCell(
        performance=changed,
        change_net_return_frac=None if before is None or after is None else after - before,
        cliffs=find_cliffs(base, changed),
    )


def find_cliffs(base: ThresholdBase, changed: Performance) -> tuple[Cliff, ...]:
    """Which of the two rules holds; none for a phase without trades."""
    before, after = base.performance.net_return_frac, changed.net_return_frac
    error, cliffs = base.net_return_error, list[Cliff]()
    if before is not None and after is not None and error is not None:
        changes_sign = before * after < 0.0
        cliffs += ["sign"] if changes_sign and abs(after - before) > error else []
    if base.performance.trades and 2 * changed.trades <= base.performance.trades:
        cliffs.append("trades")
    return tuple(cliffs)
