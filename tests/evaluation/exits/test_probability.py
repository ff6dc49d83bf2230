"""How often the exit probability passed its thresholds."""

import numpy as np

from dipmaster.backtest import ExitType
from dipmaster.evaluation.phases.exits.probability import count_probability

NAN = np.nan


def test_by_hand(toy, exits) -> None:
    """Candidate 0 is not eligible, 2 was not traded; 1 was sold after two closed bars of three."""
    score = np.array(
        [[0.99] * 4, [0.8, 0.81, 0.95, 0.99], [0.6, 0.61, NAN, 0.99], [NAN, NAN, NAN, NAN]]
    )
    opened = np.array([True, False, True])
    unguided, phase_2 = (
        toy.standalone([0.0] * 3, held=held, candidate=[1, 2, 3]) for held in ([3, 3, 3], [2, 3, 3])
    )
    found = count_probability(score, opened, unguided, phase_2, exits.decision)
    assert (found.full, found.partial) == (0.8, 0.6)
    assert (found.rows, found.above_full, found.above_partial) == (5, 2, 4)
    assert found.max == 0.95
    assert (found.traded_rows, found.traded_above_full) == (3, 2)
    assert (found.traded_above_partial, found.traded_max) == (3, 0.95)
    assert (found.held_rows, found.held_above_full, found.held_max) == (2, 1, 0.81)


def test_no_scores(toy, exits) -> None:
    opened, phase_2 = np.array([True]), toy.standalone([0.0])
    for score in (np.full((1, 3), NAN), np.zeros((1, 0))):
        found = count_probability(score, opened, phase_2, phase_2, exits.decision)
        assert (found.rows, found.above_partial, found.max) == (0, 0, None)


def test_full_exits_fire_where_a_held_row_is_above(toy, exits) -> None:
    """The engine acts on the first held row above the threshold, at the next open."""
    panel = toy.walking_panel(3, symbols=1, bars=2000)
    rng = np.random.default_rng(3)
    entries = toy.entries(np.arange(50, 1900, 40))
    score = np.where(rng.random((len(entries), 35)) < 0.05, 0.9, 0.1)
    decision = exits.decision.model_copy(update={"partial": False})
    params = exits.model_copy(update={"decision": decision})
    policy = toy.policy_of(panel, np.full(len(entries), 0.5), score, 0.003)(params)
    phase_2 = toy.simulate(panel, entries, params, policy)
    opened = np.ones(len(entries), dtype=np.bool_)
    fired = int(np.sum(phase_2.exit_type == int(ExitType.OPTIMAL_TIMING)))
    found = count_probability(score, opened, phase_2, phase_2, decision)
    gapped = found.held_above_full - fired  # a level passed at that very open goes first
    assert fired > 10
    assert 0 <= gapped <= 2
