"""Holding times under both sets of exits."""

import numpy as np
import pytest

from dipmaster.evaluation.phases.exits.holding import compare_holding
from dipmaster.evaluation.standalone import StandalonePair


def test_by_hand(toy, gates) -> None:
    """Minutes 45, 120, 125, 10; the last never traded; one before was open at the end."""
    after = toy.standalone([0.01] * 4, held=[9, 24, 25, 2], block=[0, 1, 0, 1])
    before = toy.standalone(
        [0.01] * 4, "phase 1", held=[36, 36, 8000, 36], block=[0, 1, 0, 1],
        open_at_end=[False, False, True, False],
    )  # fmt: skip
    found = compare_holding(
        StandalonePair(after, before), np.array([True, True, True, False]), gates
    )
    assert found.band_minutes == (45, 120)
    traded = found.traded
    assert traded.after.mean_minutes.value == pytest.approx(290 / 3)
    assert traded.after.median_minutes == 120.0
    assert traded.after.in_band_frac.value == pytest.approx(2 / 3)
    assert traded.before.mean_minutes.value == 180.0
    assert traded.before.mean_minutes.n == 2
    assert traded.before.in_band_frac.value == 0.0
    assert found.all.after.mean_minutes.value == 75.0
    assert found.all.after.mean_minutes.low is None  # two blocks say nothing of the spread


def test_nothing_is_held_for_less_than_no_time(toy, gates) -> None:
    """Three positions of 5 minutes and one of 180, each in a block of its own."""
    after = toy.standalone([0.01] * 4, held=[1, 1, 1, 36], block=[0, 1, 2, 3])
    change = compare_holding(StandalonePair(after, after), np.ones(4, dtype=bool), gates)
    mean = change.traded.after.mean_minutes
    assert (mean.value, mean.low) == (48.75, 0.0)
    assert mean.high > 100.0


def test_nothing_traded(toy, gates) -> None:
    pair = StandalonePair(toy.standalone([0.01]), toy.standalone([0.01], "phase 1"))
    found = compare_holding(pair, np.array([False]), gates).traded.after
    assert found.mean_minutes.value is None
    assert found.mean_minutes.reason == "no trade"
    assert found.median_minutes is None
    assert found.in_band_frac.reason == "no trade"
