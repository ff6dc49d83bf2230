"""Bars to rows of features, a block of consecutive bars at a time.

A block is from one bar to `BLOCK` of them; every value is the same wherever the
blocks are cut. The batch gives `compute_blocks` whole histories, a live stream one bar at a
time, so both give the same bytes.

The kernels are called from here one by one: a kernel of kernels would compile
every one of them again.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints, kernel
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.features import dipmaster_v4, price, timeframes, volatility, volume
from dipmaster.features import layout as at
from dipmaster.features.segments import is_usable, split_segments
from dipmaster.features.windows import update_dyadic_windows

SUMS, MAXIMA = np.array(at.SUMS), np.array(at.MAXIMA)


BARS_PER_WEEK = 7 * BARS_PER_DAY
MONDAY = 4 * BARS_PER_DAY  # 1970 began on a Thursday


def compute_blocks(
    state: Floats, times_ms: Ints, bars: Sequence[Floats], market: Floats, first_ms: int
) -> Iterator[tuple[int, int, Floats]]:
    """Take in closed bars, and hand out their features block by block.

    Parameters
    ----------
    state
        From `create_state`; changed. A gap in time clears its memory, and so does
        a bar without usable prices or volume: nothing spans either.
    times_ms
        Shape (bars,), open times in milliseconds since 1970 on the 5-minute grid.
    bars
        Seven arrays of shape (bars,), see ``layout.BAR_COLUMNS``; NaN where a source
        lacks a column.
    market
        Shape (4, grid), mean returns of all coins; the grid starts at `first_ms`.

    Yields
    ------
    tuple
        First bar, end, and features of shape (features, `BLOCK`), of which the first
        end - first columns hold; NaN until a window is full. To be copied: the next
        block goes to the same place.
    """
    rows = np.empty((at.ROWS, at.BLOCK))
    usable_bars = is_usable(bars)
    for start, end in split_blocks(times_ms, usable_bars):
        n = end - start
        bar_number = int(times_ms[start]) // BAR_MS
        if not usable_bars[start] or times_ms[start] - state[at.LAST_TIME] != BAR_MS:
            reset_state(state)
        if usable_bars[start]:
            grid_offset = bar_number - first_ms // BAR_MS
            head = append_bars(
                state,
                [column[start:end] for column in bars],
                market[:, grid_offset : grid_offset + n],
            )
            compute_block(state, rows.reshape(-1), head, n, bar_number)
            state[at.LAST_TIME] = times_ms[end - 1]
        else:
            rows[:, :n] = math.nan
        week_position = (bar_number + 1 - MONDAY) % BARS_PER_WEEK
        rows[at.CLOCK_ROWS, :n] = WEEK_CLOCK[:, week_position : week_position + n]
        yield start, end, rows[: at.FEATURE_COUNT]


def split_blocks(times_ms: Ints, usable_bars: Bools) -> Iterator[tuple[int, int]]:
    """Start and end of stretches cut into blocks."""
    for first, last in split_segments(times_ms, usable_bars):
        for start in range(first, last, at.BLOCK):
            yield start, min(start + at.BLOCK, last)


def append_bars(state: Floats, bars: Sequence[Floats], market: Floats) -> int:
    """Put bars into the series; where they do not fit, what is needed moves to the front."""
    n = market.shape[1]
    series = state[at.SERIES :].reshape(at.SERIES_COUNT, at.STRIDE)
    head = int(state[at.USED_COLUMNS])
    if head + n > at.BLOCK:
        move_history(state[at.SERIES :], head)
        head = 0
    first_column = at.HISTORY + head
    for row, column in enumerate(bars):
        series[row, first_column : first_column + n] = column
    series[7:11, first_column : first_column + n] = market
    state[at.USED_COLUMNS] = head + n
    return head


@kernel
def move_history(series: Floats, head: int) -> None:
    """Move the last bars before `head` to the front; only a few series are looked back at far."""
    for s in range(at.SERIES_COUNT):
        history = at.HISTORY if s in at.LONG_SERIES else at.SHORT_HISTORY
        first = s * at.STRIDE + at.HISTORY - history
        out, values = series[first : first + history], series[first + head :]
        for i in range(out.size):
            out[i] = values[i]


def compute_block(state: Floats, rows: Floats, head: int, n: int, bar_number: int) -> None:
    """All features of `n` bars, in columns `head` on of the series.

    `bar_number` counts the 5-minute steps from 1970 to the first bar.
    """
    series, age = state[at.SERIES :], int(state[at.AGE])
    counts = np.empty((2, n), dtype=np.int64)
    price.compute_price_changes(series, rows, head, n)
    volume.compute_traded_value(series, rows, head, n)
    update_dyadic_windows(series, SUMS, MAXIMA, head, n)
    volatility.update_recursions(state, series, rows, head, n, age)
    volatility.compute_dip_depths(state, series, rows, head, n)
    volatility.compute_realised_volatility(series, rows, counts, head, n)
    price.compute_rsi(series, rows, head, n)
    price.compute_bollinger_bands(series, rows, counts, head, n)
    price.compute_support_resistance(series, rows, head, n)
    volume.compute_volume_spikes(state, series, rows, head, n, age)
    volume.compute_liquidity(series, rows, head, n, state[at.SOURCE_HAS_SPREAD])
    dipmaster_v4.compute_dipmaster_v4_score(series, rows, head, n)
    timeframes.write_timeframes(state, series, rows, head, n, age, bar_number % 12)
    if age < at.WARM_UP:
        mask_warm_up(rows.reshape(at.ROWS, at.BLOCK)[: at.FEATURE_COUNT, :n], age)
    state[at.AGE] = age + n


def mask_warm_up(rows: Floats, age: int) -> None:
    """Not known until windows are full; `age` bars came before the block."""
    ages = age + 1 + np.arange(rows.shape[1])
    rows[ages < at.KNOWN_FROM[:, None]] = math.nan


def reset_state(state: Floats) -> None:
    """Forget everything but the parameters.

    The series count as full: the next bars first move to the front. So every kernel
    has run, and a live stream compiles none later, when it has taken in its first bar.
    """
    state[at.MEMORY :] = 0.0
    state[at.HELD_VALUES : at.HELD_VALUES + at.HELD_COUNT] = math.nan
    state[at.USED_COLUMNS] = at.BLOCK
    end = at.SERIES + at.SIGMA + at.BLOCK
    state[end - at.HISTORY : end] = math.nan


def build_week_clock() -> Floats:
    """Hour, weekday, session and minutes to a quarter hour for a week of bars and a block more.

    The clock is that of the moment the bar becomes known. The first bar becomes
    known on Monday at 0:00.
    """
    bar_number = np.arange(BARS_PER_WEEK + at.BLOCK)
    hour = bar_number // BARS_PER_HOUR % 24
    weekday = bar_number // BARS_PER_DAY % 7
    return np.array([hour, weekday, hour // 8, 5 * (-bar_number % 3)], dtype=np.float64)


WEEK_CLOCK = build_week_clock()
