"""Rolling correlations of pairs, without drift: nothing is ever subtracted from a sum.

Each window is the end of one block and the start of the next (van Herk 1992): sums from
both sides meet in it. What left a window leaves no rounding behind, a value touches only the
windows that hold it, and a bar costs a pair one product and two sums, whatever the window.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Bools, Floats, inlined_kernel, kernel
from dipmaster.volatility.windows import MIN_SHARE, moving_sum

Correlations = npt.NDArray[np.float32]

LEAST_VARIANCE = 1e-10  # of a window's mean square: below it nothing but rounding varies
LANES = 4  # pairs side by side, because a running sum leaves a processor idle


@dataclass(frozen=True)
class WindowMoments:
    """What the windows of each coin share among its pairs, where no value of them is missing.

    Attributes
    ----------
    values
        Shape (coins, bars), NaN where missing.
    mean, inverse_sd
        Of the window, one over the sd with divisor n, NaN where nothing varies. Only the bars of
        `whole` blocks are set.
    whole
        Shape (coins, blocks): no value of the block or of the one before it is missing.
    """

    values: Floats
    mean: Floats
    inverse_sd: Floats
    whole: Bools


def rolling_deviation(returns: Floats, width: int) -> Floats:
    """Standard deviation (divisor n - 1) of those of the last `width` returns that are known.

    Parameters
    ----------
    returns
        Shape (..., bars), NaN where missing.

    Returns
    -------
    ndarray
        Per bar; NaN where fewer than half of the window's returns are known.
    """
    known = np.isfinite(returns)
    filled = np.where(known, returns, 0.0)
    count = moving_sum(known.astype(np.float64), width)
    mean = moving_sum(filled, width) / np.maximum(count, 1.0)
    squares = moving_sum(filled**2, width) - count * mean**2
    variance = np.maximum(squares, 0.0) / np.maximum(count - 1.0, 1.0)
    return np.where(count >= max(2.0, MIN_SHARE * width), np.sqrt(variance), np.nan)


def summarize_windows(values: Floats, window: int) -> WindowMoments:
    """Moments of each coin's windows; `values` has shape (coins, bars), NaN where missing."""
    coins, bars = values.shape
    mean, inverse_sd = np.empty(values.shape), np.empty(values.shape)
    whole = np.zeros((coins, -(-bars // window)), dtype=np.bool_)
    for row in range(coins):
        _summarize_coin(values[row], window, mean[row], inverse_sd[row], whole[row])
    return WindowMoments(values, mean, inverse_sd, whole)


def correlate_with_later(moments: WindowMoments, coins: range, window: int) -> Correlations:
    """Rolling correlations of each of `coins` with each coin after it.

    Over the bars of the window that both coins have; at the start windows are shorter.

    Parameters
    ----------
    coins
        Neighbouring rows. Several at once are quicker than one after the other: a block of all
        coins stays in the processor's cache.

    Returns
    -------
    ndarray
        Shape (pairs, bars), -1..1, in the order of `pairs_with_later`; NaN where the two share
        fewer than half a window, or where one of them does not vary.
    """
    count, bars = moments.values.shape
    out = np.empty((len(pairs_with_later(coins, count)), bars), dtype=np.float32)
    _correlate_rows(
        moments.values,
        moments.mean,
        moments.inverse_sd,
        moments.whole,
        coins.start,
        coins.stop,
        window,
        max(2.0, MIN_SHARE * window),
        out,
    )
    return out


def pairs_with_later(coins: range, count: int) -> list[tuple[int, int]]:
    """Pairs of each of `coins` with each later one of `count` coins."""
    return [(coin, other) for coin in coins for other in range(coin + 1, count)]


@kernel
def _summarize_coin(
    values: Floats, window: int, mean: Floats, inverse_sd: Floats, whole: Bools
) -> None:
    bars, inverse_n = values.size, 1.0 / window
    tail_sum, tail_square = np.empty(window), np.empty(window)
    before_whole = False
    for block in range(whole.size):
        start, stop = block * window, min(bars, (block + 1) * window)
        x, averages, roots = values[start:stop], mean[start:stop], inverse_sd[start:stop]
        total = square = 0.0
        for k in range(x.size):
            total += x[k]
            square += x[k] * x[k]
            averages[k] = tail_sum[k] + total
            roots[k] = tail_square[k] + square
        own_whole = np.isfinite(total)  # one missing value makes the sum one
        whole[block] = own_whole and before_whole
        before_whole = own_whole
        if whole[block]:
            for k in range(x.size):
                average, mean_square = averages[k] * inverse_n, roots[k] * inverse_n
                averages[k] = average
                roots[k] = _inverse_root(mean_square - average * average, mean_square)
        if own_whole and x.size == window:
            total = square = 0.0
            for k in range(window - 1, -1, -1):
                tail_sum[k], tail_square[k] = total, square
                total += x[k]
                square += x[k] * x[k]


@inlined_kernel
def _inverse_root(variance: float, square: float) -> float:
    """One over the root of a variance; NaN where it is nothing but rounding."""
    return 1.0 / np.sqrt(variance) if variance > LEAST_VARIANCE * square else np.nan


@inlined_kernel
def _bounded(value: float) -> float:
    """A correlation without the rounding beyond -1 and 1; NaN stays."""
    if value > 1.0:
        return 1.0
    return -1.0 if value < -1.0 else value


@kernel
def _correlate_rows(
    values: Floats,
    mean: Floats,
    inverse_sd: Floats,
    whole: Bools,
    first_coin: int,
    stop_coin: int,
    window: int,
    least: float,
    out: Correlations,
) -> None:
    """Block by block, each coin with the later ones, four at a time."""
    coins, bars = values.shape
    products = np.empty((LANES, window))
    sums = np.empty((6, window))
    for block in range(whole.shape[1]):
        start, stop = block * window, min(bars, (block + 1) * window)
        before, pair = start - window, 0
        for coin in range(first_coin, stop_coin):
            for first in range(coin + 1, coins, LANES):
                last = coins - 1  # stands for the lanes beyond it
                b, c, d = min(first + 1, last), min(first + 2, last), min(first + 3, last)
                any_whole = whole[first, block] or whole[b, block]
                any_whole = any_whole or whole[c, block] or whole[d, block]
                if whole[coin, block] and any_whole:
                    _sum_products(
                        values[coin, before:stop],
                        values[first, before:stop],
                        values[b, before:stop],
                        values[c, before:stop],
                        values[d, before:stop],
                        products[0],
                        products[1],
                        products[2],
                        products[3],
                    )
                for other in range(first, min(first + LANES, coins)):
                    if whole[coin, block] and whole[other, block]:
                        _standardize(
                            products[other - first],
                            mean[coin, start:stop],
                            mean[other, start:stop],
                            inverse_sd[coin, start:stop],
                            inverse_sd[other, start:stop],
                            1.0 / window,
                            out[pair, start:stop],
                        )
                    else:
                        _correlate_block(
                            values[coin],
                            values[other],
                            start,
                            window,
                            least,
                            sums,
                            out[pair, start:stop],
                        )
                    pair += 1


@kernel
def _sum_products(
    x: Floats,
    a: Floats,
    b: Floats,
    c: Floats,
    d: Floats,
    with_a: Floats,
    with_b: Floats,
    with_c: Floats,
    with_d: Floats,
) -> None:
    """Sums of products of `x` with four others over the full windows that end in a block.

    Parameters
    ----------
    x, a, b, c, d
        Values of the block before, a window long, and of the block.
    with_a, with_b, with_c, with_d
        Written, a window long.
    """
    window = with_a.size
    sum_a = sum_b = sum_c = sum_d = 0.0
    for k in range(window - 1, -1, -1):
        with_a[k], with_b[k], with_c[k], with_d[k] = sum_a, sum_b, sum_c, sum_d
        value = x[k]
        sum_a += value * a[k]
        sum_b += value * b[k]
        sum_c += value * c[k]
        sum_d += value * d[k]
    x, a, b, c, d = x[window:], a[window:], b[window:], c[window:], d[window:]
    sum_a = sum_b = sum_c = sum_d = 0.0
    for k in range(x.size):
        value = x[k]
        sum_a += value * a[k]
        sum_b += value * b[k]
        sum_c += value * c[k]
        sum_d += value * d[k]
        with_a[k] += sum_a
        with_b[k] += sum_b
        with_c[k] += sum_c
        with_d[k] += sum_d


@kernel
def _standardize(
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
        out[k] = _bounded(covariance * (inverse_x[k] * inverse_y[k]))


@kernel
def _correlate_block(
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
    for k in range(window - 1, -1, -1):
        sums[0, k], sums[1, k], sums[2, k] = n, x_sum, y_sum
        sums[3, k], sums[4, k], sums[5, k] = xx, yy, xy
        t = start - window + k
        if t >= 0:
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
    for k in range(out.size):
        inverse_n = 1.0 / sums[0, k]
        mx, my = sums[1, k] * inverse_n, sums[2, k] * inverse_n
        square_x, square_y = sums[3, k] * inverse_n, sums[4, k] * inverse_n
        inverse_x = _inverse_root(square_x - mx * mx, square_x)
        inverse_y = _inverse_root(square_y - my * my, square_y)
        value = _bounded((sums[5, k] * inverse_n - mx * my) * (inverse_x * inverse_y))
        out[k] = value if sums[0, k] >= least else np.nan
