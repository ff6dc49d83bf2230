"""Ablation: what each component of the size is worth, by the phase with that one replaced."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from dipmaster import backtest
from dipmaster.backtest import Entries, Ledger, metrics
from dipmaster.core.kernels import Floats
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params import Gates, Sizing
from dipmaster.evaluation.comparison import judge_changes
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.figures.breakdowns import mean_or_none
from dipmaster.evaluation.phase import JudgedPhase
from dipmaster.evaluation.phases.sizing.orders import size_entries
from dipmaster.evaluation.standalone import ExitPolicy
from dipmaster.evaluation.statistics.account_metrics import compute_drawdown_within
from dipmaster.evaluation.statistics.paired.sides import build_side
from dipmaster.evaluation.statistics.sample import TradeSample, build_sample
from dipmaster.results.evaluation.sizing import SizingAblation
from dipmaster.sizing import (
    SizeComponents,
    Sizes,
    annualise_daily,
    combine,
    compute_volatility_scalar,
)


@dataclass(frozen=True)
class SizingVariant:
    """One component replaced by something simpler.

    Attributes
    ----------
    words
        What it is replaced by.
    apply
        Components and params to those of the variant.
    """

    component: str
    words: str
    apply: Callable[[SizeComponents, Sizing], tuple[SizeComponents, Sizing]]


def _ones(name: str, components: SizeComponents, sizing: Sizing) -> tuple[SizeComponents, Sizing]:
    return replace(components, **{name: np.ones(components.p.size)}), sizing


def _mean_so_far(components: SizeComponents, sizing: Sizing) -> tuple[SizeComponents, Sizing]:
    known = ~np.isnan(components.p)
    total = np.cumsum(np.where(known, components.p, 0.0))
    count = np.maximum(np.cumsum(known), 1)
    return replace(components, p=np.where(known, total / count, np.nan)), sizing


def _without_kelly(components: SizeComponents, sizing: Sizing) -> tuple[SizeComponents, Sizing]:
    return components, sizing.model_copy(update={"rule": "inverse_volatility"})


def _of_forecast(
    forecast_daily_frac: Floats, components: SizeComponents, sizing: Sizing
) -> tuple[SizeComponents, Sizing]:
    scaled = replace(
        components,
        forecast_annual_frac=annualise_daily(forecast_daily_frac),
        vol_scalar=compute_volatility_scalar(forecast_daily_frac, sizing),
    )
    return scaled, sizing


def list_variants(
    confidence: Floats, pooled_payoff: Floats, other_forecast_daily_frac: Floats
) -> tuple[SizingVariant, ...]:
    """Every component replaced, in the order of the product.

    Parameters
    ----------
    confidence
        Shape (orders,), before recalibration.
    pooled_payoff
        Shape (orders,), of all regimes together; NaN where too few outcomes were known.
    other_forecast_daily_frac
        Shape (orders,), `har_range` at each signal's close; NaN where there is none. The models
        keep the forecast in use: only the volatility scalar has the other one.
    """
    ones = "1 for every order"
    return (
        SizingVariant("kelly", "the size of the previous phase", _without_kelly),
        SizingVariant(
            "recalibration",
            "the confidence, not recalibrated",
            lambda c, s: (replace(c, p=np.where(np.isnan(c.p), np.nan, confidence)), s),
        ),
        SizingVariant("p", "its mean over the orders so far", _mean_so_far),
        SizingVariant(
            "payoff",
            "that of all regimes together",
            lambda c, s: (replace(c, payoff=pooled_payoff), s),
        ),
        SizingVariant(
            "forecast", "the combined HAR", partial(_of_forecast, other_forecast_daily_frac)
        ),
        SizingVariant("vol_scalar", ones, partial(_ones, "vol_scalar")),
        SizingVariant("regime_factor", ones, partial(_ones, "regime_factor")),
        SizingVariant("spillover_factor", ones, partial(_ones, "spillover_factor")),
        SizingVariant("intraday_factor", ones, partial(_ones, "intraday_factor")),
    )


def ablate_components(
    context: EvaluationContext,
    this: JudgedPhase,
    orders: Entries,
    components: SizeComponents,
    variants: tuple[SizingVariant, ...],
    lacking: str,
) -> tuple[SizingAblation, ...]:
    """A row a component, each judged as if it were the only one.

    Parameters
    ----------
    orders, components
        Of the phase before, what is sized; and what sizes are made of, in their order.
    lacking
        Why nothing may be concluded; empty where something may.
    """
    evaluate = partial(_ablate, context, this, orders, components, lacking)
    return tuple(map_in_threads(evaluate, variants, "ablating sizes"))


def _ablate(
    context: EvaluationContext,
    this: JudgedPhase,
    orders: Entries,
    components: SizeComponents,
    lacking: str,
    variant: SizingVariant,
) -> SizingAblation:
    gates, period = context.params.gates, context.period
    sizes = combine(*_with_before(variant.apply(components, context.params.sizing), orders))
    ledger = trade_sizes(context, this.exit_policy, orders, sizes)
    sample = build_sample(ledger.trades, ledger.equity, period)
    number = this.phase.number
    after = build_side(number, sample, ledger, period)
    before = build_side(number, this.evaluation.sample, this.ledger, period)
    name = f"phase {number} with {variant.component.replace('_', ' ')} replaced"
    change = judge_changes(replace(after, name=name), before, number, number, lacking, gates)
    return SizingAblation(
        component=variant.component,
        replaced_by=variant.words,
        trades=sample.trades,
        mean_weight_frac=_mean_weight(ledger, sample),
        sharpe=metrics.sharpe_annual(sample.days.returns),
        profit_factor=metrics.profit_factor(sample.net, sample.return_frac),
        mean_net_bps=mean_or_none(1e4 * sample.return_frac),
        max_drawdown=_drawdown(sample, gates),
        net_return=float(np.prod(sample.days.growth) - 1.0),
        change=change,
    )


def _with_before(
    applied: tuple[SizeComponents, Sizing], orders: Entries
) -> tuple[SizeComponents, Floats, Sizing]:
    return applied[0], orders.size_frac, applied[1]


def trade_sizes(
    context: EvaluationContext, policy: ExitPolicy, orders: Entries, sizes: Sizes
) -> Ledger:
    """Trade the orders in other sizes, left by the same exits."""
    sized = size_entries(orders, sizes)
    aligned = policy.at(sized.candidate_id)
    entries = replace(sized, target_frac=aligned.target_frac)
    return backtest.run_backtest(
        context.inputs.panel, entries, context.params.execution, aligned.rules
    )


def _mean_weight(ledger: Ledger, sample: TradeSample) -> float | None:
    """Of the trades out of sample, which are the last."""
    weight = ledger.trades["weight_frac"].to_numpy(dtype=np.float64)
    return mean_or_none(weight[weight.size - sample.trades :])


def _drawdown(sample: TradeSample, gates: Gates) -> float:
    return compute_drawdown_within(sample.days, gates.drawdown_horizon_days)
