"""Rolling correlations of pairs, without drift: nothing is ever subtracted from a sum.

Each window is the end of one block and the start of the next (van Herk 1992): sums from
both sides meet in it. What left a window leaves no rounding behind, a value touches only the
windows that hold it, and a bar costs a pair one product and two sums, whatever the window.
"""

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Bools, Floats, inlined_kernel, kernel
from dipmaster.volatility.windows import MIN_SHARE, moving_sum

Correlations = npt.NDArray[np.float32]

LEAST_VARIANCE = 1e-10  # of a window's mean square: below it nothing but rounding varies
PAIRS_AT_ONCE = 30  # of 14 months, as float32: 15 MB
COMPLETE, ANY, WHOLE = 0, 1, 2  # rows of what is known of a coin's blocks
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
    last = coins - 1  # stands for the lanes beyond it
    tails, moments = np.zeros((2, coins, window)), np.empty((2, coins, window))
    state = np.zeros((3, coins), dtype=np.bool_)
    whole, empty = state[WHOLE], np.zeros(coins, dtype=np.bool_)
    products, sums = np.empty((LANES, window)), np.empty((6, window))
    for start in range(0, bars, window):
        stop, before, pair = min(bars, start + window), start - window, 0
        for a in range(first_coin, coins, LANES):
            b, c, d = min(a + 1, last), min(a + 2, last), min(a + 3, last)
            _sum_blocks(values, a, b, c, d, start, stop, tails, moments)
        for coin in range(first_coin, coins):
            empty[coin] = _follow_gaps(values[coin, start:stop], coin, state)
            if whole[coin]:
                _finish_moments(moments[0, coin], moments[1, coin], stop - start)
        for coin in range(first_coin, stop_coin):
            for a in range(coin + 1, coins, LANES):
                b, c, d = min(a + 1, last), min(a + 2, last), min(a + 3, last)
                if whole[coin] and (whole[a] or whole[b] or whole[c] or whole[d]):
                    _sum_products(
                        values[coin, before:stop],
                        values[a, before:stop],
                        values[b, before:stop],
                        values[c, before:stop],
                        values[d, before:stop],
                        products[0],
                        products[1],
                        products[2],
                        products[3],
                    )
                for other in range(a, min(a + LANES, coins)):
                    correlations = out[pair, start:stop]
                    if whole[coin] and whole[other]:
                        _standardize(
                            products[other - a],
                            moments[0, coin],
                            moments[0, other],
                            moments[1, coin],
                            moments[1, other],
                            1.0 / window,
                            correlations,
                        )
                    elif empty[coin] or empty[other]:
                        correlations[:] = np.nan
                    else:
                        _correlate_block(
                            values[coin], values[other], start, window, least, sums, correlations
                        )
                    pair += 1


@kernel
def _sum_blocks(
    values: Floats,
    a: int,
    b: int,
    c: int,
    d: int,
    start: int,
    stop: int,
    tails: Floats,
    moments: Floats,
) -> None:
    """Sums and sums of squares of four coins over the windows that end in a block.

    Parameters
    ----------
    tails
        Shape (2, coins, window): from each bar's successor to the end of the block before; of
        this block afterwards. NaN where a value is missing.
    moments
        Written, the same shape: sums, sums of squares.
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
def _follow_gaps(x: Floats, coin: int, state: Bools) -> bool:
    """Update what is known of a coin's blocks; whether neither of the two has a value.

    `state` says whether the block had every value, whether it had any, and whether it and the
    one before had every one.
    """
    was_complete, had_any, known = state[COMPLETE, coin], state[ANY, coin], 0
    for value in x:
        known += 1 if np.isfinite(value) else 0
    state[COMPLETE, coin], state[ANY, coin] = known == x.size, known > 0
    state[WHOLE, coin] = was_complete and known == x.size
    return known == 0 and not had_any


@kernel
def _finish_moments(mean: Floats, inverse: Floats, size: int) -> None:
    """Sums to the mean and one over the sd (divisor n) of full windows; NaN: nothing varies."""
    inverse_n = 1.0 / mean.size
    for k in range(size):
        average, mean_square = mean[k] * inverse_n, inverse[k] * inverse_n
        mean[k] = average
        inverse[k] = _inverse_root(mean_square - average * average, mean_square)


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
