"""Moments of single coins over the windows that end in a block, two coins at a time."""

import numpy as np

from dipmaster.core.kernels import Bools, Floats, inlined_kernel, kernel

LEAST_VARIANCE = 1e-10  # of a window's mean square: below it nothing but rounding varies
COMPLETE, ANY, WHOLE = 0, 1, 2  # rows of what is known of a coin's blocks


@inlined_kernel
def inverse_root(variance: float, square: float) -> float:
    """One over the root of a variance; NaN where it is nothing but rounding."""
    return 1.0 / np.sqrt(variance) if variance > LEAST_VARIANCE * square else np.nan


@kernel
def sum_blocks(
    values: Floats,
    a: int,
    b: int,
    start: int,
    stop: int,
    tails: Floats,
    moments: Floats,
    totals: Floats,
) -> None:
    """Sums and sums of squares of two coins over the windows that end in a block.

    Parameters
    ----------
    tails
        Shape (2, coins, window): from each bar's successor to the end of the block before; of
        this block afterwards. NaN where a value is missing.
    moments
        Written, the same shape: sums, sums of squares.
    totals
        Written, shape (coins,): sums of the block.
    """
    window, size = tails.shape[2], stop - start
    xa, xb = values[a, start:stop], values[b, start:stop]
    tail_a, tail_b, tail_aa, tail_bb = tails[0, a], tails[0, b], tails[1, a], tails[1, b]
    sums_a, sums_b, sums_aa, sums_bb = moments[0, a], moments[0, b], moments[1, a], moments[1, b]
    sum_a = sum_b = sum_aa = sum_bb = 0.0
    for k in range(size):
        sum_a += xa[k]
        sum_b += xb[k]
        sum_aa += xa[k] * xa[k]
        sum_bb += xb[k] * xb[k]
        sums_a[k], sums_b[k] = tail_a[k] + sum_a, tail_b[k] + sum_b
        sums_aa[k], sums_bb[k] = tail_aa[k] + sum_aa, tail_bb[k] + sum_bb
    totals[a], totals[b] = sum_a, sum_b
    if size < window:
        return
    sum_a = sum_b = sum_aa = sum_bb = 0.0
    for k in range(window - 1, -1, -1):
        tail_a[k], tail_b[k], tail_aa[k], tail_bb[k] = sum_a, sum_b, sum_aa, sum_bb
        sum_a += xa[k]
        sum_b += xb[k]
        sum_aa += xa[k] * xa[k]
        sum_bb += xb[k] * xb[k]


@kernel
def follow_gaps(x: Floats, total: float, coin: int, state: Bools) -> bool:
    """Update what is known of a coin's blocks; whether neither of the two has a value.

    Parameters
    ----------
    x, total
        Values of the block and their sum, NaN where one is missing.
    state
        Whether the block has every value, whether any, and whether it and the one before have
        every one.
    """
    was_complete, had_any = state[COMPLETE, coin], state[ANY, coin]
    complete = bool(np.isfinite(total))
    state[COMPLETE, coin] = state[ANY, coin] = complete
    state[WHOLE, coin] = complete and was_complete
    if not complete:
        for value in x:
            state[ANY, coin] |= np.isfinite(value)
    return not (had_any or state[ANY, coin])


@kernel
def finish_moments(mean: Floats, inverse: Floats, size: int) -> None:
    """Sums to the mean and one over the sd (divisor n) of full windows; NaN: nothing varies."""
    inverse_n = 1.0 / mean.size
    for k in range(size):
        average, mean_square = mean[k] * inverse_n, inverse[k] * inverse_n
        mean[k] = average
        inverse[k] = inverse_root(mean_square - average * average, mean_square)
