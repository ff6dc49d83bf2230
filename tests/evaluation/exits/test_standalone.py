"""Standalone trades: the engine's own round trips, row by row."""

import numpy as np
import pytest

from dipmaster import backtest
from dipmaster.backtest import ExitRules, ScoreExitRule, TrailingStopRule
from dipmaster.evaluation.standalone import (
    ExitPolicy,
    StandalonePair,
    build_standalone_trades,
    simulate_standalone,
)


def test_two_targets_by_hand(toy, exits) -> None:
    """Bought at 100; one aims at .5 %, which bar 15 passes, one at 1 %, which nothing does."""
    panel = toy.panel(100, {15: (100.0, 100.6, 99.9, 100.0)})
    policy = ExitPolicy(np.array([0.5, 0.005, 0.01]), ExitRules(None))
    entries = toy.entries([9, 9], candidate=[1, 2])
    indices = np.zeros(3, np.int64), np.full(3, 9)
    outcomes = simulate_standalone(panel, indices, toy.execution(), exits, policy)
    trades = build_standalone_trades("phase 2", entries, outcomes)
    assert trades.minutes.tolist() == [25.0, 180.0]
    assert trades.gross_frac == pytest.approx([0.005, 0.0])
    assert [backtest.EXIT_NAMES[kind] for kind in trades.exit_type] == ["target", "time_limit"]
    assert trades.track.candidate.tolist() == [1, 2]
    assert trades.track.sample.net.tolist() == trades.net_frac.tolist()


def test_arrays_by_entry_follow_their_candidate() -> None:
    rules = ExitRules(
        None, TrailingStopRule(np.array([1.0, 2, 3])), ScoreExitRule(np.arange(6).reshape(3, 2))
    )
    policy = ExitPolicy(np.array([0.1, 0.2, 0.3]), rules).at(np.array([2, 0]))
    assert policy.target_frac.tolist() == [0.3, 0.1]
    assert policy.rules.trailing.distance_frac.tolist() == [3.0, 1.0]
    assert policy.rules.score.score.tolist() == [[4, 5], [0, 1]]


def test_distances_by_bar_stay_with_the_market() -> None:
    by_bar = np.ones((3, 50))
    policy = ExitPolicy(np.ones(3), ExitRules(None, TrailingStopRule(by_bar))).at(np.array([1]))
    assert policy.rules.trailing.distance_frac is by_bar


def test_costs_are_those_of_the_engine(toy, exits) -> None:
    panel, entries = toy.walking_panel(1, bars=600), toy.entries([50, 100, 200])
    policy = ExitPolicy(np.full(3, exits.target_frac), ExitRules.phase_0(exits))
    trades = toy.simulate(panel, entries, exits, policy, 10.0)
    straight = backtest.simulate_independent_trades(
        panel, np.zeros(3, np.int64), np.array([50, 100, 200]), toy.execution(10.0),
        ExitRules.phase_0(exits), exits.target_frac, exits.stop_frac, exits.max_holding_bars,
    )  # fmt: skip
    assert np.array_equal(trades.net_frac, straight.net_frac)
    assert np.array_equal(trades.exit_index, straight.exit_index)


def test_what_lacks_names_the_side(toy, gates) -> None:
    many = toy.standalone(np.tile([0.01, -0.01], 100), "phase 2")
    won = toy.standalone(np.full(200, 0.01), "phase 1")
    assert StandalonePair(many, many).lacking(gates) == ""
    lacking = StandalonePair(many, won).lacking(gates)
    assert lacking == "sample too small under phase 1 (0 losing trades, minimum 10)"
    few = StandalonePair(many, many).only(np.arange(200) < 30).lacking(gates)
    assert few.startswith("sample too small under phase 2 (30 trades, minimum 100)")
