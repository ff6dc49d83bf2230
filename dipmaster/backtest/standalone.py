"""Signals and bars to standalone trades: no account, no limits, one unit of reference notional.

Labels (the baseline trade of every candidate) and the pool of matched random
entries come from here. Positions are simulated by the engine's own kernel.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from dipmaster.backtest.costs import build_costs
from dipmaster.backtest.entries import check_exit_levels
from dipmaster.backtest.fills import simulate_positions, simulate_sequence
from dipmaster.backtest.layouts import (
    ROUND_TRIP,
    Order,
    PlanArrays,
    build_market_arrays,
    build_plan_arrays,
)
from dipmaster.backtest.outcomes import TradeOutcomes, build_outcomes
from dipmaster.backtest.rules import ExitRules, build_rule_arrays, build_rule_scalars
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.parallel import count_workers
from dipmaster.core.params import Execution


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
    return build_outcomes(panel, symbol_index, trips, numbers, costs)


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
    TradeOutcomes
        The trades made, by symbol and time; every row is tradable.
    """
    trip_counts, trips_by_thread = simulate_round_trips(
        panel, signals, execution, rules, target_frac, stop_frac, max_holding_bars
    )
    symbol, trips = (
        np.repeat(np.arange(trip_counts.size), trip_counts),
        np.concatenate(trips_by_thread),
    )
    return build_outcomes(panel, symbol, trips, build_rule_scalars(rules), build_costs(execution))


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
