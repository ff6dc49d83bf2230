"""Round trips to outcomes: what each trade made at one unit of reference notional.

What it cost and earned is a share of the notional at entry, so that trades of any size compare.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dipmaster.backtest.costs import Costs
from dipmaster.backtest.funding import compute_unit_funding
from dipmaster.backtest.layouts import NEVER, STOP_OR_TARGET
from dipmaster.backtest.rules import EXIT_NAMES, ExitType, RuleScalars
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel


@dataclass(frozen=True)
class TradeOutcomes:
    """Round trips at one unit of reference notional; every array has shape (rows,).

    Attributes
    ----------
    symbol_index
        Row of the panel.
    tradable
        False where the bar after the signal does not exist; the other values
        are then missing (NaN, -1).
    entry_index, exit_index
        Positions on the panel's grid.
    exit_type
        Index into `EXIT_NAMES`.
    stop_and_target_touched
        The bar of the exit touched both inside: what went first is not known.
    gross_frac, fees_frac, slippage_frac, funding_frac, net_frac
        Of the reference notional at entry; net = gross - fees - slippage - funding, where
        slippage holds half-spread and slippage.
    mfe_frac, mae_frac
        Largest favourable and adverse excursion from the entry's reference price.
    open_at_end
        Closed only because the data ended.
    """

    symbol_index: Ints
    tradable: Bools
    entry_index: Ints
    exit_index: Ints
    exit_type: Ints
    stop_and_target_touched: Bools
    gross_frac: Floats
    fees_frac: Floats
    slippage_frac: Floats
    funding_frac: Floats
    net_frac: Floats
    mfe_frac: Floats
    mae_frac: Floats
    open_at_end: Bools

    @property
    def bars_held(self) -> Ints:
        """Bars from entry to exit; 0 where not tradable."""
        return self.exit_index - self.entry_index

    def to_frame(self) -> pd.DataFrame:
        """A row a bar, `exit_type` in words ("" where not tradable)."""
        columns = {name: getattr(self, name) for name in self.__dataclass_fields__}
        exit_names = pd.array(np.asarray((*EXIT_NAMES, ""))[self.exit_type], dtype="str")
        return pd.DataFrame({**columns, "exit_type": exit_names, "bars_held": self.bars_held})


def build_outcomes(
    panel: Panel, symbol_index: Ints, trips: npt.NDArray[Any], rules: RuleScalars, costs: Costs
) -> TradeOutcomes:
    """Outcomes of round trips at one unit of reference notional.

    Parameters
    ----------
    symbol_index
        Row of the panel of each trip, shape (rows,).
    trips
        Records of `ROUND_TRIP`, shape (rows,); `entry_bar` is -1 where nothing was bought.

    Raises
    ------
    DataError
        Where a bar that was traded has no half-spread or price.
    """
    tradable = trips["entry_bar"] != NEVER
    unit_funding = compute_unit_funding(panel, symbol_index, trips, rules.partial_frac)
    returns = measure_returns(trips, unit_funding, rules.partial_frac, costs)
    _require_costs(tradable, returns["net_frac"])
    entry_reference = np.where(tradable, trips["entry_reference"], np.nan)
    return TradeOutcomes(
        symbol_index=symbol_index,
        tradable=tradable,
        entry_index=trips["entry_bar"].copy(),
        exit_index=np.where(tradable, trips["exit_bar"], NEVER),
        exit_type=np.where(tradable, trips["exit_type"], NEVER).astype(np.int64),
        stop_and_target_touched=tradable & (trips["exit_stage"] == STOP_OR_TARGET),
        **returns,
        mfe_frac=trips["peak"] / entry_reference - 1.0,
        mae_frac=trips["trough"] / entry_reference - 1.0,
        open_at_end=tradable & (trips["exit_type"] == int(ExitType.END_OF_DATA)),
    )


def measure_returns(
    trips: npt.NDArray[Any], unit_funding: Floats, partial_frac: float, costs: Costs
) -> dict[str, Floats]:
    """Columns gross_frac to net_frac of `TradeOutcomes`, NaN where nothing was bought.

    Parameters
    ----------
    trips
        Records of `ROUND_TRIP`, shape (rows,).
    unit_funding
        Paid for each unit bought, quote currency, shape (rows,).
    partial_frac
        Share of the quantity that a partial exit sold.
    """
    tradable = trips["entry_bar"] != NEVER
    entry_reference = np.where(tradable, trips["entry_reference"], np.nan)
    has_partial = tradable & (trips["partial_bar"] != NEVER)
    partial_share = np.where(has_partial, partial_frac, 0.0)
    sales = [(1.0 - partial_share, trips["exit_reference"], trips["exit_half_spread"])]
    if has_partial.any():
        reference = np.where(has_partial, trips["partial_reference"], 0.0)
        sales.insert(0, (partial_share, reference, trips["partial_half_spread"]))
    gross, cost = np.full(trips.size, -1.0), trips["entry_half_spread"] + costs.slippage
    fees = costs.fee * (1.0 + cost)
    for share, reference, half_spread in sales:
        value = share * reference / entry_reference
        side_cost = np.where(value > 0.0, half_spread, 0.0) + costs.slippage
        gross, cost = gross + value, cost + value * side_cost
        fees = fees + costs.fee * value * (1.0 - side_cost)
    funding = unit_funding / entry_reference
    return {
        "gross_frac": gross,
        "fees_frac": fees,
        "slippage_frac": cost,
        "funding_frac": funding,
        "net_frac": gross - fees - cost - funding,
    }


def _require_costs(tradable: Bools, net_frac: Floats) -> None:
    missing = tradable & ~np.isfinite(net_frac)
    if missing.any():
        raise data_error(
            "outcomes",
            "a half-spread and prices on every bar that is traded",
            f"{int(np.count_nonzero(missing))} trades without",
            "give the source a half-spread or set ingest.raw.half_spread_bps",
        )
