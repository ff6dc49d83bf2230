"""Everything that sizing did: counts, components, targeting, ablation, accounts."""

from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import JudgedPhases
from dipmaster.evaluation.phase_evaluation import describe_inconclusive
from dipmaster.evaluation.phases.sizing.ablation import ablate_components, list_variants
from dipmaster.evaluation.phases.sizing.accounts import (
    all_volatilities,
    build_exposure_series,
    resample_drawdown,
)
from dipmaster.evaluation.phases.sizing.arithmetic import compute_arithmetic
from dipmaster.evaluation.phases.sizing.counts import (
    count_bounds,
    explain_trades,
    summarize_components,
)
from dipmaster.evaluation.phases.sizing.displacement import find_displaced
from dipmaster.evaluation.phases.sizing.inputs import SizingInputs
from dipmaster.evaluation.phases.sizing.orders import is_out_of_sample, measure_order_components
from dipmaster.evaluation.phases.sizing.overlay import measure_overlay
from dipmaster.evaluation.statistics.sample import select_out_of_sample
from dipmaster.results.evaluation.sizing import SizingResults
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
    before, this = judged[-2], judged[-1]
    params, number = context.params, this.phase.number
    sizing, gates, execution = params.sizing, params.gates, params.execution
    orders = before.orders.entries
    components = measure_order_components(context, inputs, before)
    sizes = combine(components, orders.size_frac, sizing)
    trades, trades_before = (
        select_out_of_sample(one.ledger.trades, context.period) for one in (this, before)
    )
    targets = this.phase.targets(gates)

    def pooled() -> SizeComponents:
        return measure_order_components(context, inputs, before, prior_outcomes=float("inf"))

    return SizingResults(
        rule=sizing.rule,
        counts=count_bounds(
            sizes,
            orders.candidate_id,
            is_out_of_sample(context, orders),
            inputs,
            trades,
            sizing,
        ),
        components=summarize_components(trades),
        explained=explain_trades(trades, sizing.kelly_share_frac),
        displacement=find_displaced(
            trades_before, trades, this.orders.entries, this.ledger, execution
        ),
        overlay=measure_overlay(
            context.inputs.panel,
            inputs.forecast_daily_frac,
            context.period,
            sizing,
            execution.max_position_frac,
            gates,
            number,
        ),
        drawdown_arithmetic=compute_arithmetic(
            sizing.target_annual_frac,
            targets["sharpe"],
            targets["max_drawdown"],
            gates.drawdown_horizon_days,
            all_volatilities(judged),
        ),
        ablation=ablate_components(
            context,
            this,
            orders,
            components,
            list_variants(orders.confidence, pooled),
            describe_inconclusive(this.evaluation, gates),
        ),
        exposure=tuple(build_exposure_series(one, context.period) for one in judged),
        drawdown=tuple(
            resample_drawdown(one, targets["max_drawdown"], gates, number) for one in (before, this)
        ),
    )
