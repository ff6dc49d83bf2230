"""Everything that sizing did: counts, components, targeting, ablation, accounts."""

from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import JudgedPhases
from dipmaster.evaluation.phase_evaluation import describe_inconclusive
from dipmaster.evaluation.phases.sizing.ablation import ablate_components, list_variants
from dipmaster.evaluation.phases.sizing.accounts import (
    build_exposure_series,
    measure_volatilities,
    resample_drawdown,
)
from dipmaster.evaluation.phases.sizing.arithmetic import compute_arithmetic
from dipmaster.evaluation.phases.sizing.counts import (
    count_bounds,
    explain_trades,
    summarize_components,
)
from dipmaster.evaluation.phases.sizing.displacement import find_displaced
from dipmaster.evaluation.phases.sizing.inputs import OTHER_FORECAST, SizingInputs
from dipmaster.evaluation.phases.sizing.orders import is_out_of_sample, measure_order_components
from dipmaster.evaluation.phases.sizing.overlay import measure_overlay
from dipmaster.evaluation.statistics.sample import select_out_of_sample
from dipmaster.results.evaluation.sizing import SizingAblation, SizingResults
from dipmaster.results.evaluation.volatility_target import DrawdownArithmetic, OverlayFigures
from dipmaster.sizing import SizeComponents, combine


def measure_sizing(
    context: EvaluationContext, inputs: SizingInputs, judged: JudgedPhases
) -> SizingResults:
    """Every figure of the sizes; None, with a reason, where it cannot be computed.

    Parameters
    ----------
    judged
        The phases up to the one that sizes, which is the last.
    """
    before, this, params = judged[-2], judged[-1], context.params
    orders, sizing, number = before.orders.entries, params.sizing, this.phase.number
    components = measure_order_components(context, inputs, before)
    sizes, late = combine(components, orders.size_frac, sizing), is_out_of_sample(context, orders)
    trades, trades_before = (
        select_out_of_sample(one.ledger.trades, context.period) for one in (this, before)
    )
    limit = this.phase.targets(params.gates)["max_drawdown"]
    return SizingResults(
        rule=sizing.rule,
        counts=count_bounds(sizes, orders.candidate_id, late, inputs, trades, sizing),
        components=summarize_components(trades),
        explained=explain_trades(trades, sizing.kelly_share_frac),
        displacement=find_displaced(
            trades_before, trades, this.orders.entries, this.ledger, params.execution
        ),
        overlay=_overlay(context, inputs, number),
        drawdown_arithmetic=_arithmetic(context, judged),
        ablation=_ablation(context, inputs, judged, components),
        exposure=tuple(build_exposure_series(one, context.period) for one in judged),
        drawdown=tuple(
            resample_drawdown(one, limit, params.gates, number) for one in (before, this)
        ),
    )


def _overlay(
    context: EvaluationContext, inputs: SizingInputs, phase: int
) -> tuple[OverlayFigures, ...]:
    params = context.params
    cap = params.execution.max_position_frac
    return measure_overlay(
        context.inputs.panel,
        inputs.forecast_daily_frac,
        context.period,
        params.sizing,
        cap,
        params.gates,
        phase,
    )


def _arithmetic(context: EvaluationContext, judged: JudgedPhases) -> DrawdownArithmetic:
    gates = context.params.gates
    targets = judged[-1].phase.targets(gates)
    return compute_arithmetic(
        context.params.sizing.target_annual_frac,
        targets["sharpe"],
        targets["max_drawdown"],
        gates.drawdown_horizon_days,
        measure_volatilities(judged),
    )


def _ablation(
    context: EvaluationContext,
    inputs: SizingInputs,
    judged: JudgedPhases,
    components: SizeComponents,
) -> tuple[SizingAblation, ...]:
    before, this = judged[-2], judged[-1]
    orders = before.orders.entries
    pooled = measure_order_components(context, inputs, before, prior_outcomes=float("inf"))
    other_forecast = inputs.at_signal[OTHER_FORECAST][orders.candidate_id]
    variants = list_variants(orders.confidence, pooled.payoff, other_forecast)
    lacking = describe_inconclusive(this.evaluation, context.params.gates)
    return ablate_components(context, this, orders, components, variants, lacking)
