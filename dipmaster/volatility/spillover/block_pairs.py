"""Correlations of pairs over the windows that end in a block: full windows, and those with gaps."""

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats, inlined_kernel, kernel
from dipmaster.volatility.spillover.block_moments import inverse_root

Correlations = npt.NDArray[np.float32]


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
    n = x_sum = y_sum = xx = yy = xy = 0.0
    if start == 0:
        sums[:] = 0.0
    for k in range(window - 1 if start > 0 else -1, -1, -1):
        sums[0, k], sums[1, k], sums[2, k] = n, x_sum, y_sum
        sums[3, k], sums[4, k], sums[5, k] = xx, yy, xy
        t = start - window + k
        both = np.isfinite(x[t]) and np.isfinite(y[t])
        x_t, y_t = x[t] if both else 0.0, y[t] if both else 0.0
        n += 1.0 if both else 0.0
        x_sum += x_t
        y_sum += y_t
        xx += x_t * x_t
        yy += y_t * y_t
        xy += x_t * y_t
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
        inverse_n = 1.0 / sums[0, k]
        mx, my = sums[1, k] * inverse_n, sums[2, k] * inverse_n
        square_x, square_y = sums[3, k] * inverse_n, sums[4, k] * inverse_n
        inverse_x = inverse_root(square_x - mx * mx, square_x)
        inverse_y = inverse_root(square_y - my * my, square_y)
        value = bounded((sums[5, k] * inverse_n - mx * my) * (inverse_x * inverse_y))
        out[k] = value if sums[0, k] >= least else np.nan
