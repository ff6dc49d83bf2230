"""p-values are inverted intervals; Holm counts phases that could not be tested."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from dipmaster.evaluation.statistics.paired.sides import Difference
from dipmaster.outcomes.significance import adjust_by_holm, find_p_value

pytestmark = pytest.mark.slow

RESAMPLES = 10**9  # no floor


def student(value: float, error: float, df: int):
    """An interval whose p-value is in every textbook."""

    def interval(alpha: float) -> Difference:
        half = float(stats.t.ppf(1.0 - alpha, df)) * error
        return Difference(value, value - half, value + half)

    return interval


@given(st.floats(-6.0, 6.0), st.floats(0.1, 3.0), st.integers(3, 60))
def test_of_a_t_interval_it_is_the_p_value_of_the_t_test(
    value: float, error: float, df: int
) -> None:
    expected = 2.0 * float(stats.t.sf(abs(value) / error, df))
    found = find_p_value(student(value, error, df), RESAMPLES)
    assert found == pytest.approx(expected, rel=1e-3, abs=0.021)  # from .98 on it is 1


@given(st.floats(-4.0, 4.0), st.floats(0.001, 0.4))
def test_it_is_below_twice_a_level_where_the_interval_at_that_level_excludes_zero(
    value: float, alpha: float
) -> None:
    interval = student(value, 1.0, 17)
    found = find_p_value(interval, RESAMPLES)
    assert found is not None
    at_level = interval(alpha)
    excludes = at_level.low > 0.0 or at_level.high < 0.0
    if abs(found - 2.0 * alpha) > 1e-4:
        assert excludes == (found < 2.0 * alpha)


def test_it_has_a_floor_of_two_in_all_resamples() -> None:
    assert find_p_value(student(90.0, 1.0, 50), 1999) == pytest.approx(2.0 / 2000.0)


def test_without_an_interval_there_is_none() -> None:
    assert find_p_value(lambda alpha: Difference(1.0, reason="3 of 4 blocks"), 100) is None
    assert find_p_value(lambda alpha: Difference(None, reason="no trade"), 100) is None


def test_what_rounding_leaves_of_equal_sums_is_no_difference() -> None:
    """Two accounts with the same trades, whose means differ in the last bits."""
    noise = Difference(-1.4e-13, -2.0e-13, -0.8e-13)
    assert find_p_value(lambda alpha: noise, 100) == 1.0


def test_holm_by_hand() -> None:
    """Sorted .005 x 4, .01 x 3, .03 x 2, and the last no smaller than the one before."""
    assert adjust_by_holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_a_phase_without_a_test_makes_the_others_no_milder() -> None:
    assert adjust_by_holm([0.01, None]) == [pytest.approx(0.02), None]
    assert adjust_by_holm([None, None]) == [None, None]
    assert adjust_by_holm([]) == []


@settings(max_examples=20)  # statsmodels collects garbage on every call
@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6))
def test_holm_is_that_of_statsmodels_to_the_last_bit(p_values: list[float]) -> None:
    assert adjust_by_holm(p_values) == multipletests(p_values, method="holm")[1].tolist()
