"""Phases with other capitals that pay for their market impact, and the capital that leaves nothing.

Impact is added to the half-spread of the bars on which an order is bought and sold, and the engine
trades again: exits that look at the net profit see it. Sizes follow the equity of the run without
impact, which overstates the impact of an account that it shrinks; a partial sale pays the impact
of the whole position.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from dipmaster.backtest import Entries, TradedAccount
from dipmaster.core.kernels import Floats
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.sensitivity import CapacityPoint, PhaseCapacity
from dipmaster.sensitivity.impact import (
    measure_shares,
    measure_unit_impact,
    spread_over_bars,
)
from dipmaster.sensitivity.trading import sample_account, summarize, trade_again

LARGEST_CAPITAL = 1e12  # as params allow
TOLERANCE = 1e-3  # of the capital, which is given to three digits


@dataclass(frozen=True)
class _Impacted:
    """A phase with the impact of a capital of 1 in bps, shapes (entries,) and (symbols, bars)."""

    context: EvaluationContext
    phase: CompletedPhase
    entries: Entries
    by_order: Floats
    by_bar: Floats

    def trade(self, capital: float) -> TradedAccount:
        """The account that starts with so much."""
        panel, execution = self.context.inputs.panel, self.context.params.execution
        spread = panel.half_spread_bps + math.sqrt(capital) * self.by_bar
        return trade_again(
            self.context,
            self.phase,
            panel=replace(panel, half_spread_bps=spread),
            entries=self.entries,
            execution=execution.model_copy(update={"capital": capital}),
        )

    def earns(self, capital: float) -> bool:
        """Whether anything is left out of sample."""
        account = self.trade(capital)
        entered = account.entered_from(self.context.period.out_of_sample_ms)
        return bool(account.net_pnl[entered].sum() > 0.0)


def measure_capacity(context: EvaluationContext, one: CompletedPhase) -> PhaseCapacity:
    """A phase at every capital of params, and the capital at which its net profit is zero."""
    phase = _add_impact(context, one)
    left_out = len(one.orders.entries) - len(phase.entries)
    late = context.inputs.panel.open_time[phase.entries.signal_index] + BAR_MS
    if not (late >= context.period.out_of_sample_ms).any():
        why = "no order has a known volume" if left_out else "no order was made out of sample"
        return _without(one.phase.number, left_out, why)
    points = tuple(
        _measure_point(phase, capital) for capital in context.params.sensitivity.capitals
    )
    if not any(point.performance.trades for point in points):
        why = "no order was filled out of sample at any of these capitals"
        return _without(one.phase.number, left_out, why)
    zero, reason = _find_zero(phase, points)
    return PhaseCapacity(
        phase=one.phase.number,
        orders_without_volume=left_out,
        points=points,
        zero_capital=zero,
        reason=reason,
    )


def _without(phase: int, left_out: int, reason: str) -> PhaseCapacity:
    return PhaseCapacity(
        phase=phase, orders_without_volume=left_out, points=(), zero_capital=None, reason=reason
    )


def _add_impact(context: EvaluationContext, one: CompletedPhase) -> _Impacted:
    params, panel, entries = context.params.sensitivity, context.inputs.panel, one.orders.entries
    share = measure_shares(panel, entries, one.ledger, context.params.execution)
    impact = measure_unit_impact(
        panel, entries, share, params.volume_days, params.impact_coefficient
    )
    known = ~np.isnan(impact)
    kept = entries.take(known)
    return _Impacted(
        context, one, kept, impact[known], spread_over_bars(panel, kept, impact[known])
    )


def _measure_point(phase: _Impacted, capital: float) -> CapacityPoint:
    account, period = phase.trade(capital), phase.context.period
    return CapacityPoint(
        capital=capital,
        mean_impact_bps=_mean_impact(phase, account, period, capital),
        performance=summarize(sample_account(account, period)),
    )


def _mean_impact(
    phase: _Impacted, account: TradedAccount, period: Period, capital: float
) -> float | None:
    entered = account.entered_from(period.out_of_sample_ms)
    if not entered.any():
        return None
    unit = phase.by_bar[account.symbol_index[entered], account.entry_bar[entered]]
    return float(math.sqrt(capital) * unit.mean())


def _find_zero(phase: _Impacted, points: tuple[CapacityPoint, ...]) -> tuple[float | None, str]:
    """By bisection of the logarithm between the last capital that earns and the next.

    At least one of the points has trades.
    """
    earning = [point.capital for point in points if point.performance.net_pnl > 0.0]
    if not earning:
        least = next(point.capital for point in points if point.performance.trades)
        return None, f"no net profit even with a capital of {least:,.0f}"
    low = earning[-1]
    high = min((point.capital for point in points if point.capital > low), default=10.0 * low)
    while phase.earns(high):
        if high >= LARGEST_CAPITAL:
            return None, f"above {LARGEST_CAPITAL:,.0f}"
        low, high = high, min(10.0 * high, LARGEST_CAPITAL)
    while high / low > 1.0 + TOLERANCE:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if phase.earns(middle) else (low, middle)
    return float(f"{math.sqrt(low * high):.3g}"), ""
