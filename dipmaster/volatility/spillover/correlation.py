"""Rolling correlations of pairs, without drift: nothing is ever subtracted from a sum.

Each window is the end of one block and the start of the next (van Herk 1992): sums from
both sides meet in it. What left a window leaves no rounding behind, a value touches only the
windows that hold it, and a bar costs a pair one product and two sums, whatever the window.
"""

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats, inlined_kernel, kernel
from dipmaster.volatility.windows import MIN_SHARE, moving_sum

Correlations = npt.NDArray[np.float32]

LEAST_VARIANCE = 1e-10  # of a window's mean square: below it nothing but rounding varies
PAIRS_AT_ONCE = 30  # of 14 months, as float32: 15 MB
LANES = 4  # pairs side by side, because a running sum leaves a processor idle


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


def correlate_with_later(values: Floats, coins: range, window: int) -> Correlations:
    """Rolling correlations of each of `coins` with each coin after it.

    Over the bars of the window that both coins have; at the start windows are shorter.

    Parameters
    ----------
    values
        Shape (all coins, bars), NaN where missing.
    coins
        Neighbouring rows; what their pairs share is computed once.

    Returns
    -------
    ndarray
        Shape (pairs, bars), -1..1, in the order of `pairs_with_later`; NaN where the two share
        fewer than half a window, or where one of them does not vary.
    """
    count, bars = values.shape
    out = np.empty((len(pairs_with_later(coins, count)), bars), dtype=np.float32)
    least = max(2.0, MIN_SHARE * window)
    _correlate_rows(values, coins.start, coins.stop, window, least, out)
    return out


def pairs_with_later(coins: range, count: int) -> list[tuple[int, int]]:
    """Pairs of each of `coins` with each later one of `count` coins."""
    return [(coin, other) for coin in coins for other in range(coin + 1, count)]


def split_coins(count: int) -> list[range]:
    """Runs of coins with some `PAIRS_AT_ONCE` pairs each, so that few correlations are held."""
    runs, start, pairs = [], 0, 0
    for coin in range(count):
        pairs += count - coin - 1
        if pairs >= PAIRS_AT_ONCE or coin == count - 1:
            runs.append(range(start, coin + 1))
            start, pairs = coin + 1, 0
    return runs


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
    first_coin: int,
    stop_coin: int,
    window: int,
    least: float,
    out: Correlations,
) -> None:
    """Block by block, each coin with the later ones, four at a time."""
    coins, bars = values.shape
    tails, moments = np.empty((coins, 2, window)), np.empty((coins, 2, window))
    own, whole = np.zeros(coins, dtype=np.bool_), np.zeros(coins, dtype=np.bool_)
    products, sums = np.empty((LANES, window)), np.empty((6, window))
    for start in range(0, bars, window):
        stop, before, pair = min(bars, start + window), start - window, 0
        for coin in range(first_coin, coins):
            x, follows = values[coin, start:stop], own[coin]
            own[coin] = _summarize_block(
                x, follows, tails[coin, 0], tails[coin, 1], moments[coin, 0], moments[coin, 1]
            )
            whole[coin] = follows and own[coin]
        for coin in range(first_coin, stop_coin):
            for first in range(coin + 1, coins, LANES):
                last = coins - 1  # stands for the lanes beyond it
                b, c, d = min(first + 1, last), min(first + 2, last), min(first + 3, last)
                if whole[coin] and (whole[first] or whole[b] or whole[c] or whole[d]):
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
                    correlations = out[pair, start:stop]
                    if whole[coin] and whole[other]:
                        _standardize(
                            products[other - first],
                            moments[coin, 0],
                            moments[other, 0],
                            moments[coin, 1],
                            moments[other, 1],
                            1.0 / window,
                            correlations,
                        )
                    else:
                        _correlate_block(
                            values[coin], values[other], start, window, least, sums, correlations
                        )
                    pair += 1


@kernel
def _summarize_block(
    x: Floats, follows: bool, tail_sum: Floats, tail_square: Floats, mean: Floats, inverse: Floats
) -> bool:
    """Mean and one over the sd (divisor n) of a coin's full windows that end in a block.

    Parameters
    ----------
    x
        Values of the block, NaN where missing.
    follows
        Whether no value of the block before is missing.
    tail_sum, tail_square
        Sums from each bar's successor to the end of the block before; those of this block after.
    mean, inverse
        Written where no value of either block is missing; NaN where nothing varies.

    Returns
    -------
    bool
        Whether no value of this block is missing.
    """
    window = tail_sum.size
    inverse_n = 1.0 / window
    total = square = 0.0
    for k in range(x.size):
        total += x[k]
        square += x[k] * x[k]
        mean[k] = tail_sum[k] + total
        inverse[k] = tail_square[k] + square
    whole = bool(np.isfinite(total))  # a missing value leaves no sum
    if whole and follows:
        for k in range(x.size):
            average, mean_square = mean[k] * inverse_n, inverse[k] * inverse_n
            mean[k] = average
            inverse[k] = _inverse_root(mean_square - average * average, mean_square)
    if whole and x.size == window:
        total = square = 0.0
        for k in range(window - 1, -1, -1):
            tail_sum[k], tail_square[k] = total, square
            total += x[k]
            square += x[k] * x[k]
    return whole


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
