"""Plans know the signal's bar; hold are the engine's trades under the rules without models."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import EXIT_NAMES, simulate_independent_trades, triple_barrier_labels
from dipmaster.core.panel import to_timestamps
from dipmaster.core.tables import EXIT_PLANS
from dipmaster.exits.plans import (
    build_hold_rules,
    build_plans_table,
    build_positions,
    compute_targets,
    simulate_hold,
)

FLAT = (100.0, 100.1, 99.9, 100.0)


def plans(market: Any, cells: list[tuple[int, int]], confidence: Any, exits: Any) -> Any:
    symbol, signal = np.array(cells, np.int64).T
    regime = market.columns["regime"][symbol, signal].astype(np.int8)
    times = market.panel.open_time[signal]
    return compute_targets(market, symbol, signal, confidence, times, regime, exits)


def test_a_target_from_the_columns_of_its_bar(make: Any, exits_with: Any) -> None:
    """Third candidate: surest of two past ones, high regime, market up by 1.6 sigmas."""
    exits = exits_with(dynamic_target__min_past=3)
    market = make.market(
        [FLAT] * 5, regime=[0, 1, 1, 2, -1], market_momentum_sigmas=[-2.0, 0.0, 0.0, 1.6, np.nan]
    )
    made = plans(market, [(0, k) for k in range(5)], np.array([0.5, 0.6, 0.7, 0.8, np.nan]), exits)
    assert made.strength.tolist() == [1, 1, 1, 2, 0]
    assert made.regime.tolist() == [0, 1, 1, 2, -1]
    assert made.momentum.tolist() == [-2, 0, 0, 2, 0]
    combined = [0.4 + 0.28 + 0.175, 1.0, 1.0, 1.405, 0.28 + 0.35 + 0.25]
    np.testing.assert_allclose(made.combined_multiplier, combined)
    np.testing.assert_allclose(made.target_frac, 0.008 * np.array(combined))


def test_bars_that_nobody_scored_are_of_medium_strength(make: Any, exits: Any) -> None:
    market = make.market([FLAT] * 3, regime=1.0)
    made = plans(market, [(0, 2), (0, 0)], None, exits)
    assert made.strength.tolist() == [1, 1]
    np.testing.assert_allclose(made.target_frac, 0.008)


@pytest.mark.parametrize("boundary", [True, False])
@pytest.mark.parametrize("trailing", [True, False])
def test_each_rule_can_be_switched(
    make: Any, exits_with: Any, boundary: bool, trailing: bool
) -> None:
    exits = exits_with(quarter_hour_exit_from_phase_2=boundary, trailing__enabled=trailing)
    rules = build_hold_rules(make.random_market(1), exits)
    assert rules.boundary_min_net_frac == (exits.boundary_min_net_frac if boundary else None)
    assert (rules.trailing is not None) == trailing
    assert rules.score is None


def test_paths_are_the_engines_trades(make: Any, exits: Any, execution: Any) -> None:
    market = make.random_market(3)
    positions = make.everywhere(market)
    hold = simulate_hold(market, positions, execution, exits)
    rules = build_hold_rules(market, exits)
    world = (market.panel, positions.symbol_index, positions.signal_index, execution, rules)
    alone = simulate_independent_trades(
        *world, positions.target_frac, positions.stop_frac, positions.max_holding_bars
    )
    kinds = {EXIT_NAMES[kind] for kind in hold.exit_type[hold.tradable]}
    assert {"stop", "trailing_stop", "target", "time_limit", "end_of_data"} <= kinds
    assert np.count_nonzero(~hold.tradable) > 0
    np.testing.assert_array_equal(hold.tradable, alone.tradable)
    np.testing.assert_array_equal(hold.net_frac, alone.net_frac)
    np.testing.assert_array_equal(hold.exit_index, alone.exit_index)
    np.testing.assert_array_equal(hold.exit_type, alone.exit_type)


def table(market: Any, every: int = 40) -> pd.DataFrame:
    cells = [
        (k, u)
        for u in range(every, market.panel.bars, every)
        for k in range(len(market.panel.symbols))
    ]
    symbol, signal = np.array(cells).T
    return pd.DataFrame(
        {
            "candidate_id": np.arange(len(cells)),
            "symbol": np.array(market.panel.symbols, object)[symbol],
            "open_time": to_timestamps(market.panel.open_time[signal]),
        }
    )


def test_with_everything_off_a_path_is_the_frozen_trade(
    make: Any, exits_with: Any, execution: Any
) -> None:
    market = make.random_market(5)
    exits = exits_with(
        dynamic_target__enabled=False, trailing__enabled=False, quarter_hour_exit_from_phase_2=True
    )
    candidates = table(market)
    frozen = triple_barrier_labels(candidates, market.panel, execution, exits)
    symbol, signal = frozen.symbol_index, market.panel.index_of(
        candidates["open_time"].astype("int64").to_numpy()
    )  # fmt: skip
    made = plans(market, list(zip(symbol, signal, strict=True)), None, exits)
    positions = build_positions(symbol, signal, made.target_frac, exits)
    hold = simulate_hold(market, positions, execution, exits)
    assert (frozen.exit_type == EXIT_NAMES.index("quarter_hour")).sum() > 3
    np.testing.assert_array_equal(hold.net_frac, frozen.net_frac)
    np.testing.assert_array_equal(hold.exit_index, frozen.exit_index)


def test_the_table_says_how_each_candidate_is_held(make: Any, exits: Any, execution: Any) -> None:
    market = make.market([FLAT] * 3 + [None] + [FLAT, (100.0, 100.0, 98.0, 98.2), FLAT])
    candidates = pd.DataFrame(
        {
            "candidate_id": np.arange(3),
            "symbol": ["C00"] * 3,
            "open_time": to_timestamps(market.panel.open_time[[0, 2, 6]]),
        }
    )
    cells = [(0, 0), (0, 2), (0, 6)]
    made = plans(market, cells, np.full(3, np.nan), exits)
    symbol, signal = np.array(cells).T
    positions = build_positions(symbol, signal, made.target_frac, exits)
    hold = simulate_hold(market, positions, execution, exits)
    found = EXIT_PLANS.check(build_plans_table(candidates, market, positions, made, hold), "toy")
    assert found["hold_exit_type"].tolist() == ["stop", "", ""]
    assert found["hold_exit_time"].isna().tolist() == [False, True, True]
    assert found["hold_exit_time"][0] == to_timestamps(market.panel.open_time)[5]
    assert found["hold_net_frac"].isna().tolist() == [False, True, True]
    assert found["open_time"].tolist() == candidates["open_time"].tolist()
    assert found["signal_strength"].tolist() == [0, 0, 0]
