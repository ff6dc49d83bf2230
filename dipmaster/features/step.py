"""One bar to one row of features, and the loop over many bars.

`step` is all there is: the batch loops it, a live stream calls it bar by bar,
so both give the same bytes. The state is changed in place.
"""

import math

import numpy as np

from dipmaster.features import higher, price, volatility, volume
from dipmaster.features import layout as at
from dipmaster.features.market_wide import usable
from dipmaster.features.windows import clip01
from dipmaster.numerics import Floats, Ints, kernel

BAR_MS = 300_000
MINUTE_MS = 60_000
BLOCK = 128  # rows kept together before they are turned into columns


@kernel
def step(
    state: Floats, time_ms: int, bar: Floats, market: Floats, knobs: Floats, out: Floats
) -> None:
    """Take in one closed bar and write its row.

    Parameters
    ----------
    state
        Shape (STATE_SIZE,), zeros at the start; changed.
    time_ms
        Open time in milliseconds since 1970, on the 5-minute grid. A jump of
        more than one bar clears the state: nothing spans a gap.
    bar
        Shape (7,), see ``layout.BAR_COLUMNS``; NaN where a source lacks a
        column. A bar without usable price or volume counts as missing.
    market
        Shape (4,): mean return of all coins over ``layout.HORIZONS``.
    knobs
        Shape (KNOBS,), see layout.
    out
        Shape (WIDTH,): the row; NaN until a window is full.
    """
    out[:] = math.nan
    clock(time_ms, out)
    if not usable(bar):
        state[at.LAST_TIME] = 0.0
        return
    if time_ms - state[at.LAST_TIME] != BAR_MS:
        clear(state)
    state[at.LAST_TIME] = time_ms
    state[at.AGE] += 1.0
    age = int(state[at.AGE])
    close = bar[at.CLOSE]
    state[at.CLOSES + (age & at.RING_MASK)] = close
    high_vol = math.nan
    trend = math.nan
    if age >= 2:
        before = state[at.CLOSES + ((age - 1) & at.RING_MASK)]
        price.strength(state, age, close - before, out)
        change = close / before - 1.0
        volatility.bipower(state, age, change, knobs)
        high_vol = volatility.realised(state, age, change, out)
        moved = volume.impact(state, age, bar, change, out)
        trend = consistency(volatility.return_over(state, age, 20), moved)
    else:
        volume.impact(state, age, bar, 0.0, out)
        state[at.SIGMAS + (age & at.RING_MASK)] = math.nan
    volatility.depths(state, age, market, knobs, out)
    volatility.classes(state, age, knobs, out)
    price.convergence(out)
    price.bands(state, age, close, out)
    price.reds(state, age, bar, out)
    high, low = price.levels(state, age, bar, out)
    price.timing(age, high, low, close, out)
    volume.spikes(state, age, bar[at.VOLUME], out)
    volume.value_traded(state, age, bar, out)
    volume.liquidity(state, age, bar, knobs, out)
    strength = volatility.return_over(state, age, 288) - market[at.MARKET_288]
    score(high_vol, trend, strength, volume.selling(state, age, bar), out)
    higher.gather(state, time_ms, bar)
    for i in range(at.HELD_COUNT):
        out[at.HELD_FROM + i] = state[at.HELD + i]


@kernel
def consistency(net: float, moved: float) -> float:
    """Net move over the sum of absolute moves; 0 where nothing moved."""
    return 0.0 if moved == 0.0 else abs(net) / moved


@kernel
def clear(state: Floats) -> None:
    """Back to the start: nothing known."""
    state[:] = 0.0
    state[at.HELD : at.HELD + at.HELD_COUNT] = math.nan


@kernel
def clock(time_ms: int, out: Floats) -> None:
    """Hour, weekday, session and boundary at the time the bar becomes known."""
    minutes = (time_ms + BAR_MS) // MINUTE_MS
    hour = (minutes // 60) % 24
    out[at.HOUR_UTC] = hour
    out[at.WEEKDAY] = (minutes // 1440 + 3) % 7
    out[at.SESSION] = hour // 8
    out[at.MINUTES_TO_BOUNDARY] = (-minutes) % 15


@kernel
def score(high_vol: float, trend: float, strength: float, selling: float, out: Floats) -> None:
    """Score of the earlier system; docs/features.md says how its gaps were filled."""
    strong, spike = out[at.RSI_CONVERGENCE_STRONG], out[at.VOLUME_SPIKE_20]
    squeeze = out[at.BB_SQUEEZE]
    primary = 0.25 * strong + 0.20 * clip01(out[at.CONSECUTIVE_DIPS] / 2.0) + 0.15 * spike
    primary += 0.10 * squeeze + 0.15 * out[at.BELOW_SMA20]
    primary += 0.15 * clip01(-10.0 * out[at.VWAP_DEVIATION_FRAC])
    regime = 0.4 * (1.0 - high_vol) + 0.3 * (1.0 - clip01(trend)) + 0.3 * clip01(-50.0 * strength)
    timing = out[at.V4_TIMING] + 0.3 * selling
    total = 0.6 * primary + 0.25 * regime + 0.15 * timing
    out[at.V4_PRIMARY] = primary
    out[at.V4_REGIME] = regime
    out[at.V4_TIMING] = timing
    out[at.V4_SCORE] = total
    out[at.DIPMASTER_V4_FINAL_SIGNAL] = total * ((strong + spike + squeeze) / 3.0)


@kernel
def run(
    state: Floats,
    times_ms: Ints,
    bars: Floats,
    market: Floats,
    knobs: Floats,
    chosen: Ints,
    columns: Floats,
) -> None:
    """Loop `step` over all bars and keep the chosen columns.

    `bars` has shape (bars, 7), `market` (bars, 4), `chosen` the feature rows'
    columns wanted, `columns` (chosen, bars). Rows are turned into columns a
    block at a time, because writing 60 columns bar by bar thrashes the cache.
    """
    rows = np.empty((BLOCK, at.WIDTH))
    for start in range(0, times_ms.size, BLOCK):
        count = min(BLOCK, times_ms.size - start)
        for i in range(count):
            step(state, times_ms[start + i], bars[start + i], market[start + i], knobs, rows[i])
        for c in range(chosen.size):
            for i in range(count):
                columns[c, start + i] = rows[i, chosen[c]]
