"""Price shape: RSI, Bollinger bands, dips in a row, distance to highs and lows."""

import math

from dipmaster.features import layout as at
from dipmaster.features.inner import inner_kernel
from dipmaster.features.windows import clip01, moments, place_among, slide_max, slide_sum
from dipmaster.foundation.numerics import Floats, inlined_kernel

# The interpolated 20 % quantile of 50 widths lies between the 10th and the 11th smallest:
# a width is below it where at least 40 are larger.
SQUEEZE_LARGER = 40


@inlined_kernel
def rsi(gain: float, loss: float) -> float:
    """Relative strength index from summed gains and losses; 50 where nothing moved."""
    moved = gain + loss
    return 100.0 * gain / moved if moved > 0.0 else 50.0


@inner_kernel
def strength(state: Floats, age: int, change: float) -> None:
    """RSI of 14 bars after Wilder, and of 14, 21 and 50 bars by plain sums."""
    gain = change if change > 0.0 else 0.0
    loss = -change if change < 0.0 else 0.0
    changes = age - 1
    if changes <= 14:
        state[at.WILDER_GAIN] += gain / 14.0
        state[at.WILDER_LOSS] += loss / 14.0
    else:
        state[at.WILDER_GAIN] = (13.0 * state[at.WILDER_GAIN] + gain) / 14.0
        state[at.WILDER_LOSS] = (13.0 * state[at.WILDER_LOSS] + loss) / 14.0
    gain_14 = slide_sum(state, at.GAIN_14, at.BARS_14, gain)
    loss_14 = slide_sum(state, at.LOSS_14, at.BARS_14, loss)
    gain_21 = slide_sum(state, at.GAIN_21, at.BARS_21, gain)
    loss_21 = slide_sum(state, at.LOSS_21, at.BARS_21, loss)
    gain_50 = slide_sum(state, at.GAIN_50, at.BARS_50, gain)
    loss_50 = slide_sum(state, at.LOSS_50, at.BARS_50, loss)
    if changes >= 14:
        state[at.RSI14] = rsi(state[at.WILDER_GAIN], state[at.WILDER_LOSS])
        state[at.RSI_CUTLER_14] = rsi(gain_14, loss_14)
    if changes >= 21:
        state[at.RSI_CUTLER_21] = rsi(gain_21, loss_21)
    if changes >= 50:
        state[at.RSI_CUTLER_50] = rsi(gain_50, loss_50)


@inner_kernel
def convergence(state: Floats) -> None:
    """Share of the three RSIs inside a dip zone that widens and rises with volatility."""
    vol_pct = state[at.VOL_PCT]
    if math.isnan(vol_pct) or math.isnan(state[at.RSI_CUTLER_50]):
        return
    low = 25.0 + 10.0 * vol_pct
    high = 40.0 + 15.0 * vol_pct
    inside = 0.0
    for column in (at.RSI_CUTLER_14, at.RSI_CUTLER_21, at.RSI_CUTLER_50):
        inside += low <= state[column] <= high
    state[at.RSI_CONVERGENCE_SCORE] = inside / 3.0
    state[at.RSI_CONVERGENCE_STRONG] = 1.0 if inside == 3.0 else 0.0


@inner_kernel
def bands(state: Floats, age: int, close: float) -> None:
    """SMA20 and Bollinger (20, 2) with the population standard deviation."""
    mean, squares = moments(state, at.CLOSES_20, at.BARS_20, age, close)
    if age < 20:
        return
    sd = math.sqrt(squares / 20.0)
    width = 4.0 * sd / mean
    state[at.CLOSE_TO_SMA20_FRAC] = close / mean - 1.0
    state[at.BELOW_SMA20] = 1.0 if close < mean else 0.0
    state[at.BB_WIDTH_FRAC] = width
    if sd > 0.0:
        state[at.BB_POSITION] = (close - mean) / (4.0 * sd) + 0.5
    larger = place_among(state, at.WIDTHS_50, at.BARS_50, age, width)[1]
    if age >= 69:
        state[at.BB_SQUEEZE] = 1.0 if larger >= SQUEEZE_LARGER else 0.0


@inner_kernel
def reds(state: Floats, age: int) -> None:
    """Red now, and red bars counted with halving weights."""
    red = 1.0 if state[at.CLOSE] < state[at.OPEN] else 0.0
    state[at.RED] = red
    if age >= 3:
        before = 0.5 * state[at.RED_BEFORE] + 0.25 * state[at.RED_TWO_BEFORE]
        state[at.CONSECUTIVE_DIPS] = red + before
    state[at.RED_TWO_BEFORE] = state[at.RED_BEFORE]
    state[at.RED_BEFORE] = red


@inner_kernel
def levels(state: Floats, age: int) -> tuple[float, float]:
    """Distance to the highest high and lowest low of 20 bars; returns the two."""
    close = state[at.CLOSE]
    high = slide_max(state, at.HIGH_20, at.BARS_20, state[at.HIGH])
    low = -slide_max(state, at.LOW_20, at.BARS_20, -state[at.LOW])
    if age >= 20:
        state[at.RESISTANCE_DISTANCE_FRAC] = high / close - 1.0
        state[at.SUPPORT_DISTANCE_FRAC] = close / low - 1.0
    if age >= 11:
        state[at.MOMENTUM_10_FRAC] = close / state[at.CLOSES + ((age - 10) & at.RING_MASK)] - 1.0
    return high, low


@inner_kernel
def timing(state: Floats, age: int, high: float, low: float, close: float) -> None:
    """Timing part of the earlier system's score, without its order-flow term."""
    if age >= 20:
        support = 1.0 if close / low < 1.02 else 0.0
        golden = high - 0.618 * (high - low)
        near = 1.0 if abs(close / golden - 1.0) < 0.01 else 0.0
        state[at.V4_TIMING] = 0.3 * support + 0.2 * near + 0.2 * clip01(state[at.VOL_PCT])
