"""Which rows stay, and how much they weigh."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.learning.sampling import equal_row_weights, subsample, subsample_step


def test_every_third_row_of_each_case_from_its_own_start() -> None:
    age = np.tile(np.arange(6), 3)
    ids = np.repeat([30, 31, 32], 6)
    assert subsample_step(age, ids, 8) == 3
    sampled = subsample(np.arange(18), age, ids, 8)
    assert [age[sampled][ids[sampled] == name].tolist() for name in (30, 31, 32)] == [
        [0, 3], [2, 5], [1, 4],
    ]  # fmt: skip


def test_few_rows_all_stay() -> None:
    sampled = subsample(np.array([4, 7, 9]), np.arange(12), np.full(12, 5), 3)
    assert sampled.tolist() == [4, 7, 9]
    assert subsample(np.array([], dtype=np.int64), np.arange(3), np.arange(3), 1).size == 0


@given(st.integers(1, 400), st.integers(0, 10**6), st.integers(1, 60))
def test_never_more_than_allowed_and_no_coarser_than_needed(
    most: int, first_id: int, count: int
) -> None:
    age = np.tile(np.arange(35), count)
    ids = np.repeat(first_id + np.arange(count), 35)
    sampled = subsample(np.arange(age.size), age, ids, most)
    step = subsample_step(age, ids, most)
    assert sampled.size <= most
    assert np.all(np.diff(sampled) > 0)
    if step > 1:
        assert np.count_nonzero((age + ids) % (step - 1) == 0) > most


def test_rows_together_weigh_as_much_as_their_cases() -> None:
    weight = equal_row_weights(np.array([3, 3, 3, 8, 8, 9]))
    assert weight.tolist() == [0.5] * 6
    assert equal_row_weights(np.array([], dtype=np.int64)).size == 0


def test_weights_by_length_of_life_would_know_how_it_ends() -> None:
    """Half the positions live a bar and should have age, half live ten and should have sold."""
    life = np.array([1, 10] * 50)
    position = np.repeat(np.arange(100), life)
    first = np.flatnonzero(np.diff(position, prepend=-1))
    sell = np.repeat(life == 10, life)
    by_length = 1.0 / life[position]
    assert np.average(sell[first], weights=equal_row_weights(position)[first]) == pytest.approx(0.5)
    assert np.average(sell[first], weights=by_length[first]) == pytest.approx(1 / 11)
