"""Histories by hand: what is merged, what stays, when a change is forgotten."""

import numpy as np
import pytest

from dipmaster.volatility.hierarchical import histories
from dipmaster.volatility.hierarchical.histories import FORGOTTEN, Candidates

add_candidate = histories.add_candidate.py_func  # type: ignore[attr-defined]
choose_heaviest = histories.choose_heaviest.py_func  # type: ignore[attr-defined]
time_of_change = histories.time_of_change.py_func  # type: ignore[attr-defined]


@pytest.fixture
def found() -> Candidates:
    whole = [np.zeros(6, dtype=np.int64) for _ in range(3)]
    return Candidates(np.zeros(1, dtype=np.int64), np.zeros(6), np.zeros(6), *whole)


def test_alike_are_merged_and_the_heaviest_of_them_stays(found: Candidates) -> None:
    for weight, state, changed, pair in (
        (0.2, 1, 7, 1),
        (0.3, 1, 7, 4),
        (0.25, 1, 7, 8),
        (0.15, 2, 7, 2),
        (0.1, 1, 9, 3),
    ):
        add_candidate(found, np.log(weight), state, changed, pair)
    assert found.filled[0] == 3
    assert np.exp(found.log_weight[:3]) == pytest.approx([0.75, 0.15, 0.1])
    assert found.pair[:3].tolist() == [4, 2, 3]
    assert found.state[:3].tolist() == [1, 2, 1]


def test_the_heaviest_are_chosen_and_of_equals_the_first(found: Candidates) -> None:
    for k, weight in enumerate((0.1, 0.4, 0.1, 0.3, 0.1)):
        add_candidate(found, np.log(weight), k % 3, k, k)
    chosen = np.zeros(3, dtype=np.int64)
    assert choose_heaviest(found, chosen) == 3
    assert chosen.tolist() == [1, 3, 0]
    many = np.zeros(9, dtype=np.int64)
    assert choose_heaviest(found, many) == 5
    assert many[:5].tolist() == [1, 3, 0, 2, 4]


def test_a_change_is_remembered_for_as_long_as_memory_lasts() -> None:
    assert time_of_change(1, 2, 5, 40, 48) == 40
    assert time_of_change(1, 1, 5, 53, 48) == 5
    assert time_of_change(1, 1, 5, 54, 48) == FORGOTTEN
    assert time_of_change(1, 1, FORGOTTEN, 20, 48) == FORGOTTEN
