"""The trailing stop: when it was active, how wide, how often it ended the trade."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.backtest import ExitRules, ExitType, TrailingStopRule
from dipmaster.evaluation.phases.exits.trailing import measure_trailing
from dipmaster.evaluation.standalone import ExitPolicy
from dipmaster.results.evaluation.exit_rules import TrailingFigures


def simulate_under(toy, panel, entries, exits, rule, target=0.5):
    policy = ExitPolicy(np.full(len(entries), target), ExitRules(None, rule))
    return toy.simulate(panel, entries, exits, policy)


def measure(panel, entries, phase_2, rule, max_holding_bars, opened=None):
    """All are opened unless it is said."""
    every = np.ones(len(entries), dtype=np.bool_) if opened is None else np.array(opened)
    return measure_trailing(panel, entries, every, phase_2, rule, max_holding_bars)


def test_by_hand(toy, exits) -> None:
    """Bought at 100 at bar 10; +.7 % at bar 12; back at 100.2 in bar 14, level 100.4."""
    changes = {12: (100.0, 100.7, 100.0, 100.6), 13: (100.6, 100.6, 100.5, 100.5)}
    changes[14] = (100.5, 100.5, 100.2, 100.3)
    panel = toy.panel(200, changes)
    by_bar = np.full(panel.open.shape, 0.003)
    by_bar[0, 13] = 0.005
    rule = TrailingStopRule(by_bar, 0.006, break_even_floor=False)
    entries = toy.entries([9, 109])
    phase_2 = simulate_under(toy, panel, entries, exits, rule)
    assert phase_2.gross_frac[0] == pytest.approx(0.004)
    found = measure(panel, entries, phase_2, rule, exits.max_holding_bars, [True, False])
    traded = found.traded
    assert (traded.n, traded.activated, traded.stopped) == (1, 1, 1)
    assert traded.mean_distance_frac == pytest.approx(0.004)
    assert (found.all.n, found.all.activated, found.all.stopped) == (2, 1, 1)


def test_a_bar_that_takes_the_profit_does_not_activate_it(toy, exits) -> None:
    panel = toy.panel(200, {12: (100.0, 101.0, 100.0, 100.9)})
    rule = TrailingStopRule(np.full(panel.open.shape, 0.003), 0.006)
    phase_2 = simulate_under(toy, panel, toy.entries([9]), exits, rule, target=0.008)
    assert phase_2.exit_type.tolist() == [int(ExitType.TARGET)]
    found = measure(panel, toy.entries([9]), phase_2, rule, exits.max_holding_bars).all
    assert (found.activated, found.mean_distance_frac) == (0, None)


def test_a_gap_through_the_level_is_a_loss(toy, exits) -> None:
    """Active at bar 12; bar 13 opens .5 % under the entry, below a level that covers the costs."""
    gap = {12: (100.0, 100.7, 100.0, 100.6), 13: (99.5, 99.6, 99.4, 99.5)}
    held = {112: (100.0, 100.7, 100.0, 100.6), 113: (100.6, 100.6, 100.0, 100.1)}
    panel = toy.panel(200, {**gap, **held})
    rule = TrailingStopRule(np.full(panel.open.shape, 0.009), 0.006)
    entries = toy.entries([9, 109])
    phase_2 = simulate_under(toy, panel, entries, exits, rule)
    assert phase_2.exit_type.tolist() == [int(ExitType.TRAILING_STOP)] * 2
    found = measure(panel, entries, phase_2, rule, exits.max_holding_bars, [True, False])
    assert (found.all.stopped, found.all.lost) == (2, 1)
    assert found.all.worst_net_bps == pytest.approx(1e4 * phase_2.net_frac[0])
    assert found.all.worst_net_bps < -50.0
    assert (found.traded.lost, found.traded.worst_net_bps) == (1, found.all.worst_net_bps)


def test_switched_off(toy, exits) -> None:
    panel, entries = toy.walking_panel(2, bars=800), toy.entries([50, 300])
    phase_2 = simulate_under(toy, panel, entries, exits, None)
    found = measure(panel, entries, phase_2, None, exits.max_holding_bars).all
    assert found == TrailingFigures(
        n=2, activated=0, stopped=0, mean_distance_frac=None, lost=0, worst_net_bps=None
    )


@given(st.integers(0, 300))
def test_what_it_stopped_was_active(toy, exits, seed: int) -> None:
    """As a loop over each position's bars."""
    panel = toy.walking_panel(seed, symbols=1, bars=600)
    rng = np.random.default_rng(seed)
    by_bar = np.where(rng.random(panel.open.shape) < 0.1, np.nan, rng.uniform(0.001, 0.01))
    rule, entries = TrailingStopRule(by_bar, 0.006), toy.entries(np.arange(20, 560, 40))
    phase_2 = simulate_under(toy, panel, entries, exits, rule, target=0.02)
    activated, widths = 0, []
    for k in range(len(entries)):
        e, peak, was = int(phase_2.entry_index[k]), 0.0, False
        for u in range(e, int(phase_2.exit_index[k])):
            peak = max(peak, panel.high[0, u])
            if peak >= panel.open[0, e] * 1.006:
                was = True
                widths.append(by_bar[0, u])
        activated += was
        assert was or phase_2.exit_type[k] != int(ExitType.TRAILING_STOP)
    found = measure(panel, entries, phase_2, rule, exits.max_holding_bars).all
    assert found.activated == activated
    known = [width for width in widths if not np.isnan(width)]
    expected = pytest.approx(np.mean(known)) if known else None
    assert found.mean_distance_frac == expected
