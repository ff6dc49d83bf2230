"""TA-Lib's 30 plain columns the way our kernels work: a block at a time, nothing subtracted.

The features of the project are other columns. To be held against TA-Lib like for
like, its own columns are computed here with the project's window kernels; the
formulas around them are those of `dipmaster.features`, the block and its layout too.
"""

import math

import numpy as np

from dipmaster.core.kernels import Floats, inlined_kernel, kernel
from dipmaster.features import layout as at
from dipmaster.features.windows import rolling_moments, update_dyadic_windows

FIRST, SHORT = 450, 100  # longest look back, and that of all but three series
BLOCK = at.STRIDE - FIRST  # `update_dyadic_windows` steps by the stride of the layout
COLUMNS, ROWS = 30, 40


def series_offsets(count: int, start: int) -> range:
    """Places of `count` series from a row on."""
    return range(start * at.STRIDE + FIRST, (start + count) * at.STRIDE + FIRST, at.STRIDE)


HIGH, LOW, CLOSE, VOLUME = series_offsets(4, 0)
NEGATIVE_LOW, LOW_2, LOW_4, LOW_8, LOW_16, LOW_32 = series_offsets(6, 4)
HIGH_2, HIGH_4, HIGH_8, HIGH_16 = series_offsets(4, 10)
CLOSE_2, CLOSE_4, CLOSE_8, CLOSE_16, CLOSE_32, CLOSE_50, CLOSE_150 = series_offsets(7, 14)
VOLUME_2, VOLUME_4, VOLUME_8, VOLUME_16, VOLUME_32 = series_offsets(5, 21)
GAIN, LOSS = series_offsets(2, 26)
SERIES = 28
SUMS = np.array([(CLOSE, CLOSE_2, 5), (VOLUME, VOLUME_2, 5)])
MAXIMA = np.array([(NEGATIVE_LOW, LOW_2, 5), (HIGH, HIGH_2, 4)])
LONG_SERIES = (CLOSE // at.STRIDE, CLOSE_150 // at.STRIDE, VOLUME_32 // at.STRIDE)
OUT = range(0, ROWS * at.BLOCK, at.BLOCK)
RSI, UPPER, MIDDLE, LOWER, VOLUME_20, SD, MAX_20, MIN_20, ATR, ADX, PLUS_DI, MINUS_DI = OUT[:12]
R1, R2, R3, R10, R12, R36, R288, SMA_50, SMA_60, SMA_150, SMA_600 = OUT[12:23]
V2, V4, V5, V288, MIN_60, CMO_21, CMO_50 = OUT[23:30]
GAIN_14, LOSS_14, GAIN_21, LOSS_21, GAIN_50, LOSS_50, RANGE, PLUS, MINUS, INDEX = OUT[30:]


def compute_30_columns(bars: Floats) -> Floats:
    """All columns, shape (30, bars), from high, low, close and volume; no NaN while warming up."""
    out = np.empty((COLUMNS, bars.shape[1]))
    series, rows = np.zeros((SERIES, at.STRIDE)), np.empty((at.ROWS, at.BLOCK))
    flat, flat_rows, state = series.reshape(-1), rows.reshape(-1), np.zeros(10)
    for start in range(0, bars.shape[1], BLOCK):
        n = min(BLOCK, bars.shape[1] - start)
        if start:
            move_history(flat)
        series[:4, FIRST : FIRST + n] = bars[:, start : start + n]
        compute_bar_changes(flat, flat_rows, n)
        update_dyadic_windows(flat, SUMS, MAXIMA, 0, n)
        update_recursions(state, flat_rows, flat, n, start)
        compute_windows(flat, flat_rows, n)
        compute_bollinger_bands(flat, flat_rows, n)
        out[:, start : start + n] = rows[:COLUMNS, :n]
    return out


@kernel
def compute_bar_changes(v: Floats, rows: Floats, n: int) -> None:
    """What a bar adds: gain and loss, true range and directional moves."""
    for i in range(n):
        close_change = v[CLOSE + i] - v[CLOSE - 1 + i]
        v[GAIN + i] = close_change if close_change > 0.0 else 0.0
        v[LOSS + i] = -close_change if close_change < 0.0 else 0.0
        v[NEGATIVE_LOW + i] = -v[LOW + i]
    for i in range(n):
        previous_close = v[CLOSE - 1 + i]
        up, down = v[HIGH + i] - v[HIGH - 1 + i], v[LOW - 1 + i] - v[LOW + i]
        top = v[HIGH + i] if v[HIGH + i] > previous_close else previous_close
        bottom = v[LOW + i] if v[LOW + i] < previous_close else previous_close
        rows[RANGE + i] = top - bottom
        rows[PLUS + i] = up if (up > down) & (up > 0.0) else 0.0
        rows[MINUS + i] = down if (down > up) & (down > 0.0) else 0.0


@inlined_kernel
def smooth_wilder(mean: float, width: int, count: int, value: float) -> float:
    """One step of Wilder's average; `count` values went in with this one."""
    share = 1.0 / width
    if count > width:
        return (1.0 - share) * mean + share * value
    return mean + share * value if count > 0 else mean


@kernel
def update_recursions(state: Floats, rows: Floats, v: Floats, n: int, age: int) -> None:
    """RSI, ATR, directional indices, ADX and Chande's momentum, all after Wilder."""
    a, b, c, d, e, f = state[0], state[1], state[2], state[3], state[4], state[5]
    spread, plus, minus, index = state[6], state[7], state[8], state[9]
    for i in range(n):
        gain, loss, count = v[GAIN + i], v[LOSS + i], age + i
        a, b = smooth_wilder(a, 14, count, gain), smooth_wilder(b, 14, count, loss)
        c, d = smooth_wilder(c, 21, count, gain), smooth_wilder(d, 21, count, loss)
        e, f = smooth_wilder(e, 50, count, gain), smooth_wilder(f, 50, count, loss)
        rows[GAIN_14 + i], rows[LOSS_14 + i], rows[GAIN_21 + i] = a, b, c
        rows[LOSS_21 + i], rows[GAIN_50 + i], rows[LOSS_50 + i] = d, e, f
        spread = smooth_wilder(spread, 14, count, rows[RANGE + i])
        plus = smooth_wilder(plus, 14, count, rows[PLUS + i])
        minus = smooth_wilder(minus, 14, count, rows[MINUS + i])
        rows[ATR + i], rows[PLUS_DI + i], rows[MINUS_DI + i] = spread, plus, minus
    for i in range(n):
        di_sum = rows[PLUS_DI + i] + rows[MINUS_DI + i]
        directional_index = 100.0 * abs(rows[PLUS_DI + i] - rows[MINUS_DI + i]) / di_sum
        rows[INDEX + i] = directional_index if di_sum > 0.0 else 0.0
        rows[PLUS_DI + i] = 100.0 * rows[PLUS_DI + i] / rows[ATR + i]
        rows[MINUS_DI + i] = 100.0 * rows[MINUS_DI + i] / rows[ATR + i]
    for i in range(n):
        gain, loss = rows[GAIN_14 + i], rows[LOSS_14 + i]
        rows[RSI + i] = 100.0 * gain / (gain + loss)
        gain, loss = rows[GAIN_21 + i], rows[LOSS_21 + i]
        rows[CMO_21 + i] = 100.0 * (gain - loss) / (gain + loss)
        gain, loss = rows[GAIN_50 + i], rows[LOSS_50 + i]
        rows[CMO_50 + i] = 100.0 * (gain - loss) / (gain + loss)
    for i in range(n):
        index = smooth_wilder(index, 14, age + i - 13, rows[INDEX + i])
        rows[ADX + i] = index
    state[0], state[1], state[2], state[3], state[4], state[5] = a, b, c, d, e, f
    state[6], state[7], state[8], state[9] = spread, plus, minus, index


@kernel
def move_history(v: Floats) -> None:
    """Move the last bars to the front."""
    for s in range(SERIES):
        history = FIRST if s in LONG_SERIES else SHORT
        offset = s * at.STRIDE + FIRST - history
        out, values = v[offset : offset + history], v[offset + BLOCK :]
        for i in range(out.size):
            out[i] = values[i]


@kernel
def compute_windows(v: Floats, rows: Floats, n: int) -> None:
    """Sums, means, extremes and returns."""
    for i in range(n):
        v[CLOSE_50 + i] = v[CLOSE_32 + i] + (v[CLOSE_16 - 32 + i] + v[CLOSE_2 - 48 + i])
    for i in range(n):
        v[CLOSE_150 + i] = v[CLOSE_50 + i] + (v[CLOSE_50 - 50 + i] + v[CLOSE_50 - 100 + i])
    for i in range(n):
        far = v[CLOSE_150 - 300 + i] + v[CLOSE_150 - 450 + i]
        rows[SMA_600 + i] = (v[CLOSE_150 + i] + v[CLOSE_150 - 150 + i] + far) / 600.0
        rows[SMA_150 + i] = v[CLOSE_150 + i] / 150.0
        rows[SMA_50 + i] = v[CLOSE_50 + i] / 50.0
        sum_28 = v[CLOSE_16 - 32 + i] + (v[CLOSE_8 - 48 + i] + v[CLOSE_4 - 56 + i])
        rows[SMA_60 + i] = (v[CLOSE_32 + i] + sum_28) / 60.0
        near = v[VOLUME_32 + i] + v[VOLUME_32 - 32 + i] + v[VOLUME_32 - 64 + i]
        middle = v[VOLUME_32 - 96 + i] + v[VOLUME_32 - 128 + i] + v[VOLUME_32 - 160 + i]
        oldest = v[VOLUME_32 - 192 + i] + v[VOLUME_32 - 224 + i] + v[VOLUME_32 - 256 + i]
        rows[V288 + i] = near + (middle + oldest)
        rows[V2 + i] = v[VOLUME_2 + i]
        rows[V4 + i] = v[VOLUME_4 + i]
        rows[V5 + i] = v[VOLUME_4 + i] + v[VOLUME - 4 + i]
        rows[VOLUME_20 + i] = (v[VOLUME_16 + i] + v[VOLUME_4 - 16 + i]) / 20.0
    for i in range(n):
        close = v[CLOSE + i]
        rows[R1 + i] = close / v[CLOSE - 1 + i] - 1.0
        rows[R2 + i] = close / v[CLOSE - 2 + i] - 1.0
        rows[R3 + i] = close / v[CLOSE - 3 + i] - 1.0
        rows[R10 + i] = close / v[CLOSE - 10 + i] - 1.0
        rows[R12 + i] = close / v[CLOSE - 12 + i] - 1.0
        rows[R36 + i] = close / v[CLOSE - 36 + i] - 1.0
        rows[R288 + i] = close / v[CLOSE - 288 + i] - 1.0
        rows[MAX_20 + i] = max(v[HIGH_16 + i], v[HIGH_16 - 4 + i])
        rows[MIN_20 + i] = -max(v[LOW_16 + i], v[LOW_16 - 4 + i])
        rows[MIN_60 + i] = -max(v[LOW_32 + i], v[LOW_32 - 28 + i])


@kernel
def compute_bollinger_bands(v: Floats, rows: Floats, n: int) -> None:
    """Bollinger bands and standard deviation of 20 closes."""
    rolling_moments(v, rows, CLOSE, 0, n)
    for i in range(n):
        mean, sd = rows[at.MEAN + i], math.sqrt(rows[at.SQUARES + i] / 20.0)
        rows[SD + i] = sd
        rows[MIDDLE + i] = mean
        rows[UPPER + i] = mean + 2.0 * sd
        rows[LOWER + i] = mean - 2.0 * sd
