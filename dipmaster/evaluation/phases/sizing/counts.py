"""Orders and trades to counts: how often each cap, bound and fallback acted; and a few in words."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.backtest.trades import BINDING_CAPS
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params import Sizing
from dipmaster.evaluation.figures.breakdowns import mean_or_none, quantile_or_none
from dipmaster.evaluation.figures.times import format_utc
from dipmaster.evaluation.phases.sizing.inputs import FACTORS, FORECAST, SizingInputs
from dipmaster.results.evaluation.sizing import ComponentQuantiles, Pick, SizedTrade, SizingCounts
from dipmaster.sizing import Sizes, explain_size

COMPONENTS = (
    "p",
    "p_outcomes",
    "payoff",
    "payoff_outcomes",
    "kelly",
    "forecast_annual_frac",
    "vol_scalar",
    "regime_factor",
    "spillover_factor",
    "intraday_factor",
    "size_frac",
)
RECORDED = (*COMPONENTS, "weight_frac")


def count_bounds(
    sizes: Sizes, candidate: Ints, late: Bools, inputs: SizingInputs, trades: pd.DataFrame,
    sizing: Sizing,
) -> SizingCounts:  # fmt: skip
    """Orders out of sample by what bounded their size, and trades by the cap that cut them.

    Parameters
    ----------
    sizes, candidate, late
        Shape (orders,) of the phase before: sizes, the candidate of each, and whether its
        signal is out of sample.
    trades
        Of the phase, out of sample.
    """
    at, row = inputs.at_signal, candidate[late]
    scalar = sizes.components.vol_scalar[late]
    caps = trades["binding_cap"].value_counts()
    by_cap = {name: int(caps.get(name, 0)) for name in BINDING_CAPS}
    lacking = np.any([np.isnan(at[name][row]) for name in FACTORS], axis=0)
    return SizingCounts(
        orders=int(late.sum()),
        kelly_zero=int(np.count_nonzero(sizes.size_frac[late] == 0.0)),
        size_of_phase_before=int(sizes.fallback[late].sum()),
        no_forecast=int(np.isnan(at[FORECAST][row]).sum()),
        unknown_factor=int(np.count_nonzero(lacking)),
        scalar_at_min=int(np.count_nonzero(scalar <= sizing.min_scalar)),
        scalar_at_max=int(np.count_nonzero(scalar >= sizing.max_scalar)),
        trades=len(trades),
        capped_by_position=by_cap["position"],
        capped_by_exposure=by_cap["exposure"],
        capped_by_cash=by_cap["cash"],
    )


def summarize_components(trades: pd.DataFrame) -> tuple[ComponentQuantiles, ...]:
    """A row a component, over the trades that have it."""
    return tuple(_summarize(name, _column(trades, name)) for name in RECORDED)


def _column(trades: pd.DataFrame, name: str) -> Floats:
    """Of the ledger; where every size is that of the phase before some are not there."""
    if name not in trades:
        return np.full(len(trades), np.nan)
    return trades[name].to_numpy(dtype=np.float64)


def _summarize(name: str, values: Floats) -> ComponentQuantiles:
    known = values[~np.isnan(values)]
    return ComponentQuantiles(
        component=name,
        n=known.size,
        mean=mean_or_none(known),
        min=quantile_or_none(known, 0.0),
        q25=quantile_or_none(known, 0.25),
        median=quantile_or_none(known, 0.5),
        q75=quantile_or_none(known, 0.75),
        max=quantile_or_none(known, 1.0),
    )


def explain_trades(trades: pd.DataFrame, share_frac: float) -> tuple[SizedTrade, ...]:
    """The largest, the median and the smallest position, the first of equals."""
    if not len(trades):
        return ()
    records = trades.to_dict("records")
    order = np.argsort(-trades["weight_frac"].to_numpy(dtype=np.float64), kind="stable")
    return (
        _explain("largest", records[int(order[0])], share_frac),
        _explain("median", records[int(order[order.size // 2])], share_frac),
        _explain("smallest", records[int(order[-1])], share_frac),
    )


def _explain(pick: Pick, trade: Mapping[Any, Any], share_frac: float) -> SizedTrade:
    parts = {name: float(trade.get(name, np.nan)) for name in RECORDED}
    if np.isnan(parts["size_frac"]):
        parts["size_frac"] = parts["weight_frac"]
    signal_ms = round(trade["signal_time"].timestamp() * 1000)

    def known(name: str) -> float | None:
        return None if np.isnan(parts[name]) else parts[name]

    def counted(name: str) -> int | None:
        return None if np.isnan(parts[name]) else int(parts[name])

    return SizedTrade(
        pick=pick,
        candidate_id=int(trade["candidate_id"]),
        symbol=str(trade["symbol"]),
        signal_time=format_utc(signal_ms),
        regime=str(trade["regime"]),
        size_frac=parts["size_frac"],
        weight_frac=parts["weight_frac"],
        binding_cap=str(trade["binding_cap"]),
        p_outcomes=counted("p_outcomes"),
        payoff_outcomes=counted("payoff_outcomes"),
        net_bps=1e4 * float(trade["return_frac"]),
        words=explain_size(parts, share_frac),
        p=known("p"),
        payoff=known("payoff"),
        kelly=known("kelly"),
        forecast_annual_frac=known("forecast_annual_frac"),
        vol_scalar=known("vol_scalar"),
        regime_factor=known("regime_factor"),
        spillover_factor=known("spillover_factor"),
        intraday_factor=known("intraday_factor"),
    )
