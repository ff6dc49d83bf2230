"""Inputs and outputs of the kernels: bars, orders and records of round trips."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, Ints, borrowing_kernel
from dipmaster.core.panel import Panel
from dipmaster.core.time_units import BAR_MS

STAGES = 4
AT_OPEN, ENTRY, INSIDE, AT_END = range(STAGES)  # of a bar, in time order
# As INSIDE, where stop and target were touched and either may have gone first.
STOP_OR_TARGET = STAGES
NEVER = -1

ROUND_TRIP = np.dtype(
    [
        ("entry_bar", np.int64),
        ("entry_reference", np.float64),
        ("entry_half_spread", np.float64),
        ("exit_bar", np.int64),
        ("exit_reference", np.float64),
        ("exit_half_spread", np.float64),
        ("exit_score", np.float64),
        ("partial_bar", np.int64),
        ("partial_reference", np.float64),
        ("partial_half_spread", np.float64),
        ("partial_score", np.float64),
        ("peak", np.float64),
        ("trough", np.float64),
        ("exit_stage", np.int8),
        ("exit_type", np.int8),
    ],
    align=True,
)


class MarketArrays(NamedTuple):
    """A panel for kernels: arrays of shape (symbols x bars,), one symbol after the other.

    `bars` is the length of the grid, `clock` the number of its first bar counted in
    5-minute steps since 1970.
    """

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    half_spread_bps: Floats
    bars: int
    clock: int


class PlanArrays(NamedTuple):
    """Orders for kernels, arrays of shape (rows,): where, when, and how they end.

    `target_frac`, `stop_frac` and `max_holding_bars` may all be of shape (1,): the same for all.
    """

    symbol: Ints
    signal: Ints
    target_frac: Floats
    stop_frac: Floats
    max_holding_bars: Ints


class Order(NamedTuple):
    """One row of `PlanArrays`.

    `row` is its row in the arrays of the rules, `bar` that of the entry.
    """

    row: int
    symbol: int
    bar: int
    target_frac: float
    stop_frac: float
    max_holding_bars: int


def build_market_arrays(panel: Panel) -> MarketArrays:
    """The panel's arrays in the form that kernels read; views where they have it.

    Bars in which nobody traded are missing: no kernel can fill anything there.
    """
    panel = panel.traded
    prices = (panel.open, panel.high, panel.low, panel.close, panel.half_spread_bps)
    open_, high, low, close, spread = (
        np.ascontiguousarray(values, np.float64).reshape(-1) for values in prices
    )
    clock = int(panel.open_time[0]) // BAR_MS
    return MarketArrays(open_, high, low, close, spread, panel.bars, clock)


def build_plan_arrays(
    symbol: Ints, signal: Ints, target_frac: Floats, stop_frac: Floats, max_holding_bars: Ints
) -> PlanArrays:
    """The columns in the form that kernels read."""
    return PlanArrays(
        np.ascontiguousarray(symbol, np.int64),
        np.ascontiguousarray(signal, np.int64),
        np.ascontiguousarray(target_frac, np.float64),
        np.ascontiguousarray(stop_frac, np.float64),
        np.ascontiguousarray(max_holding_bars, np.int64),
    )


@borrowing_kernel
def order_at(plans: PlanArrays, i: int) -> Order:
    """Row `i` of the plans."""
    j = 0 if plans.max_holding_bars.size == 1 else i
    target, stop, cap = plans.target_frac[j], plans.stop_frac[j], plans.max_holding_bars[j]
    return Order(i, plans.symbol[i], plans.signal[i] + 1, target, stop, cap)


@borrowing_kernel
def can_open(market: MarketArrays, symbol: int, bar: int) -> bool:
    """Whether the symbol was traded in this bar, to be bought at its open."""
    return bar < market.bars and not np.isnan(market.open[np.uintp(symbol * market.bars + bar)])
