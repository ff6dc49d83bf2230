"""Correlations of pairs over the windows that end in a block: full windows, and those with gaps."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats, Ints, inlined_kernel, kernel
from dipmaster.volatility.spillover.block_moments import inverse_root

Correlations = npt.NDArray[np.float32]


class PairSums(NamedTuple):
    """What is remembered of rolling correlations between two bars.

    Attributes
    ----------
    members
        Coins of each pair, shape (pairs, 2).
    block
        Values of the block that is being filled, shape (coins, window).
    tails, heads
        Sums of `sum_from_end` over the block before, shape (pairs, 6, window), and of the block
        so far, shape (pairs, 6).
    """

    members: Ints
    block: Floats
    tails: Floats
    heads: Floats


@inlined_kernel
def bounded(value: float) -> float:
    """A correlation without the rounding beyond -1 and 1; NaN stays."""
    if value > 1.0:
        return 1.0
    return -1.0 if value < -1.0 else value


@kernel
def sum_products(
    a: Floats,
    with_a: Floats,
    b: Floats,
    with_b: Floats,
    c: Floats,
    with_c: Floats,
    d: Floats,
    with_d: Floats,
    out_a: Floats,
    out_b: Floats,
    out_c: Floats,
    out_d: Floats,
) -> None:
    """Sums of products of four pairs over the full windows that end in a block.

    Parameters
    ----------
    a, with_a ...
        Values of the block before, a window long, and of the block.
    out_a ...
        Written, a window long.
    """
    window, size = out_a.size, a.size - out_a.size
    sum_a = sum_b = sum_c = sum_d = 0.0
    for k in range(window - 1, -1, -1):
        out_a[k], out_b[k], out_c[k], out_d[k] = sum_a, sum_b, sum_c, sum_d
        sum_a += a[k] * with_a[k]
        sum_b += b[k] * with_b[k]
        sum_c += c[k] * with_c[k]
        sum_d += d[k] * with_d[k]
    a, with_a, b, with_b = a[window:], with_a[window:], b[window:], with_b[window:]
    c, with_c, d, with_d = c[window:], with_c[window:], d[window:], with_d[window:]
    sum_a = sum_b = sum_c = sum_d = 0.0
    for k in range(size):
        sum_a += a[k] * with_a[k]
        sum_b += b[k] * with_b[k]
        sum_c += c[k] * with_c[k]
        sum_d += d[k] * with_d[k]
        out_a[k] += sum_a
        out_b[k] += sum_b
        out_c[k] += sum_c
        out_d[k] += sum_d


@kernel
def standardize(
    products: Floats,
    mean_x: Floats,
    mean_y: Floats,
    inverse_x: Floats,
    inverse_y: Floats,
    inverse_n: float,
    out: Correlations,
) -> None:
    """Sums of products to correlations; nothing here waits for the bar before."""
    for k in range(out.size):
        covariance = products[k] * inverse_n - mean_x[k] * mean_y[k]
        out[k] = bounded(covariance * (inverse_x[k] * inverse_y[k]))


@kernel
def correlate_block(
    x: Floats,
    y: Floats,
    start: int,
    window: int,
    least: float,
    sums: Floats,
    out: Correlations,
) -> None:
    """One pair in the block from `start` on, over the bars that both coins have."""
    if start == 0:
        sums[:] = 0.0
    else:
        sum_from_end(x[start - window : start], y[start - window : start], sums)
    n = x_sum = y_sum = xx = yy = xy = 0.0
    for k in range(out.size):
        t = start + k
        both = np.isfinite(x[t]) and np.isfinite(y[t])
        x_t, y_t = x[t] if both else 0.0, y[t] if both else 0.0
        n += 1.0 if both else 0.0
        x_sum += x_t
        y_sum += y_t
        xx += x_t * x_t
        yy += y_t * y_t
        xy += x_t * y_t
        sums[0, k] += n
        sums[1, k] += x_sum
        sums[2, k] += y_sum
        sums[3, k] += xx
        sums[4, k] += yy
        sums[5, k] += xy
    first = 0  # of the bars at which the two share enough
    while first < out.size and sums[0, first] < least:
        out[first] = np.nan
        first += 1
    for k in range(first, out.size):
        value = correlate_sums(
            sums[0, k], sums[1, k], sums[2, k], sums[3, k], sums[4, k], sums[5, k]
        )
        out[k] = value if sums[0, k] >= least else np.nan


@inlined_kernel
def correlate_sums(n: float, x: float, y: float, xx: float, yy: float, xy: float) -> float:
    """Correlation from the number of bars and sums over them; NaN where a coin does not vary."""
    inverse_n = 1.0 / n
    mean_x, mean_y = x * inverse_n, y * inverse_n
    square_x, square_y = xx * inverse_n, yy * inverse_n
    inverse_x = inverse_root(square_x - mean_x * mean_x, square_x)
    inverse_y = inverse_root(square_y - mean_y * mean_y, square_y)
    return bounded((xy * inverse_n - mean_x * mean_y) * (inverse_x * inverse_y))


@inlined_kernel
def sum_from_end(x: Floats, y: Floats, sums: Floats) -> None:
    """Write the sums from the successor of each place to the end of a block of one pair.

    `sums` has the shape (6, bars): number of bars that both have, sums of x, y, their squares
    and product.
    """
    n = x_sum = y_sum = xx = yy = xy = 0.0
    for k in range(x.size - 1, -1, -1):
        sums[0, k], sums[1, k], sums[2, k] = n, x_sum, y_sum
        sums[3, k], sums[4, k], sums[5, k] = xx, yy, xy
        both = np.isfinite(x[k]) and np.isfinite(y[k])
        x_k, y_k = x[k] if both else 0.0, y[k] if both else 0.0
        n += 1.0 if both else 0.0
        x_sum += x_k
        y_sum += y_k
        xx += x_k * x_k
        yy += y_k * y_k
        xy += x_k * y_k


@kernel
def push_pairs(values: Floats, slot: int, least: float, pairs: PairSums, out: Correlations) -> None:
    """Take in a bar of every coin: `correlate_block`, bar by bar.

    Parameters
    ----------
    values
        Shape (coins,), NaN where missing.
    slot
        Place in the block: bars before this one, modulo the window.
    least
        Bars that two coins must share.
    out
        Written, shape (pairs,).
    """
    block, window = pairs.block, pairs.block.shape[1]
    block[:, slot] = values
    for pair in range(out.size):
        one, other = pairs.members[pair]
        tails, heads = pairs.tails[pair], pairs.heads[pair]
        if slot == 0:
            heads[:] = 0.0
        if np.isfinite(values[one]) and np.isfinite(values[other]):
            x, y = values[one], values[other]
            heads[0] += 1.0
            heads[1] += x
            heads[2] += y
            heads[3] += x * x
            heads[4] += y * y
            heads[5] += x * y
        n = tails[0, slot] + heads[0]
        value = correlate_sums(
            n,
            tails[1, slot] + heads[1],
            tails[2, slot] + heads[2],
            tails[3, slot] + heads[3],
            tails[4, slot] + heads[4],
            tails[5, slot] + heads[5],
        )
        out[pair] = value if n >= least else np.nan
        if slot == window - 1:
            sum_from_end(block[one], block[other], tails)
