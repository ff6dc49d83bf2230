"""The trade of each bar alone: no account, no limits, one unit of reference notional.

Labels (the baseline trade of every candidate) and the pool of matched random
entries come from here. Positions are simulated by the engine's own kernel.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dipmaster.backtest.costs import Costs, build_costs
from dipmaster.backtest.entries import check_exit_levels
from dipmaster.backtest.fills import simulate_positions, simulate_sequence
from dipmaster.backtest.funding import compute_unit_funding
from dipmaster.backtest.layouts import (
    NEVER,
    ROUND_TRIP,
    STOP_OR_TARGET,
    Order,
    PlanArrays,
    build_market_arrays,
    build_plan_arrays,
)
from dipmaster.backtest.rules import (
    EXIT_NAMES,
    ExitRules,
    ExitType,
    RuleScalars,
    build_rule_arrays,
    build_rule_scalars,
)
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.parallel import count_workers
from dipmaster.core.params import Execution


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


def simulate_independent_trades(
    panel: Panel,
    symbol_index: Ints,
    signal_index: Ints,
    execution: Execution,
    rules: ExitRules,
    target_frac: Floats | float,
    stop_frac: Floats | float,
    max_holding_bars: Ints | int,
) -> TradeOutcomes:
    """Trade every given bar alone: signal at its close, entry at the next open.

    Parameters
    ----------
    symbol_index, signal_index
        Row of the panel and position on its grid, shape (rows,), in any order.
    execution
        Its costs; limits and capital play no part.
    rules
        Arrays in them are aligned to the rows.
    target_frac, stop_frac, max_holding_bars
        Shape (rows,), or one value for all.

    Raises
    ------
    DataError
        Rows off the panel, levels that make no sense, or a missing half-spread.
    """
    rows = int(symbol_index.size)
    _require_on_panel(panel, symbol_index, signal_index)
    plans = _build_plans(symbol_index, signal_index, target_frac, stop_frac, max_holding_bars)
    trips = np.zeros(rows, ROUND_TRIP)
    numbers, costs = build_rule_scalars(rules), build_costs(execution)
    arrays = build_rule_arrays(rules, rows, panel.open.shape)
    simulate_positions(build_market_arrays(panel), plans, numbers, costs, arrays, trips)
    return _build_outcomes(panel, symbol_index, trips, numbers, costs)


def simulate_sequential_trades(
    panel: Panel,
    signals: Bools,
    execution: Execution,
    rules: ExitRules,
    target_frac: float,
    stop_frac: float,
    max_holding_bars: int,
) -> TradeOutcomes:
    """Trade every symbol alone, one position at a time, with money never running out.

    A signal is taken where the position before it is closed by the next bar's open.

    Parameters
    ----------
    signals
        Shape (symbols, bars); True where a signal is known at the bar's close.
    rules
        Without arrays aligned to entries, whose number is not known before.

    Returns
    -------
    Outcomes
        The trades made, by symbol and time; every row is tradable.
    """
    trip_counts, trips_by_thread = simulate_round_trips(
        panel, signals, execution, rules, target_frac, stop_frac, max_holding_bars
    )
    symbol, trips = (
        np.repeat(np.arange(trip_counts.size), trip_counts),
        np.concatenate(trips_by_thread),
    )
    return _build_outcomes(panel, symbol, trips, build_rule_scalars(rules), build_costs(execution))


def simulate_round_trips(
    panel: Panel,
    signals: Bools,
    execution: Execution,
    rules: ExitRules,
    target_frac: float,
    stop_frac: float,
    max_holding_bars: int,
) -> tuple[Ints, list[npt.NDArray[Any]]]:
    """How many round trips each symbol made, and their records, an array a thread."""
    if signals.shape != panel.open.shape:
        raise data_error(
            "signals",
            f"shape {panel.open.shape}",
            f"shape {signals.shape}",
            "give a row a symbol and a column a bar of this panel",
        )
    check_exit_levels(np.array([target_frac]), np.array([stop_frac]), np.array([max_holding_bars]))
    numbers, costs, market = (
        build_rule_scalars(rules),
        build_costs(execution),
        build_market_arrays(panel),
    )
    arrays = build_rule_arrays(rules, 0, panel.open.shape)
    plan = Order(0, 0, 0, float(target_frac), float(stop_frac), int(max_holding_bars))
    flags = np.ascontiguousarray(signals, np.bool_)
    trip_counts = np.zeros(len(panel.symbols), np.int64)

    def simulate_share(symbols: tuple[int, int]) -> npt.NDArray[Any]:
        trips = np.empty(np.count_nonzero(flags[slice(*symbols)]), ROUND_TRIP)
        kernel_args = (market, symbols, flags.reshape(-1), plan, numbers, costs, arrays)
        return trips[: simulate_sequence(*kernel_args, trip_counts, trips)]

    # A plain pool: starting the project's progress-showing one takes longer than the work.
    with ThreadPoolExecutor(count_workers()) as pool:
        return trip_counts, list(
            pool.map(simulate_share, split_evenly(len(trip_counts), count_workers()))
        )


def split_evenly(symbols: int, parts: int) -> list[tuple[int, int]]:
    """Symbols split into runs of equal length, one a worker."""
    ends = [symbols * part // parts for part in range(parts + 1)]
    return list(pairwise(ends))


def _build_plans(
    symbol_index: Ints,
    signal_index: Ints,
    target_frac: Floats | float,
    stop_frac: Floats | float,
    max_holding_bars: Ints | int,
) -> PlanArrays:
    columns = (np.asarray(target_frac), np.asarray(stop_frac), np.asarray(max_holding_bars))
    shape = np.broadcast_shapes((1,), *(column.shape for column in columns))
    if shape not in ((1,), symbol_index.shape):
        raise data_error(
            "outcomes",
            f"one value, or shape {symbol_index.shape}",
            f"shape {shape}",
            "give targets, stops and time limits for every row",
        )
    target, stop, cap = (np.broadcast_to(column, shape) for column in columns)
    plans = build_plan_arrays(symbol_index, signal_index, target, stop, cap)
    check_exit_levels(plans.target_frac, plans.stop_frac, plans.max_holding_bars)
    return plans


def _build_outcomes(
    panel: Panel, symbol_index: Ints, trips: npt.NDArray[Any], rules: RuleScalars, costs: Costs
) -> TradeOutcomes:
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


def _require_on_panel(panel: Panel, symbol_index: Ints, signal_index: Ints) -> None:
    symbols, bars = panel.open.shape
    on_panel = (
        (symbol_index >= 0) & (symbol_index < symbols) & (signal_index >= 0) & (signal_index < bars)
    )
    if not on_panel.all():
        raise data_error(
            "outcomes",
            f"rows within {symbols} symbols x {bars} bars",
            f"{int(np.count_nonzero(~on_panel))} outside",
            "build the rows from this panel's bars",
        )


def _require_costs(tradable: Bools, net_frac: Floats) -> None:
    missing = tradable & ~np.isfinite(net_frac)
    if missing.any():
        raise data_error(
            "outcomes",
            "a half-spread and prices on every bar that is traded",
            f"{int(np.count_nonzero(missing))} trades without",
            "give the source a half-spread or set ingest.raw.half_spread_bps",
        )
