"""Moments of single coins over the windows that end in a block, four coins at a time."""

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
    c: int,
    d: int,
    start: int,
    stop: int,
    tails: Floats,
    moments: Floats,
    totals: Floats,
) -> None:
    """Sums and sums of squares of four coins over the windows that end in a block.

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
    xc, xd = values[c, start:stop], values[d, start:stop]
    ta, tb, tc, td = tails[0, a], tails[0, b], tails[0, c], tails[0, d]
    qa, qb, qc, qd = tails[1, a], tails[1, b], tails[1, c], tails[1, d]
    ma, mb, mc, md = moments[0, a], moments[0, b], moments[0, c], moments[0, d]
    sa, sb, sc, sd = moments[1, a], moments[1, b], moments[1, c], moments[1, d]
    m0 = m1 = m2 = m3 = s0 = s1 = s2 = s3 = 0.0
    for k in range(size):
        m0, m1, m2, m3 = m0 + xa[k], m1 + xb[k], m2 + xc[k], m3 + xd[k]
        s0, s1 = s0 + xa[k] * xa[k], s1 + xb[k] * xb[k]
        s2, s3 = s2 + xc[k] * xc[k], s3 + xd[k] * xd[k]
        ma[k], mb[k], mc[k], md[k] = ta[k] + m0, tb[k] + m1, tc[k] + m2, td[k] + m3
        sa[k], sb[k], sc[k], sd[k] = qa[k] + s0, qb[k] + s1, qc[k] + s2, qd[k] + s3
    totals[a], totals[b], totals[c], totals[d] = m0, m1, m2, m3
    if size < window:
        return
    m0 = m1 = m2 = m3 = s0 = s1 = s2 = s3 = 0.0
    for k in range(window - 1, -1, -1):
        ta[k], tb[k], tc[k], td[k] = m0, m1, m2, m3
        qa[k], qb[k], qc[k], qd[k] = s0, s1, s2, s3
        m0, m1, m2, m3 = m0 + xa[k], m1 + xb[k], m2 + xc[k], m3 + xd[k]
        s0, s1 = s0 + xa[k] * xa[k], s1 + xb[k] * xb[k]
        s2, s3 = s2 + xc[k] * xc[k], s3 + xd[k] * xd[k]


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
