"""Weights over what is there, and how wide a score gets where something is missing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.altdata.composite import combine, grade, mean_of_known, prefer, squash

NAN = np.nan
WEIGHTS = {"a": 0.3, "b": 0.5, "c": 0.2}


def parts(*rows: tuple[float, float, float]) -> dict[str, np.ndarray]:
    return dict(zip("abc", np.array(rows, dtype=np.float64).T, strict=True))


def test_by_hand() -> None:
    result = combine(parts((1.0, 0.5, 0.0), (1.0, 0.5, NAN), (NAN, NAN, 0.4)), WEIGHTS)
    np.testing.assert_allclose(result.score, [0.55, 0.55 / 0.8, 0.4])
    np.testing.assert_allclose(result.coverage, [1.0, 0.8, 0.2])
    np.testing.assert_allclose(result.low, [0.55, 0.55, 0.08])
    np.testing.assert_allclose(result.high, [0.55, 0.75, 0.88])


def test_nothing_there_is_no_data_and_not_neutral() -> None:
    result = combine(parts((NAN, NAN, NAN)), WEIGHTS)
    assert np.isnan([result.score[0], result.low[0], result.high[0]]).all()
    assert result.coverage[0] == 0.0


component = st.one_of(st.just(NAN), st.floats(0.0, 1.0))


@given(row=st.tuples(component, component, component), filled=st.floats(0.0, 1.0))
def test_bounds_hold_whatever_the_missing_would_have_been(
    row: tuple[float, float, float], filled: float
) -> None:
    result = combine(parts(row), WEIGHTS)
    if result.coverage[0] == 0.0:
        return
    full = combine(parts(tuple(filled if np.isnan(x) else x for x in row)), WEIGHTS).score[0]
    slack = 1e-12
    assert result.low[0] - slack <= full <= result.high[0] + slack
    assert result.low[0] - slack <= result.score[0] <= result.high[0] + slack
    assert result.high[0] - result.low[0] == pytest.approx(1.0 - result.coverage[0])


@given(row=st.tuples(component, component, component), position=st.integers(0, 2))
def test_one_component_less_never_narrows_the_bounds(
    row: tuple[float, float, float], position: int
) -> None:
    less = list(row)
    less[position] = NAN
    more, fewer = combine(parts(row), WEIGHTS), combine(parts(tuple(less)), WEIGHTS)
    if fewer.coverage[0] > 0.0:
        slack = 1e-12
        assert fewer.high[0] - fewer.low[0] >= more.high[0] - more.low[0] - slack


def test_small_steps() -> None:
    assert squash(np.array([0.0, 50.0, -50.0])).tolist() == [0.5, 1.0, 0.0]
    first, second = np.array([1.0, NAN, NAN]), np.array([3.0, 4.0, NAN])
    np.testing.assert_array_equal(mean_of_known(first, second), [2.0, 4.0, NAN])
    np.testing.assert_array_equal(prefer(first, second), [1.0, 4.0, NAN])
    np.testing.assert_array_equal(
        grade(np.array([0.4, 0.3, -0.3, -0.4, NAN]), 0.3), [1.0, 0.0, 0.0, -1.0, NAN]
    )
