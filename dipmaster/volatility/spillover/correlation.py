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
    """What the windows of each coin share among its pairs.

    Attributes
    ----------
    values
        Shape (coins, bars), 0 where missing.
    known
        Where they are not missing.
    mean, inverse_sd
        Of a full window without a missing value, one over the sd with divisor n; NaN elsewhere
        and where nothing varies.
    whole
        Shape (coins, blocks): no value of the block or of the one before it is missing.
    """

    values: Floats
    known: Bools
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
    """Moments of each coin's windows, NaN in `values` where missing; shape (coins, bars)."""
    coins, bars = values.shape
    filled = np.empty(values.shape)
    known = np.empty(values.shape, dtype=np.bool_)
    mean, inverse_sd = np.empty(values.shape), np.empty(values.shape)
    whole = np.zeros((coins, -(-bars // window)), dtype=np.bool_)
    for row in range(coins):
        _summarize_coin(
            values[row], window, filled[row], known[row], mean[row], inverse_sd[row], whole[row]
        )
    return WindowMoments(filled, known, mean, inverse_sd, whole)


def correlate_with_later(moments: WindowMoments, coin: int, window: int) -> Correlations:
    """Rolling correlation of one coin with each coin after it.

    Over the bars of the window that both coins have; at the start windows are shorter.

    Returns
    -------
    ndarray
        Shape (coins - coin - 1, bars), -1..1; NaN where the two share fewer than half a window,
        or where one of them does not vary.
    """
    coins, bars = moments.values.shape
    out = np.empty((coins - coin - 1, bars), dtype=np.float32)
    _correlate_row(
        moments.values,
        moments.known,
        moments.mean,
        moments.inverse_sd,
        moments.whole,
        coin,
        window,
        MIN_SHARE * window,
        out,
    )
    return out


@kernel
def _summarize_coin(
    values: Floats,
    window: int,
    filled: Floats,
    known: Bools,
    mean: Floats,
    inverse_sd: Floats,
    whole: Bools,
) -> None:
    bars = values.size
    inverse_n = 1.0 / window
    tail_sum, tail_square = np.zeros(window), np.zeros(window)
    before_whole = False
    for block in range(whole.size):
        start, stop = block * window, min(bars, (block + 1) * window)
        own_whole = True
        head_sum, head_square = 0.0, 0.0
        for t in range(start, stop):
            x = values[t]
            here = np.isfinite(x)
            own_whole &= here
            known[t] = here
            x = x if here else 0.0
            filled[t] = x
            head_sum += x
            head_square += x * x
            mean[t] = tail_sum[t - start] + head_sum
            inverse_sd[t] = tail_square[t - start] + head_square
        for t in range(start, stop):
            average, square = mean[t] * inverse_n, inverse_sd[t] * inverse_n
            mean[t] = average
            inverse_sd[t] = _inverse_root(square - average * average, square)
        whole[block] = own_whole and before_whole
        before_whole = own_whole
        if stop - start == window:
            total, square = 0.0, 0.0
            for k in range(window - 1, -1, -1):
                tail_sum[k], tail_square[k] = total, square
                x = filled[start + k]
                total += x
                square += x * x


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
def _correlate_row(
    values: Floats,
    known: Bools,
    mean: Floats,
    inverse_sd: Floats,
    whole: Bools,
    coin: int,
    window: int,
    least: float,
    out: Correlations,
) -> None:
    """All pairs of `coin` with later ones, four at a time."""
    coins, bars = values.shape
    products = np.empty((LANES, window))
    sums = np.empty((6, window))
    for block in range(whole.shape[1]):
        start, stop = block * window, min(bars, (block + 1) * window)
        for other in range(coin + 1, coins, LANES):
            last = coins - 1  # stands for the lanes beyond it
            b, c, d = min(other + 1, last), min(other + 2, last), min(other + 3, last)
            any_whole = whole[other, block] or whole[b, block]
            any_whole = any_whole or whole[c, block] or whole[d, block]
            if whole[coin, block] and any_whole:
                _sum_products(
                    values[coin],
                    values[other],
                    values[b],
                    values[c],
                    values[d],
                    start,
                    stop,
                    window,
                    products,
                )
            for lane in range(min(LANES, coins - other)):
                pair, member = other + lane - coin - 1, other + lane
                if whole[coin, block] and whole[member, block]:
                    _standardize(
                        products[lane],
                        mean[coin, start:stop],
                        mean[member, start:stop],
                        inverse_sd[coin, start:stop],
                        inverse_sd[member, start:stop],
                        1.0 / window,
                        out[pair, start:stop],
                    )
                else:
                    _correlate_block(
                        values, known, coin, member, start, stop, window, least, sums, out[pair]
                    )


@kernel
def _sum_products(
    x: Floats,
    a: Floats,
    b: Floats,
    c: Floats,
    d: Floats,
    start: int,
    stop: int,
    window: int,
    products: Floats,
) -> None:
    """Sums of products of `x` with four others over the full windows that end in a block."""
    sum_a = sum_b = sum_c = sum_d = 0.0
    for k in range(window):
        place, t = window - 1 - k, start - 1 - k
        products[0, place], products[1, place] = sum_a, sum_b
        products[2, place], products[3, place] = sum_c, sum_d
        value = x[t]
        sum_a += value * a[t]
        sum_b += value * b[t]
        sum_c += value * c[t]
        sum_d += value * d[t]
    sum_a = sum_b = sum_c = sum_d = 0.0
    for k in range(stop - start):
        value = x[start + k]
        sum_a += value * a[start + k]
        sum_b += value * b[start + k]
        sum_c += value * c[start + k]
        sum_d += value * d[start + k]
        products[0, k] += sum_a
        products[1, k] += sum_b
        products[2, k] += sum_c
        products[3, k] += sum_d


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
    values: Floats,
    known: Bools,
    coin: int,
    other: int,
    start: int,
    stop: int,
    window: int,
    least: float,
    sums: Floats,
    out: Correlations,
) -> None:
    """One pair in one block, over the bars that both coins have."""
    n = x_sum = y_sum = xx = yy = xy = 0.0
    for k in range(window - 1, -1, -1):
        sums[0, k], sums[1, k], sums[2, k] = n, x_sum, y_sum
        sums[3, k], sums[4, k], sums[5, k] = xx, yy, xy
        t = start - window + k
        if t >= 0 and known[coin, t] and known[other, t]:
            x, y = values[coin, t], values[other, t]
            n += 1.0
            x_sum += x
            y_sum += y
            xx += x * x
            yy += y * y
            xy += x * y
    n = x_sum = y_sum = xx = yy = xy = 0.0
    for t in range(start, stop):
        if known[coin, t] and known[other, t]:
            x, y = values[coin, t], values[other, t]
            n += 1.0
            x_sum += x
            y_sum += y
            xx += x * x
            yy += y * y
            xy += x * y
        k = t - start
        count = sums[0, k] + n
        if count < least or count < 2.0:
            out[t] = np.nan
            continue
        inverse_n = 1.0 / count
        mx, my = (sums[1, k] + x_sum) * inverse_n, (sums[2, k] + y_sum) * inverse_n
        square_x, square_y = (sums[3, k] + xx) * inverse_n, (sums[4, k] + yy) * inverse_n
        sx = _inverse_root(square_x - mx * mx, square_x)
        sy = _inverse_root(square_y - my * my, square_y)
        out[t] = _bounded(((sums[5, k] + xy) * inverse_n - mx * my) * (sx * sy))
