"""Closed 15-minute and 1-hour bars, built from 5-minute bars as they come.

A value changes only in the 5-minute bar whose close is also the close of the
longer bar, and is held until the next one. A longer bar counts only if all its
5-minute bars are there.
"""

import math

from dipmaster.features import layout as at
from dipmaster.features.inner import inner_kernel
from dipmaster.features.windows import slide_max, slide_sum
from dipmaster.foundation.numerics import Floats


@inner_kernel
def gather(state: Floats, slot: int) -> None:
    """Add the 5-minute bar of a place 0..11 in its hour; update the values that close with it."""
    if slot % 3 == 0:
        state[at.QUARTER_BARS] = 1.0
        state[at.QUARTER_HIGH] = state[at.HIGH]
        state[at.QUARTER_LOW] = state[at.LOW]
    elif state[at.QUARTER_BARS] > 0.0:
        state[at.QUARTER_BARS] += 1.0
        state[at.QUARTER_HIGH] = max(state[at.QUARTER_HIGH], state[at.HIGH])
        state[at.QUARTER_LOW] = min(state[at.QUARTER_LOW], state[at.LOW])
    if state[at.QUARTER_BARS] == 3.0:
        close_quarter(state, state[at.QUARTER_HIGH], state[at.QUARTER_LOW], state[at.CLOSE])
        state[at.QUARTER_BARS] = 0.0
    if slot == 0:
        state[at.HOUR_BARS] = 1.0
    elif state[at.HOUR_BARS] > 0.0:
        state[at.HOUR_BARS] += 1.0
    if state[at.HOUR_BARS] == 12.0:
        close_hour(state, state[at.CLOSE])
        state[at.HOUR_BARS] = 0.0


@inner_kernel
def close_quarter(state: Floats, high: float, low: float, close: float) -> None:
    """Update the values of 15-minute bars with one more of them."""
    state[at.QUARTERS] += 1.0
    quarters = int(state[at.QUARTERS])
    sma20 = slide_sum(state, at.QUARTER_SMA20, at.BARS_20, close) / 20.0
    sma50 = slide_sum(state, at.QUARTER_SMA50, at.BARS_50, close) / 50.0
    low_20 = -slide_max(state, at.QUARTER_LOW_20, at.BARS_20, -low)
    if quarters >= 2:
        direction(state, quarters - 1, high, low)
    if quarters >= 20:
        state[at.CLOSE_TO_LOW20_15M_FRAC] = close / low_20 - 1.0
    if quarters >= 15:
        state[at.ATR14_15M_FRAC] = state[at.TRUE_RANGE] / close
    if quarters >= 50:
        state[at.SMA20_OVER_SMA50_15M_FRAC] = sma20 / sma50 - 1.0
        atr = state[at.TRUE_RANGE]
        state[at.CLOSE_TO_SMA50_15M_ATR] = (close - sma50) / atr if atr > 0.0 else math.nan
    state[at.QUARTER_LAST_HIGH] = high
    state[at.QUARTER_LAST_LOW] = low
    state[at.QUARTER_LAST_CLOSE] = close


@inner_kernel
def direction(state: Floats, changes: int, high: float, low: float) -> None:
    """Wilder's true range, directional movement and ADX over 14 bars.

    All three are means of the first 14 values, then 13/14 of themselves plus
    1/14 of the new value. Where nothing moved, the indices are 0.
    """
    last_close = state[at.QUARTER_LAST_CLOSE]
    true_range = max(high, last_close) - min(low, last_close)
    up = high - state[at.QUARTER_LAST_HIGH]
    down = state[at.QUARTER_LAST_LOW] - low
    smooth(state, at.TRUE_RANGE, changes, true_range)
    smooth(state, at.PLUS_MOVE, changes, up if up > down and up > 0.0 else 0.0)
    smooth(state, at.MINUS_MOVE, changes, down if down > up and down > 0.0 else 0.0)
    if changes < 14:
        return
    plus, minus, scale = state[at.PLUS_MOVE], state[at.MINUS_MOVE], state[at.TRUE_RANGE]
    difference = 100.0 * (plus - minus) / scale if scale > 0.0 else 0.0
    index = 100.0 * abs(plus - minus) / (plus + minus) if plus + minus > 0.0 else 0.0
    state[at.DI_DIFFERENCE_15M] = difference
    smooth(state, at.ADX, changes - 13, index)
    if changes >= 27:
        state[at.ADX14_15M] = state[at.ADX]


@inner_kernel
def smooth(state: Floats, place: int, count: int, value: float) -> None:
    """One step of Wilder's average; `count` values went in with this one."""
    if count <= 14:
        state[place] += value / 14.0
    else:
        state[place] = (13.0 * state[place] + value) / 14.0


@inner_kernel
def close_hour(state: Floats, close: float) -> None:
    """Update the values of 1-hour bars with one more of them."""
    state[at.HOURS] += 1.0
    hours = int(state[at.HOURS])
    state[at.HOUR_CLOSES + (hours & 31)] = close
    sma50 = slide_sum(state, at.HOUR_SMA50_SUM, at.BARS_50, close) / 50.0
    if hours >= 25:
        day_before = state[at.HOUR_CLOSES + ((hours - 24) & 31)]
        state[at.RETURN_24H_FRAC] = close / day_before - 1.0
    if hours >= 50:
        state[at.CLOSE_TO_SMA50_1H_FRAC] = close / sma50 - 1.0
    if hours >= 51:
        rising = sma50 > state[at.HOUR_SMA50]
        state[at.SMA50_RISING_1H] = 1.0 if rising else 0.0
    state[at.HOUR_SMA50] = sma50
