"""Which candidates exit policies are compared on, and on which day they count."""

import numpy as np

from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.evaluation.phases.exits.subsets import by_subset
from dipmaster.evaluation.standalone import find_eligible_entries
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.common import BySubset


def test_out_of_sample_and_opened_next_bar(toy) -> None:
    bars = 288 * 3
    panel = toy.panel(bars, {601: None}, symbols=2)
    period = Period(toy.start_ms, toy.start_ms + DAY_MS, toy.start_ms + bars * BAR_MS - BAR_MS, 1)
    signal = np.array([100, 287, 288, 575, 600, bars - 1])
    symbol = np.array([0, 1, 1, 0, 0, 1])
    entries = find_eligible_entries(panel, symbol, signal, period)
    # 100 and 287 fire in the burn-in, the bar after 600 is a gap, after the last there is none
    assert entries.candidate.tolist() == [2, 3]
    assert entries.symbol_index.tolist() == [1, 0]
    assert entries.signal_index.tolist() == [288, 575]
    assert entries.day.tolist() == [0, 1]  # 575 fires at 23:55 and is bought on the next day
    assert entries.block.tolist() == [0, 1]
    assert len(entries) == 2


def test_subsets_are_the_traded_and_all() -> None:
    counts = by_subset(np.array([True, False, True]), lambda subset: {"n": int(subset.sum())})
    assert counts == BySubset(traded={"n": 2}, all={"n": 3})
