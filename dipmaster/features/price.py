"""Price shape: RSI, Bollinger bands, dips in a row, distance to highs and lows."""

import math

from dipmaster.core.kernels import Floats, Ints, inlined_kernel, kernel
from dipmaster.features import layout as at
from dipmaster.features.windows import clip01, percentile_rank_counts, rolling_moments

# The interpolated 20 % quantile of 50 widths lies between the 10th and the 11th smallest:
# a width is below it where at least 40 are larger.
SQUEEZE_LARGER = 40


@kernel
def compute_price_changes(series: Floats, rows: Floats, head: int, n: int) -> None:
    """Red bars, and what a bar added to the close: gain, loss, return."""
    v = series[head:]
    for i in range(n):
        close, previous_close = v[at.CLOSE + i], v[at.CLOSE - 1 + i]
        close_change = close - previous_close
        change = close / previous_close - 1.0
        red = 1.0 if close < v[at.OPEN + i] else 0.0
        v[at.GAIN + i] = close_change if close_change > 0.0 else 0.0
        v[at.LOSS + i] = -close_change if close_change < 0.0 else 0.0
        v[at.CHANGE + i] = change
        v[at.ABSOLUTE + i] = abs(change)
        v[at.NEGATIVE_LOW + i] = -v[at.LOW + i]
        v[at.RED_BAR + i] = red
        rows[at.RED + i] = red


@inlined_kernel
def rsi(gain: float, loss: float) -> float:
    """Relative strength index from summed gains and losses; 50 where nothing moved."""
    total = gain + loss
    return 100.0 * gain / total if total > 0.0 else 50.0


@kernel
def compute_rsi(series: Floats, rows: Floats, head: int, n: int) -> None:
    """RSI of 14 bars after Wilder, and of 14, 21 and 50 bars by plain sums.

    Convergence is the share of the three inside a dip zone that widens and rises
    with volatility.
    """
    v = series[head:]
    for i in range(n):
        gain = v[at.GAIN_8 + i] + (v[at.GAIN_4 - 8 + i] + v[at.GAIN_2 - 12 + i])
        loss = v[at.LOSS_8 + i] + (v[at.LOSS_4 - 8 + i] + v[at.LOSS_2 - 12 + i])
        rows[at.RSI_CUTLER_14 + i] = rsi(gain, loss)
        rows[at.RSI14 + i] = rsi(rows[at.MEAN_GAIN + i], rows[at.MEAN_LOSS + i])
    for i in range(n):
        gain = v[at.GAIN_16 + i] + (v[at.GAIN_4 - 16 + i] + v[at.GAIN - 20 + i])
        loss = v[at.LOSS_16 + i] + (v[at.LOSS_4 - 16 + i] + v[at.LOSS - 20 + i])
        rows[at.RSI_CUTLER_21 + i] = rsi(gain, loss)
        gain = v[at.GAIN_32 + i] + (v[at.GAIN_16 - 32 + i] + v[at.GAIN_2 - 48 + i])
        loss = v[at.LOSS_32 + i] + (v[at.LOSS_16 - 32 + i] + v[at.LOSS_2 - 48 + i])
        rows[at.RSI_CUTLER_50 + i] = rsi(gain, loss)
    for i in range(n):
        low = 25.0 + 10.0 * rows[at.VOL_PCT + i]
        high = 40.0 + 15.0 * rows[at.VOL_PCT + i]
        a, b, c = (
            rows[at.RSI_CUTLER_14 + i],
            rows[at.RSI_CUTLER_21 + i],
            rows[at.RSI_CUTLER_50 + i],
        )
        inside = 1.0 if (low <= a) & (a <= high) else 0.0
        inside += 1.0 if (low <= b) & (b <= high) else 0.0
        inside += 1.0 if (low <= c) & (c <= high) else 0.0
        rows[at.RSI_CONVERGENCE_SCORE + i] = inside / 3.0
        rows[at.RSI_CONVERGENCE_STRONG + i] = 1.0 if inside == 3.0 else 0.0


@kernel
def compute_bollinger_bands(series: Floats, rows: Floats, counts: Ints, head: int, n: int) -> None:
    """SMA20, Bollinger (20, 2) with the population standard deviation, and their squeeze.

    That is a width below the 20 % quantile of its last 50 values.
    """
    v = series[head:]
    rolling_moments(series, rows, at.CLOSE, head, n)
    for i in range(n):
        close, mean = v[at.CLOSE + i], rows[at.MEAN + i]
        four_sd = 4.0 * math.sqrt(rows[at.SQUARES + i] / 20.0)
        width = four_sd / mean
        position = (close - mean) / four_sd + 0.5
        rows[at.CLOSE_TO_SMA20_FRAC + i] = close / mean - 1.0
        rows[at.BELOW_SMA20 + i] = 1.0 if close < mean else 0.0
        rows[at.BB_POSITION + i] = position if four_sd > 0.0 else math.nan
        rows[at.BB_WIDTH_FRAC + i] = width
        v[at.BAND_WIDTH + i] = width
    counts[:] = 0
    percentile_rank_counts(series, at.BAND_WIDTH, 0, 50, head, counts)
    for i in range(n):
        rows[at.BB_SQUEEZE + i] = 1.0 if counts[1, i] >= SQUEEZE_LARGER else 0.0


@kernel
def compute_support_resistance(series: Floats, rows: Floats, head: int, n: int) -> None:
    """Red bars in a row; highest high and lowest low of 20 bars, and the timing by them.

    Of the timing part of the earlier system's score, order flow is still missing.
    """
    v = series[head:]
    for i in range(n):
        close = v[at.CLOSE + i]
        dips = 0.5 * v[at.RED_BAR - 1 + i] + 0.25 * v[at.RED_BAR - 2 + i]
        rows[at.CONSECUTIVE_DIPS + i] = v[at.RED_BAR + i] + dips
        rows[at.MOMENTUM_10_FRAC + i] = close / v[at.CLOSE - 10 + i] - 1.0
        high = max(v[at.HIGH_16 + i], v[at.HIGH_16 - 4 + i])
        low = -max(v[at.NEGATIVE_LOW_16 + i], v[at.NEGATIVE_LOW_16 - 4 + i])
        close_over_low = close / low
        retracement = high - 0.618 * (high - low)
        near_retracement = 1.0 if abs(close / retracement - 1.0) < 0.01 else 0.0
        near_support = 1.0 if close_over_low < 1.02 else 0.0
        rows[at.RESISTANCE_DISTANCE_FRAC + i] = high / close - 1.0
        rows[at.SUPPORT_DISTANCE_FRAC + i] = close_over_low - 1.0
        timing = 0.3 * near_support + 0.2 * near_retracement + 0.2 * clip01(rows[at.VOL_PCT + i])
        rows[at.V4_TIMING + i] = timing
