"""What all coins did together: the mean return of those present at a bar.

Each coin counts once, whatever its size, and only if it has traded without a
gap over the whole horizon. The mean is taken in the order of the sorted names.
"""

import math
from collections.abc import Sequence

from dipmaster.core.kernels import Floats, Ints, kernel
from dipmaster.core.time_units import BAR_MS
from dipmaster.features.layout import BAR_COLUMNS, HORIZONS
from dipmaster.features.segments import is_usable, split_segments

CLOSE = BAR_COLUMNS.index("close")
CHUNK_BARS = 4096  # bars that are added up while they are near


def compute_horizon_returns(
    times_ms: Ints, bars: Sequence[Floats], first_ms: int, out: Floats
) -> None:
    """Returns of a coin over the horizons.

    `out`, shape (horizons, grid), starts at `first_ms`; NaN is written where the
    coin has not traded without a gap over the horizon.
    """
    out[:] = math.nan
    usable_bars = is_usable(bars)
    for start, end in split_segments(times_ms, usable_bars):
        close, offset = bars[CLOSE][start:end], int(times_ms[start] - first_ms) // BAR_MS
        for h, horizon in enumerate(HORIZONS if usable_bars[start] else ()):
            if close.size > horizon:
                out[h, offset + horizon : offset + close.size] = (
                    close[horizon:] / close[:-horizon] - 1.0
                )


@kernel
def mean_over_present(returns: Floats, out: Floats) -> None:
    """Mean over coins, axis 0 of (coins, horizons, bars); NaN where none is present."""
    coins, horizons, bars = returns.shape
    for h in range(horizons):
        for start in range(0, bars, CHUNK_BARS):
            end = min(bars, start + CHUNK_BARS)
            total = out[h, start:end]
            total[:] = 0.0
            count = total.copy()
            for coin in range(coins):
                values = returns[coin, h, start:end]
                for t in range(total.size):
                    known = values[t] == values[t]
                    total[t] += values[t] if known else 0.0
                    count[t] += 1.0 if known else 0.0
            for t in range(total.size):
                total[t] = total[t] / count[t] if count[t] > 0.0 else math.nan
