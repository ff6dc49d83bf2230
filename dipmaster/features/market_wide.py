"""What all coins did together: the mean return of those present at a bar.

Each coin counts once, whatever its size, and only if it has traded without a
gap over the whole horizon. The mean is taken in the order of the sorted names.
"""

import math

from dipmaster.features import layout as at
from dipmaster.numerics import Floats, Ints, kernel

BAR_MS = 300_000
RETURNS_STATE_SIZE = 2 + at.RING
HORIZON_COUNT = len(at.HORIZONS)
HIGH, LOW, CLOSE, VOLUME = at.HIGH - at.BAR, at.LOW - at.BAR, at.CLOSE - at.BAR, at.VOLUME - at.BAR


@kernel
def usable(high: float, low: float, volume: float) -> bool:
    """Whether a bar has prices and a volume one can count with."""
    return low > 0.0 and math.isfinite(high) and volume >= 0.0


@kernel
def returns_step(
    state: Floats, time_ms: int, close: float, usable_bar: bool, out: Floats, row: int
) -> None:
    """Take in one closed bar of one coin; write its returns over the horizons to a row."""
    for h in range(HORIZON_COUNT):
        out[row, h] = math.nan
    if not usable_bar:
        state[1] = 0.0
        return
    if time_ms - state[1] != BAR_MS:
        state[0] = 0.0
    state[1] = time_ms
    state[0] += 1.0
    age = int(state[0])
    state[2 + (age & at.RING_MASK)] = close
    for h, bars in enumerate(at.HORIZONS):
        if age > bars:
            out[row, h] = close / state[2 + ((age - bars) & at.RING_MASK)] - 1.0


@kernel
def returns_run(state: Floats, times_ms: Ints, bars: Floats, first_ms: int, out: Floats) -> None:
    """Loop `returns_step` over a coin's bars; rows of `out` are bars from `first_ms` on."""
    for i in range(times_ms.size):
        good = usable(bars[HIGH, i], bars[LOW, i], bars[VOLUME, i])
        row = (times_ms[i] - first_ms) // BAR_MS
        returns_step(state, times_ms[i], bars[CLOSE, i], good, out, row)


@kernel
def mean_of_present(returns: Floats, out: Floats) -> None:
    """Mean over coins, axis 0 of (coins, bars, horizons); NaN where none is present."""
    coins, bars, horizons = returns.shape
    for t in range(bars):
        for h in range(horizons):
            total = 0.0
            count = 0
            for coin in range(coins):
                value = returns[coin, t, h]
                if not math.isnan(value):
                    total += value
                    count += 1
            out[t, h] = total / count if count > 0 else math.nan
