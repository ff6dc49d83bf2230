"""How many observations more would decide: the bound meets the target there."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.evaluation.statistics.estimate import Estimate


@given(st.floats(0.2, 3.0), st.floats(0.05, 0.9), st.floats(0.2, 3.0), st.integers(2, 5000))
def test_n_needed_puts_the_bound_on_the_target(
    value: float, width: float, target: float, n: int
) -> None:
    """Half-widths shrink with the root of n: at n_needed the log interval touches the target."""
    estimate = Estimate(value, value * math.exp(-width), value * math.exp(width), n, n, "log")
    needed = estimate.n_needed(target)
    if needed is None:
        assert abs(math.log(value / target)) < 1e-3
        return
    half = width * math.sqrt(n / needed)
    assert half <= abs(math.log(value / target)) * (1 + 1e-9)
    if needed > 1:
        assert width * math.sqrt(n / (needed - 1)) >= abs(math.log(value / target)) * (1 - 1e-9)


@pytest.mark.parametrize(
    "estimate",
    [
        Estimate(None, None, None, 0, 0, "logit"),
        Estimate(0.5, None, None, 9, 9, "logit"),
        Estimate(1.0, 0.8, 1.0, 9, 9, "logit"),
        Estimate(0.0, 0.0, 0.4, 9, 9, "log"),
        Estimate(0.85, 0.8, 0.9, 9, 9, "logit"),
    ],
)
def test_no_n_needed_without_a_distance(estimate: Estimate) -> None:
    assert estimate.n_needed(0.85) is None
