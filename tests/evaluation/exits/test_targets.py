"""Targets and the classes that made them."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.evaluation.phases.exits.targets import measure_targets
from dipmaster.results.evaluation.exit_rules import TargetClass


def plans(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_by_hand(exits) -> None:
    table = plans(
        signal_strength=np.array([2, 0, 1], np.int8),
        regime=np.array([0, -1, 2], np.int8),
        momentum_class=np.array([-2, 2, 0], np.int8),
        combined_multiplier=np.array([1.0, 0.5, 2.3]),
        target_frac=np.array([0.008, 0.004, 0.016]),
    )
    found = measure_targets(table, np.array([True, True, False]), exits.dynamic_target)
    traded, every = found.traded, found.all
    assert (traded.n, traded.min_frac, traded.max_frac) == (2, 0.004, 0.008)
    assert traded.mean_frac == pytest.approx(0.006)
    assert (traded.at_bound, every.at_bound) == (1, 2)
    assert traded.strength == (
        TargetClass(class_="low", multiplier=0.7, n=1),
        TargetClass(class_="medium", multiplier=1.0, n=0),
        TargetClass(class_="high", multiplier=1.5, n=1),
    )
    assert [(row.class_, row.multiplier, row.n) for row in every.regime] == [
        ("unknown", 1.0, 1), ("low", 0.8, 1), ("normal", 1.0, 0), ("high", 1.3, 1),
    ]  # fmt: skip
    assert [(row.class_, row.multiplier, row.n) for row in every.momentum] == [
        ("strong_down", 0.7, 1), ("weak_down", 0.9, 0), ("neutral", 1.0, 1), ("weak_up", 1.1, 0),
        ("strong_up", 1.4, 1),
    ]  # fmt: skip


def test_switched_off_nothing_is_at_a_bound(switched_off) -> None:
    table = plans(
        signal_strength=np.array([0], np.int8), regime=np.zeros(1, np.int8),
        momentum_class=np.zeros(1, np.int8), combined_multiplier=np.full(1, 9.0),
        target_frac=np.array([0.008]),
    )  # fmt: skip
    every = measure_targets(table, np.array([True]), switched_off.dynamic_target).all
    assert every.at_bound == 0


def test_nothing_traded(exits) -> None:
    table = plans(
        signal_strength=np.array([0], np.int8), regime=np.zeros(1, np.int8),
        momentum_class=np.zeros(1, np.int8), combined_multiplier=np.ones(1),
        target_frac=np.array([0.008]),
    )  # fmt: skip
    found = measure_targets(table, np.array([False]), exits.dynamic_target).traded
    assert (found.n, found.mean_frac, found.min_frac) == (0, None, None)
    assert {row.n for row in found.strength} == {0}
