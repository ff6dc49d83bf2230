"""Moving windows: sums, extremes, moments, ranks.

None ever subtracts what leaves a window: a value that left it leaves no rounding
behind, however large it was, and no error grows with the length of the data.

Over 5-minute bars sums are doubled: of 2 bars, from these of 4, 8, 16; a window of
20 is 16 and, before them, 4. Every value is a pure function of the bars in the
window, so it has the same digits wherever a block is cut, and the loops have no
memory, so the processor takes four bars at a time.

Longer bars are few and come one at a time. Their windows are kept in two halves:
the running total of the stretch that is being filled, and the totals from each
place of the one before to its end. A window is one of each.

A window is right once `width` values went in since the state was cleared;
callers ask for the age before they use it.
"""

import numpy as np

from dipmaster.core.kernels import Floats, Ints, inlined_kernel, inner_kernel, kernel
from dipmaster.features import layout as at


@inlined_kernel
def rolling_sum(state: Floats, base: int, width: int, value: float) -> float:
    """Sum of the last `width` values, `value` included."""
    slot = int(state[base])
    block = base + 2
    tails = block + width
    state[block + slot] = value
    head: float = state[base + 1] + value
    if slot + 1 < width:
        state[base] = slot + 1
        state[base + 1] = head
        window: float = head + state[tails + slot + 1]
        return window
    tail = 0.0
    for i in range(width - 1, 0, -1):
        tail += state[block + i]
        state[tails + i] = tail
    state[base] = 0.0
    state[base + 1] = 0.0
    return head


@inlined_kernel
def rolling_max(state: Floats, base: int, width: int, value: float) -> float:
    """Maximum of the last `width` values, `value` included."""
    slot = int(state[base])
    block = base + 2
    tails = block + width
    state[block + slot] = value
    head = value
    if slot > 0 and state[base + 1] > value:
        head = state[base + 1]
    if slot + 1 < width:
        state[base] = slot + 1
        state[base + 1] = head
        tail = state[tails + slot + 1]
        return tail if tail > head else head
    tail = state[block + width - 1]
    state[tails + width - 1] = tail
    for i in range(width - 2, 0, -1):
        if state[block + i] > tail:
            tail = state[block + i]
        state[tails + i] = tail
    state[base] = 0.0
    return head


@kernel
def update_dyadic_windows(series: Floats, sums: Ints, maxima: Ints, head: int, n: int) -> None:
    """Sums and maxima of `n` bars over 2, 4, 8 .. bars, each from the one before.

    Both tables have a row (series, the first of its sums or maxima, number of them)
    for each series.
    """
    for s in range(sums.shape[0]):
        source = sums[s, 0]
        for level in range(sums[s, 2]):
            now, before = series[source + head :], series[source + head - (1 << level) :]
            source = sums[s, 1] + level * at.STRIDE
            out = series[source + head : source + head + n]
            for i in range(out.size):
                out[i] = now[i] + before[i]
    for s in range(maxima.shape[0]):
        source = maxima[s, 0]
        for level in range(maxima[s, 2]):
            now, before = series[source + head :], series[source + head - (1 << level) :]
            source = maxima[s, 1] + level * at.STRIDE
            out = series[source + head : source + head + n]
            for i in range(out.size):
                out[i] = now[i] if now[i] > before[i] else before[i]


@inner_kernel
def rolling_moments(series: Floats, rows: Floats, offset: int, head: int, n: int) -> None:
    """Means and sums of squared deviations of the last 20 values: to two rows.

    Deviations are taken from the newest value: a flat window gives exactly
    (value, 0), and an outlier costs at most two digits.
    """
    now = series[offset + head :]
    total, squares = rows[at.MEAN : at.MEAN + n], rows[at.SQUARES : at.SQUARES + n]
    total[:] = 0.0
    squares[:] = 0.0
    for back in range(0, 20, 5):
        old = series[offset + head - back - 4 :]
        for i in range(n):
            a, b, c = old[i] - now[i], old[i + 1] - now[i], old[i + 2] - now[i]
            d, e = old[i + 3] - now[i], old[i + 4] - now[i]
            total[i] += ((a + b) + (c + d)) + e
            squares[i] += ((a * a + b * b) + (c * c + d * d)) + e * e
    for i in range(n):
        rest = squares[i] - total[i] * total[i] / 20.0
        squares[i] = rest if rest > 0.0 else 0.0
        total[i] = now[i] + total[i] / 20.0


@inner_kernel
def percentile_rank_counts(
    series: Floats, offset: int, first: int, end: int, head: int, counts: Ints
) -> None:
    """Count how many of the values `first` to `end` - 1 bars back are smaller, and larger.

    Adds to `counts`, shape (2, bars); `end` - `first` a multiple of 5.
    """
    now = series[offset + head :]
    smaller, larger = counts[0], counts[1]
    for back in range(first, end, 5):
        old = series[offset + head - back - 4 :]
        for i in range(smaller.size):
            a, b, c, d, e = old[i], old[i + 1], old[i + 2], old[i + 3], old[i + 4]
            x = now[i]
            smaller[i] += (np.int64(a < x) + (b < x)) + (np.int64(c < x) + (d < x)) + (e < x)
            larger[i] += (np.int64(a > x) + (b > x)) + (np.int64(c > x) + (d > x)) + (e > x)


@inlined_kernel
def clip01(value: float) -> float:
    """Limit to 0..1; NaN stays NaN."""
    if value < 0.0:
        return 0.0
    return 1.0 if value > 1.0 else value
