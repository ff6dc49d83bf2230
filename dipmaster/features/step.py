"""Bars to rows of features, a block of consecutive bars at a time.

A block is from one bar to `BLOCK` of them; every value is the same wherever the
blocks are cut. The batch gives `run` whole histories, a live stream one bar at a
time, so both give the same bytes.

The kernels are called from here one by one: a kernel of kernels would compile
every one of them again.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints, kernel
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.features import higher, price, score, volatility, volume
from dipmaster.features import layout as at
from dipmaster.features.stretches import stretches, usable
from dipmaster.features.windows import doubled

SUMS, MAXIMA = np.array(at.SUMS), np.array(at.MAXIMA)


BARS_PER_WEEK = 7 * BARS_PER_DAY
MONDAY = 4 * BARS_PER_DAY  # 1970 began on a Thursday


def run(
    state: Floats, times_ms: Ints, bars: Sequence[Floats], market: Floats, first_ms: int
) -> Iterator[tuple[int, int, Floats]]:
    """Take in closed bars, and hand out their features block by block.

    Parameters
    ----------
    state
        From `new_state`; changed. A gap in time clears its memory, and so does
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
    good = usable(bars)
    for start, end in blocks(times_ms, good):
        n = end - start
        number = int(times_ms[start]) // BAR_MS
        if not good[start] or times_ms[start] - state[at.LAST_TIME] != BAR_MS:
            clear(state)
        if good[start]:
            place = number - first_ms // BAR_MS
            head = take(state, [column[start:end] for column in bars], market[:, place : place + n])
            block(state, rows.reshape(-1), head, n, number)
            state[at.LAST_TIME] = times_ms[end - 1]
        else:
            rows[:, :n] = math.nan
        known = (number + 1 - MONDAY) % BARS_PER_WEEK
        rows[at.CLOCK, :n] = CLOCKS[:, known : known + n]
        yield start, end, rows[: at.WIDTH]


def blocks(times_ms: Ints, good: Bools) -> Iterator[tuple[int, int]]:
    """Start and end of stretches cut into blocks."""
    for first, last in stretches(times_ms, good):
        for start in range(first, last, at.BLOCK):
            yield start, min(start + at.BLOCK, last)


def take(state: Floats, bars: Sequence[Floats], market: Floats) -> int:
    """Put bars into the series; where they do not fit, what is needed moves to the front."""
    n = market.shape[1]
    series = state[at.SERIES :].reshape(at.SERIES_COUNT, at.STRIDE)
    head = int(state[at.FILLED])
    if head + n > at.BLOCK:
        keep(state[at.SERIES :], head)
        head = 0
    place = at.HISTORY + head
    for row, column in enumerate(bars):
        series[row, place : place + n] = column
    series[7:11, place : place + n] = market
    state[at.FILLED] = head + n
    return head


@kernel
def keep(series: Floats, head: int) -> None:
    """Move the last bars before `head` to the front; only a few series are looked back at far."""
    for s in range(at.SERIES_COUNT):
        history = at.HISTORY if s in at.LONG_SERIES else at.SHORT_HISTORY
        place = s * at.STRIDE + at.HISTORY - history
        out, values = series[place : place + history], series[place + head :]
        for i in range(out.size):
            out[i] = values[i]


def block(state: Floats, rows: Floats, head: int, n: int, number: int) -> None:
    """All features of `n` bars, in columns `head` on of the series.

    `number` counts the 5-minute steps from 1970 to the first bar.
    """
    series, age = state[at.SERIES :], int(state[at.AGE])
    counts = np.empty((2, n), dtype=np.int64)
    price.moves(series, rows, head, n)
    volume.traded(series, rows, head, n)
    doubled(series, SUMS, MAXIMA, head, n)
    volatility.recursions(state, series, rows, head, n, age)
    volatility.depths(state, series, rows, head, n)
    volatility.realised(series, rows, counts, head, n)
    price.strength(series, rows, head, n)
    price.bands(series, rows, counts, head, n)
    price.levels(series, rows, head, n)
    volume.spikes(state, series, rows, head, n, age)
    volume.liquidity(series, rows, head, n, state[at.SOURCE_HAS_SPREAD])
    score.of_earlier_system(series, rows, head, n)
    higher.gather(state, series, rows, head, n, age, number % 12)
    if age < at.WARM_UP:
        unknown(rows.reshape(at.ROWS, at.BLOCK)[: at.WIDTH, :n], age)
    state[at.AGE] = age + n


def unknown(rows: Floats, age: int) -> None:
    """Not known until windows are full; `age` bars came before the block."""
    ages = age + 1 + np.arange(rows.shape[1])
    rows[ages < at.KNOWN_FROM[:, None]] = math.nan


def clear(state: Floats) -> None:
    """Forget everything but the parameters.

    The series count as full: the next bars first move to the front. So every kernel
    has run, and a live stream compiles none later, when it has taken in its first bar.
    """
    state[at.MEMORY :] = 0.0
    state[at.HELD_VALUES : at.HELD_VALUES + at.HELD_COUNT] = math.nan
    state[at.FILLED] = at.BLOCK
    end = at.SERIES + at.SIGMA + at.BLOCK
    state[end - at.HISTORY : end] = math.nan


def week_of_clocks() -> Floats:
    """Hour, weekday, session and minutes to a boundary for a week of bars and a block more.

    The clock is that of the moment the bar becomes known. The first bar becomes
    known on Monday at 0:00.
    """
    number = np.arange(BARS_PER_WEEK + at.BLOCK)
    hour = number // BARS_PER_HOUR % 24
    weekday = number // BARS_PER_DAY % 7
    return np.array([hour, weekday, hour // 8, 5 * (-number % 3)], dtype=np.float64)


CLOCKS = week_of_clocks()
