"""Outcomes and features to sizes, and sizes to the orders of phase 3."""

from dataclasses import replace

import numpy as np

from dipmaster.backtest import Entries, TradeOutcomes
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import Abstention, CompletedPhase, PhaseOrders
from dipmaster.evaluation.phases.sizing.inputs import FORECAST, SizingInputs
from dipmaster.learning.schedule import refit_times
from dipmaster.sizing import (
    KnownOutcomes,
    SizeComponents,
    Sizes,
    SizingFeatures,
    build_outcomes,
    combine,
    measure_components,
)


def collect_outcomes(
    panel: Panel, standalone: TradeOutcomes, confidence: Floats, regime: Ints
) -> KnownOutcomes:
    """Every scored candidate that was followed to an end of its own, by when that was known.

    What only the end of the data closed has no outcome.

    Parameters
    ----------
    standalone
        A row a candidate, each alone under the exits that sized orders will have.
    confidence, regime
        Shape (candidates,), of the signal.
    """
    usable = standalone.tradable & ~standalone.open_at_end & ~np.isnan(confidence)
    closed = panel.open_time[np.where(usable, standalone.exit_index, 0)] + BAR_MS
    return build_outcomes(usable, closed, confidence, regime, standalone.net_frac)


def refits_ms(context: EvaluationContext) -> Ints:
    """Dates of the recalibration: as base models once were, and the first of every month."""
    period = context.period
    return refit_times(period.first_ms, period.last_ms, context.params.split.models_from_day)


def measure_order_components(
    context: EvaluationContext,
    inputs: SizingInputs,
    before: CompletedPhase,
    prior_outcomes: float | None = None,
) -> SizeComponents:
    """What the size of each order of the phase before is made of, in their order.

    Parameters
    ----------
    prior_outcomes
        Another weight of the pooled payoff than that of params.
    """
    entries, params = before.orders.entries, context.params.sizing
    if prior_outcomes is not None:
        params = params.model_copy(update={"prior_outcomes": prior_outcomes})
    outcomes = collect_outcomes(
        context.inputs.panel,
        before.standalone,
        context.filter_results["confidence"].to_numpy(dtype=np.float64),
        context.inputs.scores["regime"].to_numpy(dtype=np.int64),
    )
    features = build_features(context.inputs.panel, inputs, entries)
    return measure_components(features, outcomes, refits_ms(context), params)


def build_features(panel: Panel, inputs: SizingInputs, entries: Entries) -> SizingFeatures:
    """What is known at the close of each order's signal."""
    row, at = entries.candidate_id, inputs.at_signal
    return SizingFeatures(
        panel.open_time[entries.signal_index] + BAR_MS,
        entries.confidence,
        entries.regime.astype(np.int64),
        at[FORECAST][row],
        at["size_factor"][row],
        at["spillover_factor"][row],
        at["intraday_factor"][row],
    )


def size_entries(entries: Entries, sizes: Sizes) -> Entries:
    """The same orders with sizes, without those whose size is 0: nothing is bet on them."""
    sized = replace(entries, size_frac=sizes.size_frac, sizing=sizes.columns())
    return sized.take(sizes.size_frac > 0.0)


def size_orders(
    context: EvaluationContext, inputs: SizingInputs, before: CompletedPhase
) -> PhaseOrders:
    """The orders of the phase before, each with its own size; those orders where size is fixed."""
    if context.params.sizing.rule == "fixed":
        return before.orders
    entries = before.orders.entries
    components = measure_order_components(context, inputs, before)
    sizes = combine(components, entries.size_frac, context.params.sizing)
    sized = size_entries(entries, sizes)
    late = is_out_of_sample(context, entries)
    return PhaseOrders(sized, _find_abstention(before.orders.abstention, late, sizes))


def is_out_of_sample(context: EvaluationContext, entries: Entries) -> Bools:
    """Which orders have their signal out of sample."""
    late: Bools = (
        context.inputs.panel.open_time[entries.signal_index] >= context.period.out_of_sample_ms
    )
    return late


def _find_abstention(before: Abstention | None, late: Bools, sizes: Sizes) -> Abstention | None:
    """That of the phase before, or that every order out of sample has a size of 0."""
    if (
        (before is not None and before.reason)
        or not late.any()
        or (sizes.size_frac[late] > 0).any()
    ):
        return before
    return Abstention(f"0 of {int(late.sum())} orders have a Kelly fraction above 0", "size")
