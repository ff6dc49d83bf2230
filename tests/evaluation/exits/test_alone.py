"""Cases followed alone: the engine's own round trips, row by row."""

import numpy as np
import pytest

from dipmaster import backtest
from dipmaster.backtest import ExitRules, ScoreExits, Trailing
from dipmaster.evaluation.phases.exits.standalone import Pair, WayOut, followed


def test_two_targets_by_hand(toy, exits) -> None:
    """Bought at 100; one aims at .5 %, which bar 15 passes, one at 1 %, which nothing does."""
    panel = toy.panel(100, {15: (100.0, 100.6, 99.9, 100.0)})
    way = WayOut(np.array([0.5, 0.005, 0.01]), ExitRules(None))
    cases = toy.cases([9, 9])
    cases = cases.__class__(**{**cases.__dict__, "candidate": np.array([1, 2])})
    found = followed("phase 2", panel, cases, toy.execution(), exits, way)
    assert found.minutes.tolist() == [25.0, 180.0]
    assert found.gross_frac == pytest.approx([0.005, 0.0])
    assert [backtest.EXIT_NAMES[kind] for kind in found.exit_type] == ["target", "time_limit"]
    assert found.track.candidate.tolist() == [1, 2]
    assert found.track.sample.net.tolist() == found.net_frac.tolist()


def test_arrays_by_entry_follow_their_candidate() -> None:
    rules = ExitRules(None, Trailing(np.array([1.0, 2, 3])), ScoreExits(np.arange(6).reshape(3, 2)))
    way = WayOut(np.array([0.1, 0.2, 0.3]), rules).at(np.array([2, 0]))
    assert way.target_frac.tolist() == [0.3, 0.1]
    assert way.rules.trailing.distance_frac.tolist() == [3.0, 1.0]
    assert way.rules.score.score.tolist() == [[4, 5], [0, 1]]


def test_distances_by_bar_stay_with_the_market() -> None:
    by_bar = np.ones((3, 50))
    way = WayOut(np.ones(3), ExitRules(None, Trailing(by_bar))).at(np.array([1]))
    assert way.rules.trailing.distance_frac is by_bar


def test_costs_are_those_of_the_engine(toy, exits) -> None:
    panel, cases = toy.walking_panel(1, bars=600), toy.cases([50, 100, 200])
    way = WayOut(np.full(3, exits.target_frac), ExitRules.phase_0(exits))
    found = followed("phase 1", panel, cases, toy.execution(10.0), exits, way)
    straight = backtest.outcomes(
        panel, np.zeros(3, np.int64), np.array([50, 100, 200]), toy.execution(10.0),
        ExitRules.phase_0(exits), exits.target_frac, exits.stop_frac, exits.cap_bars,
    )  # fmt: skip
    assert np.array_equal(found.net_frac, straight.net_frac)
    assert np.array_equal(found.exit_index, straight.exit_index)


def test_what_lacks_names_the_side(toy, gates) -> None:
    many = toy.alone(np.tile([0.01, -0.01], 100), "phase 2")
    won = toy.alone(np.full(200, 0.01), "phase 1")
    assert Pair(many, many).lacking(gates) == ""
    found = Pair(many, won).lacking(gates)
    assert found == "insufficient under phase 1: 0 of 10 losing trades"
    few = Pair(many, many).only(np.arange(200) < 30).lacking(gates)
    assert few.startswith("insufficient under phase 2: 30 of 100 trades")
