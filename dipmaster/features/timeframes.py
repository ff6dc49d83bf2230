"""Closed 15-minute and 1-hour bars, built from 5-minute bars as they come.

A value changes only in the 5-minute bar whose close is also the close of the
longer bar, and is held until the next one. A longer bar counts only if all its
5-minute bars are there.
"""

import math

from dipmaster.core.kernels import Floats, inner_kernel, kernel
from dipmaster.features import layout as at
from dipmaster.features.windows import rolling_max, rolling_sum


@kernel
def write_timeframes(
    state: Floats, series: Floats, rows: Floats, head: int, n: int, age: int, slot: int
) -> None:
    """Write the values held at each bar; the first bar has a place `slot`, 0..11, in its hour."""
    v = series[head:]
    end = 2 - slot % 3  # the bar that closes the next quarter of an hour
    hold_values(state, rows, 0, min(end, n))
    while end < n:
        if age + end >= 2:
            high = max(v[at.HIGH - 2 + end], max(v[at.HIGH - 1 + end], v[at.HIGH + end]))
            low = min(v[at.LOW - 2 + end], min(v[at.LOW - 1 + end], v[at.LOW + end]))
            close_quarter(state, high, low, v[at.CLOSE + end])
        if (slot + end) % 12 == 11 and age + end >= 11:
            close_hour(state, v[at.CLOSE + end])
        hold_values(state, rows, end, min(end + 3, n))
        end += 3


@inner_kernel
def hold_values(state: Floats, rows: Floats, start: int, end: int) -> None:
    """Write the values of the last closed longer bars to some rows."""
    for j in range(at.HELD_COUNT):
        value = state[at.HELD_VALUES + j]
        offset = at.HELD + j * at.BLOCK + start
        if end - start == 3:
            rows[offset] = rows[offset + 1] = rows[offset + 2] = value
        else:
            for i in range(end - start):
                rows[offset + i] = value


@inner_kernel
def close_quarter(state: Floats, high: float, low: float, close: float) -> None:
    """Update the values of 15-minute bars with one more of them."""
    state[at.QUARTERS] += 1.0
    quarters = int(state[at.QUARTERS])
    sma20 = rolling_sum(state, at.QUARTER_SMA20, at.BARS_20, close) / 20.0
    sma50 = rolling_sum(state, at.QUARTER_SMA50, at.BARS_50, close) / 50.0
    low_20 = -rolling_max(state, at.QUARTER_LOW_20, at.BARS_20, -low)
    if quarters >= 2:
        update_directional_movement(state, quarters - 1, high, low)
    if quarters >= 20:
        state[at.CLOSE_TO_LOW20_15M] = close / low_20 - 1.0
    if quarters >= 15:
        state[at.ATR14_15M] = state[at.TRUE_RANGE] / close
    if quarters >= 50:
        state[at.SMA20_OVER_SMA50_15M] = sma20 / sma50 - 1.0
        atr = state[at.TRUE_RANGE]
        state[at.CLOSE_TO_SMA50_15M] = (close - sma50) / atr if atr > 0.0 else math.nan
    state[at.QUARTER_LAST_HIGH] = high
    state[at.QUARTER_LAST_LOW] = low
    state[at.QUARTER_LAST_CLOSE] = close


@inner_kernel
def update_directional_movement(state: Floats, changes: int, high: float, low: float) -> None:
    """Wilder's true range, directional movement and ADX over 14 bars.

    All three are means of the first 14 values, then 13/14 of themselves plus
    1/14 of the new value. Where nothing moved, the indices are 0.
    """
    last_close = state[at.QUARTER_LAST_CLOSE]
    true_range = max(high, last_close) - min(low, last_close)
    up = high - state[at.QUARTER_LAST_HIGH]
    down = state[at.QUARTER_LAST_LOW] - low
    smooth_wilder(state, at.TRUE_RANGE, changes, true_range)
    smooth_wilder(state, at.PLUS_MOVE, changes, up if up > down and up > 0.0 else 0.0)
    smooth_wilder(state, at.MINUS_MOVE, changes, down if down > up and down > 0.0 else 0.0)
    if changes < 14:
        return
    plus, minus, scale = state[at.PLUS_MOVE], state[at.MINUS_MOVE], state[at.TRUE_RANGE]
    difference = 100.0 * (plus - minus) / scale if scale > 0.0 else 0.0
    index = 100.0 * abs(plus - minus) / (plus + minus) if plus + minus > 0.0 else 0.0
    state[at.DI_DIFFERENCE] = difference
    smooth_wilder(state, at.ADX, changes - 13, index)
    if changes >= 27:
        state[at.ADX14] = state[at.ADX]


@inner_kernel
def smooth_wilder(state: Floats, offset: int, count: int, value: float) -> None:
    """One step of Wilder's average; `count` values went in with this one."""
    if count <= 14:
        state[offset] += value / 14.0
    else:
        state[offset] = (13.0 * state[offset] + value) / 14.0


@inner_kernel
def close_hour(state: Floats, close: float) -> None:
    """Update the values of 1-hour bars with one more of them."""
    state[at.HOURS] += 1.0
    hours = int(state[at.HOURS])
    state[at.HOUR_CLOSES + (hours & 31)] = close
    sma50 = rolling_sum(state, at.HOUR_SMA50_SUM, at.BARS_50, close) / 50.0
    if hours >= 25:
        day_before = state[at.HOUR_CLOSES + ((hours - 24) & 31)]
        state[at.RETURN_24H] = close / day_before - 1.0
    if hours >= 50:
        state[at.CLOSE_TO_SMA50_1H] = close / sma50 - 1.0
    if hours >= 51:
        rising = sma50 > state[at.HOUR_SMA50]
        state[at.SMA50_RISING] = 1.0 if rising else 0.0
    state[at.HOUR_SMA50] = sma50
