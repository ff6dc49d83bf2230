"""Phases at other fees and slippages: their gates, and the fee at which nothing is left.

The orders are those of the run: which candidates are bought and in what size was decided with
the costs of params. Exits that look at the net profit (the quarter-hour exit, the floor of the
trailing stop) see the costs of each run.
"""

from itertools import product

import numpy as np

from dipmaster.backtest import TradedAccount
from dipmaster.core.kernels import Floats
from dipmaster.core.params import Gates
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.evaluation.statistics.metrics import GATE_METRICS, PhaseSample
from dipmaster.evaluation.statistics.minimum_data import describe_missing_data
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.random_entry.portfolios import EntryPool
from dipmaster.results.metrics import METRICS
from dipmaster.results.sensitivity import BreakEven, CostPoint, PricedGate
from dipmaster.sensitivity.trading import sample_account, summarize, trade_again

HIGHEST_FEE_BPS = 500.0  # as params allow
TOLERANCE_BPS = 0.01
PRICED = tuple(key for key in GATE_METRICS if METRICS[key].in_roadmap)
"""All gates but the excess win rate, whose random entries would have to be drawn again."""
_NO_POOL = EntryPool(*(np.zeros(0),) * 2, np.zeros(0, np.int64), np.zeros(0, np.bool_))


def list_costs(context: EvaluationContext) -> list[tuple[float, float]]:
    """Fee and slippage of each run; those of params are among them whatever is listed."""
    execution, params = context.params.execution, context.params.sensitivity
    own = execution.taker_fee_bps, execution.slippage_bps
    fees = sorted({*params.fees_bps, own[0]})
    return list(product(fees, sorted({*params.slippages_bps, own[1]})))


def price_phase(
    context: EvaluationContext, one: CompletedPhase, costs: tuple[float, float]
) -> CostPoint:
    """One phase at one fee and slippage, of `list_costs`."""
    fee_bps, slippage_bps = costs
    account = _trade_at(context, one, fee_bps, slippage_bps)
    sample = sample_account(account, context.period)
    gates, targets = context.params.gates, one.phase.targets(context.params.gates)
    lacking = bool(describe_missing_data(sample, gates))
    phase = PhaseSample(one.phase.number, sample, _NO_POOL)
    return CostPoint(
        fee_bps=fee_bps,
        slippage_bps=slippage_bps,
        performance=summarize(sample),
        net_bps=_net_bps(account, context.period),
        gates={key: _judge(key, phase, targets[key], gates, lacking) for key in PRICED},
    )


def _judge(key: str, phase: PhaseSample, target: float, gates: Gates, lacking: bool) -> PricedGate:
    gate = GATE_METRICS[key]
    estimate = gate.estimate(phase, gates.alpha, gates)
    ruling = gate.judge(gate.metric, estimate, target, gates)
    low, high = estimate.shown_bounds
    return PricedGate(
        target=target,
        value=estimate.value,
        low=low,
        high=high,
        verdict="INSUFFICIENT DATA" if lacking else ruling.verdict,
    )


def _net_bps(account: TradedAccount, period: Period) -> float | None:
    entered = account.entered_from(period.out_of_sample_ms)
    if not entered.any():
        return None
    return float(1e4 * account.net_pnl[entered].sum() / account.notional[entered].sum())


def find_break_even(context: EvaluationContext, one: CompletedPhase) -> BreakEven:
    """Fee a side at which the net profit is zero, by bisection of engine runs.

    The net profit is not quite monotone in the fee, because some exits look at it: what is
    found is a fee with a profit below it and none above, to `TOLERANCE_BPS`.
    """
    gross, net = _profits_at(context, one, 0.0)
    if not net.size:
        return BreakEven(fee_bps=None, reason="no trade was made out of sample")
    if net.sum() <= 0.0:
        has_gross = gross.sum() > 0.0
        why = "half-spread and slippage alone exceed" if has_gross else "there is no"
        return BreakEven(fee_bps=None, reason=f"{why} gross profit")
    return _bisect(context, one)


def _bisect(context: EvaluationContext, one: CompletedPhase) -> BreakEven:
    low, high = 0.0, 16.0
    while _earns(context, one, high):
        if high >= HIGHEST_FEE_BPS:
            return BreakEven(fee_bps=None, reason=f"above {HIGHEST_FEE_BPS:g} bps a side")
        low, high = high, min(2.0 * high, HIGHEST_FEE_BPS)
    while high - low > TOLERANCE_BPS:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _earns(context, one, middle) else (low, middle)
    return BreakEven(fee_bps=0.5 * (low + high), reason="")


def _earns(context: EvaluationContext, one: CompletedPhase, fee_bps: float) -> bool:
    return bool(_profits_at(context, one, fee_bps)[1].sum() > 0.0)


def _profits_at(
    context: EvaluationContext, one: CompletedPhase, fee_bps: float
) -> tuple[Floats, Floats]:
    """Gross and net profit of each trade out of sample."""
    account = _trade_at(context, one, fee_bps, context.params.execution.slippage_bps)
    entered = account.entered_from(context.period.out_of_sample_ms)
    return account.gross_pnl[entered], account.net_pnl[entered]


def _trade_at(
    context: EvaluationContext, one: CompletedPhase, fee_bps: float, slippage_bps: float
) -> TradedAccount:
    changes = {"taker_fee_bps": fee_bps, "slippage_bps": slippage_bps}
    return trade_again(context, one, execution=context.params.execution.model_copy(update=changes))
