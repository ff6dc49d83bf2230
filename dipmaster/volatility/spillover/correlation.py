"""Rolling correlations of pairs, without drift: nothing is ever subtracted from a sum.

Each window is the end of one block and the start of the next (van Herk 1992): sums from
both sides meet in it. What left a window leaves no rounding behind, a value touches only the
windows that hold it, and a bar costs a pair one product and two sums, whatever the window.
"""

import numpy as np

from dipmaster.core.kernels import Floats, Ints, kernel
from dipmaster.volatility.spillover.block_moments import (
    WHOLE,
    finish_moments,
    follow_gaps,
    sum_blocks,
)
from dipmaster.volatility.spillover.block_pairs import (
    Correlations,
    correlate_block,
    standardize,
    sum_products,
)
from dipmaster.volatility.windows import MIN_SHARE, moving_sum

PAIRS_AT_ONCE = 24  # of 14 months, as float32: 12 MB; ten coins make two such runs
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
    return deviation_from_sums(
        count, moving_sum(filled, width), moving_sum(filled**2, width), width
    )


def deviation_from_sums(count: Floats, total: Floats, squares: Floats, width: int) -> Floats:
    """Standard deviation of a window from its number of returns, their sum and that of squares."""
    mean = total / np.maximum(count, 1.0)
    squares = squares - count * mean**2
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
    members = np.array(pairs_with_later(coins, count), dtype=np.int64).reshape(-1, 2)
    out = np.empty((len(members), bars), dtype=np.float32)
    correlate_pairs(values, members, coins.start, window, least_shared(window), out)
    return out


def least_shared(window: int) -> float:
    """Bars of a window that two coins must share for a correlation."""
    return max(2.0, MIN_SHARE * window)


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


@kernel
def correlate_pairs(
    values: Floats,
    members: Ints,
    first_coin: int,
    window: int,
    least: float,
    out: Correlations,
) -> None:
    """Block by block, all pairs of `members`, shape (pairs, 2); no coin is before `first_coin`."""
    coins, bars = values.shape
    tails, moments = np.zeros((2, coins, window)), np.empty((2, coins, window))
    state = np.zeros((3, coins), dtype=np.bool_)
    whole, empty = state[WHOLE], np.zeros(coins, dtype=np.bool_)
    totals = np.empty(coins)
    queue = np.zeros(LANES, dtype=np.int64)
    products, sums = np.empty((LANES, window)), np.empty((6, window))
    for start in range(0, bars, window):
        stop, queued = min(bars, start + window), 0
        for coin in range(first_coin, coins, 2):
            next_coin = min(coin + 1, coins - 1)
            sum_blocks(values, coin, next_coin, start, stop, tails, moments, totals)
        for coin in range(first_coin, coins):
            x = values[coin, start:stop]
            empty[coin] = follow_gaps(x, totals[coin], coin, state)
            if whole[coin]:
                finish_moments(moments[0, coin], moments[1, coin], stop - start)
        for pair in range(len(members)):
            one, other = members[pair]
            correlations = out[pair, start:stop]
            if whole[one] and whole[other]:
                queue[queued] = pair
                queued += 1
            elif empty[one] or empty[other]:
                correlations[:] = np.nan
            else:
                correlate_block(
                    values[one], values[other], start, window, least, sums, correlations
                )
            if queued == LANES or (queued > 0 and pair == len(members) - 1):
                queue[queued:] = queue[0]
                correlate_four(values, moments, members, queue, start, stop, products, out)
                queued = 0


@kernel
def correlate_four(
    values: Floats,
    moments: Floats,
    members: Ints,
    queue: Ints,
    start: int,
    stop: int,
    products: Floats,
    out: Correlations,
) -> None:
    """Four pairs of `queue`, of coins with every value of the block and of the one before."""
    window = products.shape[1]
    before = start - window
    a, b, c, d = members[queue[0]], members[queue[1]], members[queue[2]], members[queue[3]]
    sum_products(
        values[a[0], before:stop],
        values[a[1], before:stop],
        values[b[0], before:stop],
        values[b[1], before:stop],
        values[c[0], before:stop],
        values[c[1], before:stop],
        values[d[0], before:stop],
        values[d[1], before:stop],
        products[0],
        products[1],
        products[2],
        products[3],
    )
    for lane in range(LANES):
        one, other = members[queue[lane]]
        standardize(
            products[lane],
            moments[0, one],
            moments[0, other],
            moments[1, one],
            moments[1, other],
            1.0 / window,
            out[queue[lane], start:stop],
        )
