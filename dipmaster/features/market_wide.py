"""What all coins did together: the mean return of those present at a bar.

Each coin counts once, whatever its size, and only if it has traded without a
gap over the whole horizon. The mean is taken in the order of the sorted names.
"""

import math

from dipmaster.features import layout as at
from dipmaster.foundation.numerics import Floats, Ints, kernel
from dipmaster.foundation.periods import BAR_MS

HORIZON_COUNT = len(at.HORIZONS)
HIGH, LOW, CLOSE, VOLUME = at.HIGH - at.BAR, at.LOW - at.BAR, at.CLOSE - at.BAR, at.VOLUME - at.BAR


@kernel
def usable(high: float, low: float, volume: float) -> bool:
    """Whether a bar has prices and a volume one can count with."""
    return low > 0.0 and math.isfinite(high) and volume >= 0.0


@kernel
def returns_run(times_ms: Ints, bars: Floats, first_ms: int, out: Floats) -> None:
    """Returns of a coin over the horizons.

    `out`, shape (horizons, grid), starts at `first_ms`; it is all NaN and
    written where the coin has traded without a gap over the horizon.
    """
    age = 0
    for i in range(times_ms.size):
        good = usable(bars[HIGH, i], bars[LOW, i], bars[VOLUME, i])
        follows = i > 0 and times_ms[i] - times_ms[i - 1] == BAR_MS
        age = (age + 1 if follows else 1) if good else 0
        place = (times_ms[i] - first_ms) // BAR_MS
        for h, back in enumerate(at.HORIZONS):
            if age > back:
                out[h, place] = bars[CLOSE, i] / bars[CLOSE, i - back] - 1.0


@kernel
def mean_of_present(returns: Floats, out: Floats) -> None:
    """Mean over coins, axis 0 of (coins, horizons, bars); NaN where none is present."""
    coins, horizons, bars = returns.shape
    for h in range(horizons):
        mean = out[h]
        for t in range(bars):
            total = 0.0
            count = 0.0
            for coin in range(coins):
                value = returns[coin, h, t]
                if not math.isnan(value):
                    total += value
                    count += 1.0
            mean[t] = total / count
