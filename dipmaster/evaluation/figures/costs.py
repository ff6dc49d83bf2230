"""Trades to the costs they could bear, and to the account that the traded volume allows."""

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.evaluation.figures.breakdowns import quantile_or_none
from dipmaster.evaluation.figures.money import sum_notional
from dipmaster.results.evaluation.costs import Capacity, CapacityLevel, CostFigures

PARTICIPATION_LEVELS = (0.01, 0.05)
_PERCENTILE = 0.95


def build_costs(trades: pd.DataFrame, fills: pd.DataFrame, panel: Panel) -> CostFigures:
    """Costs a side as they are and as they could be, and capacity."""
    notional = sum_notional(trades, fills)
    traded = (fills["quantity"] * fills["reference_price"]).groupby(fills["trade_id"]).sum()
    sides = traded.reindex(trades["trade_id"]).to_numpy(dtype=np.float64) / notional

    def per_side(money: "pd.Series[float]") -> float | None:
        bps = 1e4 * money.to_numpy(dtype=np.float64) / notional
        return float(bps.mean() / sides.mean()) if bps.size else None

    return CostFigures(
        cost_bps_per_side=per_side(trades["fees"] + trades["slippage"]),
        break_even_bps_per_side=per_side(trades["gross_pnl"] - trades["funding"]),
        capacity=measure_capacity(trades, notional, panel),
    )


def measure_capacity(trades: pd.DataFrame, notional: Floats, panel: Panel) -> Capacity:
    """Participation rates, and the accounts at which their 95th percentile is too high.

    Parameters
    ----------
    notional
        Shape (trades,), reference notional at entry.
    """
    volume = _entry_volume(trades, panel)
    known: Bools = volume > 0.0
    participation = trades["quantity"].to_numpy(dtype=np.float64)[known] / volume[known]
    equity = notional[known] / trades["weight_frac"].to_numpy(dtype=np.float64)[known]
    per_unit = quantile_or_none(participation / equity, _PERCENTILE)
    return Capacity(
        trades=int(known.sum()),
        participation_p50_frac=quantile_or_none(participation, 0.5),
        participation_p95_frac=quantile_or_none(participation, _PERCENTILE),
        participation_max_frac=quantile_or_none(participation, 1.0),
        levels=tuple(
            CapacityLevel(
                participation_frac=level,
                account_size=None if per_unit is None else level / per_unit,
            )
            for level in PARTICIPATION_LEVELS
        ),
        reason="" if known.any() else "no trades" if not len(trades) else "volume not known",
    )


def _entry_volume(trades: pd.DataFrame, panel: Panel) -> Floats:
    """Volume traded in the bar of each entry, base units; 0 where the source has none."""
    row = np.searchsorted(np.array(panel.symbols), trades["symbol"].to_numpy(dtype=str))
    volume: Floats = panel.volume[row, panel.index_of(to_epoch_ms(trades["entry_time"]))]
    return volume
