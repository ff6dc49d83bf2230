"""Moving windows: exact against slow sums, and no error that grows or stays."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dipmaster.core.kernels import Floats, Ints, kernel
from dipmaster.features import layout as at
from dipmaster.features.layout import window_state_size
from dipmaster.features.windows import (
    clip01,
    percentile_rank_counts,
    rolling_max,
    rolling_moments,
    rolling_sum,
    update_dyadic_windows,
)

pytestmark = pytest.mark.slow


@kernel
def sums(values: Floats, width: int) -> Floats:
    state = np.zeros(2 * width + 2)
    out = np.empty(values.size)
    for i in range(values.size):
        out[i] = rolling_sum(state, 0, width, values[i])
    return out


@kernel
def maxima(values: Floats, width: int) -> Floats:
    state = np.zeros(2 * width + 2)
    out = np.empty(values.size)
    for i in range(values.size):
        out[i] = rolling_max(state, 0, width, values[i])
    return out


@kernel
def spread(series: Floats, rows: Floats) -> None:
    rolling_moments(series, rows, at.GAIN, 0, at.BLOCK)


@kernel
def count(series: Floats, first: int, end: int, counts: Ints) -> None:
    percentile_rank_counts(series, at.GAIN, first, end, 0, counts)


def in_series(values: Floats) -> Floats:
    """Values as the gains of a coin's series: those of the block, and as many before as fit."""
    series = np.zeros(at.SERIES_COUNT * at.STRIDE)
    start = at.GAIN + at.BLOCK - len(values)
    series[start : at.GAIN + at.BLOCK] = values
    return series


def last(array: Floats, offset: int, count: int) -> Floats:
    return array[offset + at.BLOCK - count : offset + at.BLOCK]


def spreads(values: Floats) -> Floats:
    """Mean and sum of squares of the last 20 values at each bar of a block."""
    rows = np.zeros(at.ROWS * at.BLOCK)
    spread(in_series(values), rows)
    return np.stack([last(rows, offset, at.BLOCK) for offset in (at.MEAN, at.SQUARES)], axis=1)


def rank_counts(values: Floats, first: int, end: int) -> list[list[int]]:
    """How many of the last values are smaller, and larger, than the newest."""
    counts = np.zeros((2, at.BLOCK), dtype=np.int64)
    count(in_series(values), first, end, counts)
    return counts[:, -1].tolist()


positive = st.floats(0.0, 1e15, allow_nan=False).map(lambda x: 0.0 if x < 1e-15 else x)
numbers = st.floats(-1e9, 1e9, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(st.lists(positive, min_size=1, max_size=80), st.sampled_from([5, 14, 20]))
def test_sums_of_positive_values_keep_their_digits(values: list[float], width: int) -> None:
    result = sums(np.array(values), width)
    for i in range(width - 1, len(values)):
        assert result[i] == pytest.approx(math.fsum(values[i - width + 1 : i + 1]), rel=1e-14)


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=80), st.sampled_from([5, 20]))
def test_maxima_are_exact(values: list[float], width: int) -> None:
    result = maxima(np.array(values), width)
    for i in range(width - 1, len(values)):
        assert result[i] == max(values[i - width + 1 : i + 1])


def test_no_drift_over_200_000_bars_of_wild_scales() -> None:
    rng = np.random.default_rng(4)
    values = 10.0 ** rng.uniform(-8, 12, 200_000)
    windows = np.lib.stride_tricks.sliding_window_view(values, 20)
    np.testing.assert_allclose(sums(values, 20)[19:], windows.sum(axis=1), rtol=1e-13)
    # The same values through a plain running sum: what the two halves avoid.
    running = np.cumsum(values)
    plain = running[20:] - running[:-20]
    assert np.max(np.abs(plain / windows.sum(axis=1)[1:] - 1)) > 1e-6


FIVE, NONE = np.array([[at.GAIN, at.GAIN_2, 5]]), np.empty((0, 3), dtype=np.int64)


@settings(max_examples=60, deadline=None)
@given(st.lists(positive, min_size=32, max_size=80))
def test_doubled_sums_keep_their_digits(values: list[float]) -> None:
    series = in_series(np.array(values))
    update_dyadic_windows(series, FIVE, NONE, 0, at.BLOCK)
    for level, offset in enumerate((at.GAIN_2, at.GAIN_4, at.GAIN_8, at.GAIN_16, at.GAIN_32), 1):
        result = last(series, offset, len(values))
        for i in range(2**level - 1, len(values)):
            total = math.fsum(values[i - 2**level + 1 : i + 1])
            assert result[i] == pytest.approx(total, rel=1e-14)


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers, min_size=16, max_size=80))
def test_doubled_maxima_are_exact(values: list[float]) -> None:
    series = in_series(np.array(values))
    update_dyadic_windows(series, NONE, FIVE, 0, at.BLOCK)
    result = last(series, at.GAIN_16, len(values))
    for i in range(15, len(values)):
        assert result[i] == max(values[i - 15 : i + 1])


def test_what_left_a_doubled_sum_leaves_no_trace() -> None:
    values = np.random.default_rng(4).random(at.BLOCK)
    spiked = values.copy()
    spiked[100] = 1e30
    sums = []
    for these in (values, spiked):
        series = in_series(these)
        update_dyadic_windows(series, FIVE, NONE, 0, at.BLOCK)
        sums.append(last(series, at.GAIN_32, at.BLOCK)[32:])
    assert (sums[0] != sums[1]).sum() == 32
    assert (sums[0][100:] == sums[1][100:]).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=6), st.integers(0, 3))
def test_blocks_may_be_cut_anywhere(pieces: list[int], seed: int) -> None:
    values = np.random.default_rng(seed).random(at.BLOCK)
    at_once, cut = in_series(values), in_series(values)
    update_dyadic_windows(at_once, FIVE, NONE, 0, at.BLOCK)
    head = 0
    for n in [*pieces, at.BLOCK]:
        n = min(n, at.BLOCK - head)
        update_dyadic_windows(cut, FIVE, NONE, head, n)
        head += n
    assert np.array_equal(at_once, cut)


def test_moments_of_prices_after_a_level_shift() -> None:
    rng = np.random.default_rng(5)
    values = 1e-3 * (1 + 1e-4 * rng.standard_normal(at.BLOCK))
    values[: at.BLOCK // 2 + 7] *= 1e8
    windows = np.lib.stride_tricks.sliding_window_view(values.astype(np.longdouble), 20)
    result = spreads(values)[19:]
    np.testing.assert_allclose(result[:, 0], windows.mean(axis=1).astype(float), rtol=1e-14)
    variance = windows.var(axis=1).astype(float)
    np.testing.assert_allclose(result[:, 1] / 20, variance, rtol=1e-9)


def test_a_flat_window_has_exactly_no_spread() -> None:
    result = spreads(np.full(at.BLOCK, 0.1))[19:]
    assert (result[:, 0] == 0.1).all()
    assert (result[:, 1] == 0.0).all()


def test_rank_among_the_last_values() -> None:
    values = np.array([9.0, 7.0, 1.0, 2.0, 2.0, 4.0, 8.0, 0.0, 5.0, 2.0])
    assert rank_counts(values, 0, 5) == [1, 3]
    assert rank_counts(values, 5, 10) == [1, 2]
    assert rank_counts(values, 0, 10) == [2, 5]


def test_clip_keeps_the_unknown() -> None:
    assert [clip01(-1.0), clip01(0.25), clip01(7.0)] == [0.0, 0.25, 1.0]
    assert math.isnan(clip01(math.nan))


def test_size_of_the_two_halves() -> None:
    assert window_state_size(20) == 42
