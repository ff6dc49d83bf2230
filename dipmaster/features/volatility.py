"""Volatility known before a dip, and returns measured in it."""

import math

from dipmaster.core.kernels import Floats, Ints, inlined_kernel, kernel
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.features import layout as at
from dipmaster.features.windows import percentile_rank_counts, rolling_moments

HALF_PI = math.pi / 2.0
HIGH_VOLATILITY_SMALLER = (
    40  # of 50: above the interpolated 80 % quantile, see `price.SQUEEZE_LARGER`
)


@kernel
def update_recursions(
    state: Floats, series: Floats, rows: Floats, head: int, n: int, age: int
) -> None:
    """What depends on all bars since the gap: Wilder's mean gain and loss, and the sigma.

    Wilder's means are those of the first 14 changes, then 13/14 of themselves and
    1/14 of the new one. The sigma is hourly, at the close of the bar: an EWM of
    pi/2 |r| |r before|. A jump enters only through its products with ordinary
    neighbours. The mean is divided by the sum of its weights, so it is unbiased
    from the start and forgets where it started by half every half-life.
    """
    v = series[head:]
    gain, loss = state[at.WILDER_GAIN], state[at.WILDER_LOSS]
    total, weight, decay = state[at.BIPOWER_SUM], state[at.BIPOWER_WEIGHT], state[at.DECAY]
    for i in range(n):
        changes = age + i
        if changes > 14:
            gain = (13.0 * gain + v[at.GAIN + i]) / 14.0
            loss = (13.0 * loss + v[at.LOSS + i]) / 14.0
        elif changes >= 1:
            gain += v[at.GAIN + i] / 14.0
            loss += v[at.LOSS + i] / 14.0
        if changes >= 2:
            product = HALF_PI * v[at.ABSOLUTE + i] * v[at.ABSOLUTE - 1 + i]
            total = decay * total + product
            weight = decay * weight + 1.0
        rows[at.MEAN_GAIN + i] = gain
        rows[at.MEAN_LOSS + i] = loss
        rows[at.MEAN + i] = total
        rows[at.SQUARES + i] = weight
    state[at.WILDER_GAIN], state[at.WILDER_LOSS] = gain, loss
    state[at.BIPOWER_SUM], state[at.BIPOWER_WEIGHT] = total, weight
    first_known = int(state[at.SIGMA_WARM_UP]) + 1 - age
    for i in range(n):
        sigma = math.sqrt(BARS_PER_HOUR * rows[at.MEAN + i] / rows[at.SQUARES + i])
        v[at.SIGMA + i] = sigma if (sigma > 0.0) & (i >= first_known) else math.nan


@inlined_kernel
def compute_drop(v: Floats, i: int, bars: int) -> float:
    """Minus the return over the last `bars` bars."""
    ratio: float = v[at.CLOSE + i] / v[at.CLOSE - bars + i]
    return 1.0 - ratio


@kernel
def compute_dip_depths(state: Floats, series: Floats, rows: Floats, head: int, n: int) -> None:
    """Falls in sigmas known before their first bar, the coin's whole and its own part.

    And that sigma itself, with the class of volatility.
    """
    v = series[head:]
    lag = int(state[at.SIGMA_LAG])
    known = series[at.SIGMA - lag + head :]
    known_3 = series[at.SIGMA - max(lag, 3) + head :]
    known_12 = series[at.SIGMA - max(lag, 12) + head :]
    known_36 = series[at.SIGMA - max(lag, 36) + head :]
    for i in range(n):
        rows[at.DIP_Z + i] = compute_drop(v, i, 2) / known[i]
        rows[at.DIP_DEPTH_1_SIGMA + i] = compute_drop(v, i, 1) / (known[i] * math.sqrt(1 / 12.0))
        drop, sigma = compute_drop(v, i, 3), known_3[i] * math.sqrt(3 / 12.0)
        rows[at.DIP_DEPTH_3_SIGMA + i] = drop / sigma
        rows[at.OWN_DROP_3_SIGMA + i] = (drop + v[at.MARKET_3 + i]) / sigma
    for i in range(n):
        drop, sigma = compute_drop(v, i, 12), known_12[i]
        rows[at.DIP_DEPTH_12_SIGMA + i] = drop / sigma
        rows[at.OWN_DROP_12_SIGMA + i] = (drop + v[at.MARKET_12 + i]) / sigma
        rows[at.MARKET_RETURN_12_FRAC + i] = v[at.MARKET_12 + i]
        drop, sigma = compute_drop(v, i, 36), known_36[i] * math.sqrt(36 / 12.0)
        rows[at.FALL_3H_FRAC + i] = drop
        rows[at.DIP_DEPTH_36_SIGMA + i] = drop / sigma
        rows[at.OWN_DROP_36_SIGMA + i] = (drop + v[at.MARKET_36 + i]) / sigma
        sigma = v[at.SIGMA - 288 + i] * math.sqrt(288 / 12.0)
        rows[at.DIP_DEPTH_288_SIGMA + i] = compute_drop(v, i, 288) / sigma
    low, high = state[at.LOW_DAILY], state[at.HIGH_DAILY]
    for i in range(n):
        daily = known[i] * math.sqrt(24.0)
        above = (1.0 if daily > low else 0.0) + (1.0 if daily > high else 0.0)
        rows[at.SIGMA_1H_FRAC + i] = known[i]
        rows[at.SIGMA_DAILY_FRAC + i] = daily
        rows[at.VOLATILITY_CLASS + i] = above if daily > 0.0 else math.nan


@kernel
def compute_realised_volatility(
    series: Floats, rows: Floats, counts: Ints, head: int, n: int
) -> None:
    """20-bar volatility, high or not among 50, and its rank among 100 with ties in the middle."""
    v = series[head:]
    rolling_moments(series, rows, at.CHANGE, head, n)
    for i in range(n):
        volatility = math.sqrt(rows[at.SQUARES + i] / 19.0)
        v[at.VOLATILITY + i] = volatility
        rows[at.VOLATILITY_5M_DAILY_FRAC + i] = volatility * math.sqrt(BARS_PER_DAY)
    counts[:] = 0
    percentile_rank_counts(series, at.VOLATILITY, 0, 50, head, counts)
    for i in range(n):
        rows[at.HIGH_VOLATILITY + i] = 1.0 if counts[0, i] >= HIGH_VOLATILITY_SMALLER else 0.0
    percentile_rank_counts(series, at.VOLATILITY, 50, 100, head, counts)
    for i in range(n):
        below, above = counts[0, i], counts[1, i]
        rows[at.VOL_PCT + i] = (below + 0.5 * (101 - below - above)) / 100.0
