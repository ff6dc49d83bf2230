"""Labels are the engine's truth: sales by a score exit, hold' ends, and a slow twin."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dipmaster.backtest import (
    EXIT_NAMES,
    Entries,
    ExitRules,
    ExitType,
    ScoreExitRule,
    TradeOutcomes,
    run_backtest,
    simulate_independent_trades,
)
from dipmaster.core.panel import Panel
from dipmaster.exits.arrays import ExitLabels, ExitRows
from dipmaster.exits.labels import build_exit_labels
from dipmaster.exits.plans import build_hold_rules, simulate_hold
from dipmaster.exits.rows import build_exit_rows

NAN = float("nan")
FLAT = (100.0, 100.1, 99.9, 100.0)
END = int(ExitType.END_OF_DATA)


def labelled(
    market: Any, positions: Any, execution: Any, exits: Any
) -> tuple[ExitRows, ExitLabels]:
    rows = build_exit_rows(market, positions, execution, exits)
    hold = simulate_hold(market, positions, execution, exits)
    return rows, hold, build_exit_labels(market, positions, rows, hold, execution)


def test_a_path_by_hand(make: Any, exits: Any, free: Any) -> None:
    """Opens 100, 100.4, 100.2, 100.1; the stop at 98.5 is met in the bar after."""
    bars = [
        FLAT, (100.0, 100.2, 99.9, 100.1), (100.4, 100.4, 100.1, 100.2),
        (100.2, 100.3, 100.0, 100.1), (100.1, 100.1, 98.0, 98.2), FLAT, FLAT,
    ]  # fmt: skip
    market = make.market(bars, half_spread_bps=0.0)
    rows, hold, labels = labelled(market, make.positions([(0, 0)], max_holding_bars=6), free, exits)
    assert (hold.exit_index.tolist(), hold.exit_type.tolist()) == ([4], [int(ExitType.STOP)])
    assert rows.bar.tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(labels.exit_net_frac, [0.004, 0.002, 0.001, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(labels.hold_net_frac, [-0.015] * 3 + [NAN] * 2)
    assert labels.exit_is_best.tolist() == [1, 1, 1, -1, -1]
    np.testing.assert_array_equal(labels.bars_to_best, [0, 0, 0, NAN, NAN])
    assert labels.stopped_first.tolist() == [1, 1, 1, -1, -1]


def test_waiting_for_the_target_is_best(make: Any, exits: Any, free: Any) -> None:
    """From the opens of bars 2, 3 and 4 it is 3, 2 and 1 bars to the target in bar 5."""
    bars = [FLAT, FLAT, FLAT, FLAT, FLAT, (100.0, 101.0, 99.9, 100.9), FLAT]
    market = make.market(bars, half_spread_bps=0.0)
    _, _, labels = labelled(market, make.positions([(0, 0)], max_holding_bars=6), free, exits)
    assert labels.exit_is_best.tolist() == [0, 0, 0, 0, -1]
    np.testing.assert_array_equal(labels.bars_to_best, [3, 2, 1, 0, NAN])
    assert labels.stopped_first.tolist() == [0, 0, 0, 0, -1]


def test_of_equal_exits_the_earliest_is_best(make: Any, exits: Any, free: Any) -> None:
    market = make.market([FLAT] * 8, half_spread_bps=0.0)
    rows, _, labels = labelled(market, make.positions([(0, 0)], max_holding_bars=5), free, exits)
    assert len(rows) == 4
    assert labels.exit_net_frac.tolist() == labels.hold_net_frac.tolist() == [0.0] * 4
    assert labels.bars_to_best.tolist() == [0.0] * 4


def test_a_sale_at_the_open_of_the_end_nets_the_same(make: Any, exits: Any, execution: Any) -> None:
    """A gap under the stop: holding is sold at that open too, to the bit, so the sale is best."""
    bars = [FLAT, FLAT, (100.0, 100.3, 99.7, 99.8), (97.3, 97.7, 97.1, 97.2), FLAT]
    market = make.market(bars, half_spread_bps=2.3)
    rows, hold, labels = labelled(market, make.positions([(0, 0)]), execution, exits)
    assert hold.exit_index[0] == 3
    before = np.flatnonzero(rows.bar == 2)[0]
    assert labels.exit_net_frac[before] == labels.hold_net_frac[before] == hold.net_frac[0]
    assert labels.exit_is_best[before] == 1


def test_a_sale_pays_the_funding_that_holding_has_paid_by_then(
    make: Any, exits: Any, execution: Any
) -> None:
    """Charged at every open: to the bit as much as the path that ends there."""
    bars = [FLAT, FLAT, (100.0, 100.3, 99.7, 99.8), (97.3, 97.7, 97.1, 97.2), FLAT]
    plain = make.market(bars, half_spread_bps=2.3)
    rates = np.full(plain.panel.open.shape, 0.0007)
    market = replace(plain, panel=replace(plain.panel, funding_frac=rates))
    rows, paths, labels = labelled(market, make.positions([(0, 0)]), execution, exits)
    _, free, unfunded = labelled(plain, make.positions([(0, 0)]), execution, exits)
    before = np.flatnonzero(rows.bar == 2)[0]
    assert labels.exit_net_frac[before] == paths.net_frac[0]
    paid = 0.0007 * (100.0 + 97.3) / 100.0
    np.testing.assert_allclose(free.net_frac - paths.net_frac, paid)
    np.testing.assert_allclose(unfunded.exit_net_frac[0] - labels.exit_net_frac[0], 0.0007)


def test_what_the_end_of_the_data_closed_is_not_known(
    make: Any, exits: Any, execution: Any
) -> None:
    rows, hold, labels = labelled(
        make.market([FLAT] * 6), make.positions([(0, 0)]), execution, exits
    )
    assert hold.exit_type.tolist() == [END]
    assert rows.bar.tolist() == [1, 2, 3, 4, 5]
    assert np.isfinite(labels.exit_net_frac).tolist() == [True] * 4 + [False]
    assert np.isnan(labels.hold_net_frac).all()
    assert np.isnan(labels.bars_to_best).all()
    assert (labels.exit_is_best == -1).all()
    assert (labels.stopped_first == -1).all()


def test_without_a_half_spread_there_is_no_sale(make: Any, exits: Any, execution: Any) -> None:
    spread = np.array([[1.0, 1.0, 1.0, NAN, 1.0, 1.0, 1.0]])
    market = make.market([FLAT] * 7, half_spread_bps=spread)
    positions = make.positions([(0, 0)], max_holding_bars=5)
    rows, _, labels = labelled(market, positions, execution, exits)
    assert rows.bar.tolist() == [1, 2, 3, 4]
    assert np.isnan(labels.exit_net_frac).tolist() == [False, True, False, False]
    assert (labels.exit_is_best == -1).tolist() == [False, True, False, False]
    assert np.isfinite(labels.bars_to_best).all()


IDLE = (90.0, 120.0, 80.0, 110.0)


@pytest.mark.parametrize("missing", [None, IDLE])
def test_a_sale_beside_a_hole_waits_for_the_next_trade(
    make: Any, exits: Any, free: Any, missing: Any
) -> None:
    """Bars 2 and 3 are missing or idle: what is decided at bar 1 is sold at the open of bar 4.

    Best is the open of bar 6, the time limit's: two bars from bar 4, one from bar 5.
    """
    bars = [FLAT, FLAT, missing, missing, (100.3, 100.4, 99.9, 100.0), FLAT,
            (100.5, 100.6, 99.9, 100.0)]  # fmt: skip
    volume = [[0.0 if bar is IDLE else 1.0 for bar in bars]]
    market = make.market(bars, half_spread_bps=0.0, volume=volume)
    rows, hold, labels = labelled(market, make.positions([(0, 0)], max_holding_bars=5), free, exits)
    assert rows.bar.tolist() == [1, 4]
    assert (hold.exit_index[0], EXIT_NAMES[hold.exit_type[0]]) == (6, "time_limit")
    np.testing.assert_allclose(labels.exit_net_frac, [0.003, 0.0], atol=1e-12)
    np.testing.assert_allclose(labels.hold_net_frac, [0.005, 0.005])
    assert labels.exit_is_best.tolist() == [0, 0]
    assert labels.bars_to_best.tolist() == [2, 1]


def test_a_sale_that_waits_beyond_the_time_limit_is_that_of_the_limit(
    make: Any, exits: Any, execution: Any
) -> None:
    """At the close of bar 2 nobody knows that the next trade comes after the limit's bar 4."""
    market = make.market([FLAT, FLAT, FLAT, None, None, None, (99.8, 100.2, 99.7, 100.0), FLAT])
    positions = make.positions([(0, 0)], max_holding_bars=3)
    rows, hold, labels = labelled(market, positions, execution, exits)
    assert rows.bar.tolist() == [1, 2]
    assert (hold.exit_index[0], EXIT_NAMES[hold.exit_type[0]]) == (6, "time_limit")
    assert labels.exit_net_frac[1] == labels.hold_net_frac[1] == hold.net_frac[0]
    assert labels.exit_is_best.tolist()[1] == 1
    assert labels.bars_to_best.tolist()[1] == 0


def test_where_the_hole_is_the_end_there_is_no_sale(make: Any, exits: Any, execution: Any) -> None:
    market = make.market([FLAT, FLAT, None, None])
    rows, _, labels = labelled(market, make.positions([(0, 0)]), execution, exits)
    assert rows.bar.tolist() == [1]
    assert np.isnan(labels.exit_net_frac).all()
    assert labels.exit_is_best.tolist() == [-1]


def next_trades(panel: Panel, symbol: Any, bar: Any) -> np.ndarray:
    """First bar after each in which somebody traded; the length of the grid where none did."""
    there = ~np.isnan(panel.open) & (panel.volume > 0.0)
    return np.array(
        [
            next((v for v in range(u + 1, panel.bars) if there[k, v]), panel.bars)
            for k, u in zip(symbol.tolist(), bar.tolist(), strict=True)
        ]
    )


def sold_at(market: Any, exits: Any, held: Any) -> ExitRules:
    """The rules that hold, with one score above every threshold at each row's column."""
    score = np.full((held.size, 36), NAN)
    score[np.arange(held.size), held] = 1.0
    plain = build_hold_rules(market, exits)
    return ExitRules(plain.boundary_min_net_frac, plain.trailing, ScoreExitRule(score))


@pytest.mark.parametrize("boundary", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_a_sale_is_the_engines_score_exit(
    make: Any, exits_with: Any, execution: Any, seed: int, boundary: bool
) -> None:
    """One score above every threshold, at the row's column, under the rules that hold."""
    market, exits = make.random_market(seed), exits_with(boundary_from_phase2=boundary)
    positions = make.everywhere(market, 13)
    rows, hold, labels = labelled(market, positions, execution, exits)
    known = np.flatnonzero(~np.isnan(labels.hold_net_frac))
    of = rows.position[known]
    sold = simulate_independent_trades(
        market.panel, positions.symbol_index[of], positions.signal_index[of], execution,
        sold_at(market, exits, rows.held[known]), positions.target_frac[of],
        positions.stop_frac[of], positions.max_holding_bars[of],
    )  # fmt: skip
    sale_bar = next_trades(market.panel, positions.symbol_index[of], rows.bar[known])
    assert known.size > 500
    assert (sale_bar > rows.bar[known] + 1).sum() > 20
    np.testing.assert_array_equal(sold.exit_index, sale_bar)
    np.testing.assert_array_equal(sold.net_frac, labels.exit_net_frac[known])
    assert (sale_bar <= hold.exit_index[of]).all()  # known no later than how holding ends
    by_score = sold.exit_type == int(ExitType.OPTIMAL_TIMING)
    at_its_end = (hold.exit_index[of] == sold.exit_index) & ~by_score
    assert (by_score | at_its_end).all()  # a gap under a level is a stop, at the same open
    assert by_score.mean() > 0.9


def test_the_account_sells_there_too(make: Any, exits: Any, execution: Any) -> None:
    """Rows beside holes and idle bars, each the one order of an account of its own."""
    market = make.random_market(5)
    positions = make.everywhere(market, 13)
    rows, _, labels = labelled(market, positions, execution, exits)
    sale_bar = next_trades(market.panel, positions.symbol_index[rows.position], rows.bar)
    late = np.flatnonzero(~np.isnan(labels.hold_net_frac) & (sale_bar > rows.bar + 1))
    assert late.size > 10
    for row in late:
        of = rows.position[row : row + 1]
        entry = Entries(
            of, positions.symbol_index[of], positions.signal_index[of], np.full(1, 0.05),
            positions.target_frac[of], positions.stop_frac[of], positions.max_holding_bars[of],
            np.zeros(1), np.full(1, NAN), np.zeros(1, np.int8),
        )  # fmt: skip
        rules = sold_at(market, exits, rows.held[row : row + 1])
        trade = run_backtest(market.panel, entry, execution, rules).trades.iloc[0]
        assert trade["bars_held"] == sale_bar[row] - positions.signal_index[of[0]] - 1
        assert trade["return_frac"] == pytest.approx(labels.exit_net_frac[row], abs=1e-12)


def twin(
    rows: ExitRows, hold: TradeOutcomes, exit_net: Any, sale_bar: Any
) -> list[tuple[float, int, float, int]]:
    """(hold_net, exit_is_best, bars_to_best, stopped_first) of every row."""
    out = []
    for r in range(len(rows)):
        p, u = int(rows.position[r]), int(rows.bar[r])
        end, kind = int(hold.exit_index[p]), EXIT_NAMES[hold.exit_type[p]]
        if kind == "end_of_data" or end <= u:
            out.append((NAN, -1, NAN, -1))
            continue
        ways = [
            (exit_net[q], int(sale_bar[q]))
            for q in range(r, len(rows))
            if rows.position[q] == p and rows.bar[q] < end
        ] + [(hold.net_frac[p], end)]
        most = max(net for net, _ in ways)
        earliest = min(bar for net, bar in ways if net == most)
        best = int(exit_net[r] >= hold.net_frac[p])
        out.append((hold.net_frac[p], best, earliest - int(sale_bar[r]), int(kind == "stop")))
    return out


@pytest.mark.parametrize("seed", range(3))
def test_labels_equal_the_twin(make: Any, exits_with: Any, execution: Any, seed: int) -> None:
    market, exits = make.random_market(10 + seed), exits_with(boundary_from_phase2=seed == 2)
    positions = make.everywhere(market, 29)
    rows, hold, labels = labelled(market, positions, execution, exits)
    sale_bar = next_trades(market.panel, positions.symbol_index[rows.position], rows.bar)
    expected = np.array(twin(rows, hold, labels.exit_net_frac, sale_bar)).T
    np.testing.assert_array_equal(labels.hold_net_frac, expected[0])
    np.testing.assert_array_equal(labels.exit_is_best, expected[1])
    np.testing.assert_array_equal(labels.bars_to_best, expected[2])
    np.testing.assert_array_equal(labels.stopped_first, expected[3])
    assert set(labels.exit_is_best.tolist()) == {-1, 0, 1}
    assert set(labels.stopped_first.tolist()) == {-1, 0, 1}
