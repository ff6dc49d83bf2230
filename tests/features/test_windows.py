"""Moving windows: exact against slow sums, and no error that grows or stays."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dipmaster.features.windows import (
    clip01,
    halves_size,
    moments,
    place_among,
    slide_max,
    slide_sum,
)
from dipmaster.foundation.numerics import Floats, kernel


@kernel
def sums(values: Floats, width: int) -> Floats:
    state = np.zeros(2 * width + 2)
    out = np.empty(values.size)
    for i in range(values.size):
        out[i] = slide_sum(state, 0, width, values[i])
    return out


@kernel
def maxima(values: Floats, width: int) -> Floats:
    state = np.zeros(2 * width + 2)
    out = np.empty(values.size)
    for i in range(values.size):
        out[i] = slide_max(state, 0, width, values[i])
    return out


@kernel
def spreads(values: Floats, width: int) -> Floats:
    state = np.zeros(width)
    out = np.empty((values.size, 2))
    for i in range(values.size):
        out[i, 0], out[i, 1] = moments(state, 0, width, i, values[i])
    return out


positive = st.floats(0.0, 1e15, allow_nan=False).map(lambda x: 0.0 if x < 1e-15 else x)
numbers = st.floats(-1e9, 1e9, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(st.lists(positive, min_size=1, max_size=80), st.sampled_from([5, 14, 20]))
def test_sums_of_positive_values_keep_their_digits(values: list[float], width: int) -> None:
    found = sums(np.array(values), width)
    for i in range(width - 1, len(values)):
        assert found[i] == pytest.approx(math.fsum(values[i - width + 1 : i + 1]), rel=1e-14)


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=80), st.sampled_from([5, 20]))
def test_maxima_are_exact(values: list[float], width: int) -> None:
    found = maxima(np.array(values), width)
    for i in range(width - 1, len(values)):
        assert found[i] == max(values[i - width + 1 : i + 1])


def test_no_drift_over_200_000_bars_of_wild_scales() -> None:
    rng = np.random.default_rng(4)
    values = 10.0 ** rng.uniform(-8, 12, 200_000)
    windows = np.lib.stride_tricks.sliding_window_view(values, 20)
    np.testing.assert_allclose(sums(values, 20)[19:], windows.sum(axis=1), rtol=1e-13)
    # The same values through a plain running sum: what the two halves avoid.
    running = np.cumsum(values)
    plain = running[20:] - running[:-20]
    assert np.max(np.abs(plain / windows.sum(axis=1)[1:] - 1)) > 1e-6


def test_moments_of_200_000_prices_after_a_level_shift() -> None:
    rng = np.random.default_rng(5)
    values = 1e-3 * (1 + 1e-4 * rng.standard_normal(200_000))
    values[: 100_000 + 7] *= 1e8
    windows = np.lib.stride_tricks.sliding_window_view(values.astype(np.longdouble), 20)
    found = spreads(values, 20)[19:]
    np.testing.assert_allclose(found[:, 0], windows.mean(axis=1).astype(float), rtol=1e-14)
    variance = windows.var(axis=1).astype(float)
    np.testing.assert_allclose(found[:, 1] / 20, variance, rtol=1e-9)


def test_a_flat_window_has_exactly_no_spread() -> None:
    found = spreads(np.full(50, 0.1), 20)[19:]
    assert (found[:, 0] == 0.1).all()
    assert (found[:, 1] == 0.0).all()


def test_place_among_the_last_values() -> None:
    state = np.array([3.0, 1.0, 2.0, 2.0, 9.0])
    assert place_among(state, 0, 4, 8, 2.0) == (1, 0)  # takes the place of 3
    assert state.tolist() == [2.0, 1.0, 2.0, 2.0, 9.0]
    assert place_among(state, 0, 5, 3, 5.0) == (3, 1)
    assert place_among(state, 0, 5, 4, 0.0) == (0, 4)


def test_clip_keeps_the_unknown() -> None:
    assert [clip01(-1.0), clip01(0.25), clip01(7.0)] == [0.0, 0.25, 1.0]
    assert math.isnan(clip01(math.nan))


def test_size_of_the_two_halves() -> None:
    assert halves_size(20) == 42
