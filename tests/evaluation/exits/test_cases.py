"""Which candidates are followed, and on which day they count."""

import numpy as np

from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.evaluation.phases.exits.eligible_entries import cases_of, in_groups
from dipmaster.evaluation.statistics.period import Period


def test_out_of_sample_and_opened_next_bar(toy) -> None:
    bars = 288 * 3
    panel = toy.panel(bars, {601: None}, symbols=2)
    period = Period(toy.start_ms, toy.start_ms + DAY_MS, toy.start_ms + bars * BAR_MS - BAR_MS, 1)
    signal = np.array([100, 287, 288, 575, 600, bars - 1])
    symbol = np.array([0, 1, 1, 0, 0, 1])
    before = np.array([True, True, True, False, True, True])
    after = np.array([True, True, True, True, True, False])
    cases = cases_of(panel, symbol, signal, period, before, after)
    # 100 and 287 fire in the burn-in, the bar after 600 is a gap, after the last there is none
    assert cases.candidate.tolist() == [2, 3]
    assert cases.symbol_index.tolist() == [1, 0]
    assert cases.signal_index.tolist() == [288, 575]
    assert cases.day.tolist() == [0, 1]  # 575 fires at 23:55 and is bought on the next day
    assert cases.block.tolist() == [0, 1]
    assert cases.opened.tolist() == [True, True]
    assert cases.paired.tolist() == [True, False]
    assert len(cases) == 2


def test_a_next_bar_without_volume_opens_nothing(toy) -> None:
    panel = toy.panel(288, {})
    panel.volume[0, 50] = 0.0
    period = Period(toy.start_ms - DAY_MS, toy.start_ms, toy.start_ms + 287 * BAR_MS, 1)
    signal = np.array([48, 49, 50])
    yes = np.ones(3, dtype=np.bool_)
    cases = cases_of(panel, 0 * signal, signal, period, yes, yes)
    assert cases.candidate.tolist() == [0, 2]


def test_groups_are_the_traded_and_all() -> None:
    found = in_groups(np.array([True, False, True]), lambda kept: {"n": int(kept.sum())})
    assert found == {"traded": {"n": 2}, "all": {"n": 3}}
