"""Bars to rows of features.

`run` takes in any number of bars: the batch gives it whole histories, a live
stream one bar at a time, so both give the same bytes.
"""

import math

from dipmaster.features import higher, price, volatility, volume
from dipmaster.features import layout as at
from dipmaster.features.inner import inner_kernel
from dipmaster.features.market_wide import usable
from dipmaster.features.windows import clip01
from dipmaster.foundation.numerics import Floats, Ints, kernel
from dipmaster.foundation.periods import BAR_MS


@kernel
def run(
    state: Floats,
    times_ms: Ints,
    bars: Floats,
    market: Floats,
    first_ms: int,
    chosen: Ints,
    columns: Floats,
    rows: Floats,
) -> None:
    """Take in closed bars one by one and write the chosen columns of their rows.

    Rows are turned into columns a block at a time, because writing 60 columns
    bar by bar thrashes the cache.

    Parameters
    ----------
    state
        From `new_state`; changed. A gap in time clears its memory, and so does
        a bar without usable prices or volume: nothing spans either.
    times_ms
        Shape (bars,), open times in milliseconds since 1970 on the 5-minute grid.
    bars
        Shape (7, bars), see ``layout.BAR_COLUMNS``; NaN where a source lacks a column.
    market
        Shape (4, grid), mean returns of all coins; the grid starts at `first_ms`.
    chosen
        Columns to write, counted from the first feature.
    columns
        Shape (chosen, bars), written; NaN until a window is full.
    rows
        Shape (any number, features), used to work in.
    """
    block = rows.shape[0]
    for start in range(0, times_ms.size, block):
        count = min(block, times_ms.size - start)
        for i in range(count):
            time_ms = times_ms[start + i]
            for j in range(bars.shape[0]):
                state[at.BAR + j] = bars[j, start + i]
            place = (time_ms - first_ms) // BAR_MS
            for j in range(market.shape[0]):
                state[at.MARKET + j] = market[j, place]
            if begin(state, time_ms):
                age = int(state[at.AGE])
                close = state[at.CLOSE]
                returns(state, age, close)
                price.bands(state, age, close)
                price.reds(state, age)
                high, low = price.levels(state, age)
                price.timing(state, age, high, low, close)
                volume.spikes(state, age, state[at.VOLUME])
                volume.value_traded(state, age)
                volume.liquidity(state, age)
                higher.gather(state, (time_ms // BAR_MS) % 12)
                score(state, volume.selling(state, age))
            for j in range(at.WIDTH):
                rows[i, j] = state[at.ROW + j]
        for c in range(chosen.size):
            for i in range(count):
                columns[c, start + i] = rows[i, chosen[c]]


@inner_kernel
def begin(state: Floats, time_ms: int) -> bool:
    """Prepare the row and the memory for the bar in the state; whether the bar is usable."""
    if time_ms - state[at.LAST_TIME] != BAR_MS:
        clear(state)
    for i in range(at.ROW, at.WIPED_TO):
        state[i] = math.nan
    state[at.TAKER_IMBALANCE] = math.nan
    state[at.HALF_SPREAD_BPS] = state[at.HALF_SPREAD]
    good = usable(state[at.HIGH], state[at.LOW], state[at.VOLUME])
    if not good:
        clear(state)
    clock(state, time_ms // BAR_MS + 1)
    if good:
        state[at.LAST_TIME] = time_ms
        state[at.AGE] += 1.0
        state[at.CLOSES + (int(state[at.AGE]) & at.RING_MASK)] = state[at.CLOSE]
    return good


@inner_kernel
def returns(state: Floats, age: int, close: float) -> None:
    """All that is made of returns; leaves the regime part's first two terms."""
    high_vol = math.nan
    if age >= 2:
        before = state[at.CLOSES + ((age - 1) & at.RING_MASK)]
        price.strength(state, age, close - before)
        change = close / before - 1.0
        volatility.bipower(state, age, change)
        high_vol = volatility.realised(state, age, change)
        moved = volume.impact(state, age, change)
    else:
        state[at.SIGMAS + (age & at.RING_MASK)] = math.nan
        moved = volume.impact(state, age, 0.0)
    volatility.depths(state, age)
    volatility.classes(state, age)
    price.convergence(state)
    trend = clip01(consistency(volatility.return_over(state, age, at.BARS_20), moved))
    behind = clip01(
        -50.0 * (volatility.return_over(state, age, at.BARS_288) - state[at.MARKET_288])
    )
    state[at.V4_REGIME] = 0.4 * (1.0 - high_vol) + 0.3 * (1.0 - trend) + 0.3 * behind


@inner_kernel
def consistency(net: float, moved: float) -> float:
    """Net move over the sum of absolute moves; 0 where nothing moved."""
    return 0.0 if moved == 0.0 else abs(net) / moved


@inner_kernel
def clear(state: Floats) -> None:
    """Forget everything but the parameters and the bar."""
    state[at.ROW : at.MEMORY] = math.nan
    state[at.MEMORY :] = 0.0


@inner_kernel
def clock(state: Floats, number: int) -> None:
    """Hour, weekday, session and boundary at the time the bar becomes known.

    `number` counts the 5-minute steps from 1970, a Thursday, to that time.
    """
    hour = (number // 12) % 24
    state[at.HOUR_UTC] = hour
    state[at.WEEKDAY] = (number // 288 + 3) % 7
    state[at.SESSION] = hour // 8
    state[at.MINUTES_TO_BOUNDARY] = 5 * (-number % 3)


@inner_kernel
def score(state: Floats, selling: float) -> None:
    """Score of the earlier system; docs/features.md says how its gaps were filled."""
    strong, spike = state[at.RSI_CONVERGENCE_STRONG], state[at.VOLUME_SPIKE_20]
    squeeze = state[at.BB_SQUEEZE]
    primary = 0.25 * strong + 0.20 * clip01(state[at.CONSECUTIVE_DIPS] / 2.0) + 0.15 * spike
    primary += 0.10 * squeeze + 0.15 * state[at.BELOW_SMA20]
    primary += 0.15 * clip01(-10.0 * state[at.VWAP_DEVIATION_FRAC])
    timing = state[at.V4_TIMING] + 0.3 * selling
    total = 0.6 * primary + 0.25 * state[at.V4_REGIME] + 0.15 * timing
    state[at.V4_PRIMARY] = primary
    state[at.V4_TIMING] = timing
    state[at.V4_SCORE] = total
    state[at.DIPMASTER_V4_FINAL_SIGNAL] = total * ((strong + spike + squeeze) / 3.0)
