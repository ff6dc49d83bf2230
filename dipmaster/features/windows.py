"""Moving windows over a slice of the state: sums, extremes, moments, ranks.

Sums and extremes are kept in two halves: the running total of the block that
is being filled, and the totals from each place of the block before to its end.
A window is one of each, so nothing is ever subtracted: a value that left the
window leaves no rounding behind, however large it was, and no error grows with
the length of the data. Cost is two or three operations a bar for any width.

A window is right once `width` values went in since the state was cleared;
callers ask for the age before they use it.
"""

from dipmaster.foundation.numerics import Floats, inlined_kernel


def halves_size(width: int) -> int:
    """Places in the state that `slide_sum` or `slide_max` needs."""
    return 2 * width + 2


@inlined_kernel
def slide_sum(state: Floats, at: int, width: int, value: float) -> float:
    """Sum of the last `width` values, `value` included."""
    place = int(state[at])
    block = at + 2
    tails = block + width
    state[block + place] = value
    head: float = state[at + 1] + value
    if place + 1 < width:
        state[at] = place + 1
        state[at + 1] = head
        window: float = head + state[tails + place + 1]
        return window
    tail = 0.0
    for i in range(width - 1, 0, -1):
        tail += state[block + i]
        state[tails + i] = tail
    state[at] = 0.0
    state[at + 1] = 0.0
    return head


@inlined_kernel
def slide_max(state: Floats, at: int, width: int, value: float) -> float:
    """Maximum of the last `width` values, `value` included."""
    place = int(state[at])
    block = at + 2
    tails = block + width
    state[block + place] = value
    head = value
    if place > 0 and state[at + 1] > value:
        head = state[at + 1]
    if place + 1 < width:
        state[at] = place + 1
        state[at + 1] = head
        tail = state[tails + place + 1]
        return tail if tail > head else head
    tail = state[block + width - 1]
    state[tails + width - 1] = tail
    for i in range(width - 2, 0, -1):
        if state[block + i] > tail:
            tail = state[block + i]
        state[tails + i] = tail
    state[at] = 0.0
    return head


@inlined_kernel
def moments(state: Floats, at: int, width: int, age: int, value: float) -> tuple[float, float]:
    """Mean and sum of squared deviations of the last `width` values; width a multiple of 4.

    Deviations are taken from `value`, which is in the window itself: a flat
    window gives exactly (value, 0), and an outlier costs at most two digits.
    """
    state[at + age % width] = value
    a = b = c = d = 0.0
    aa = bb = cc = dd = 0.0
    for i in range(at, at + width, 4):
        w = state[i] - value
        x = state[i + 1] - value
        y = state[i + 2] - value
        z = state[i + 3] - value
        a += w
        b += x
        c += y
        d += z
        aa += w * w
        bb += x * x
        cc += y * y
        dd += z * z
    total = (a + b) + (c + d)
    squares = ((aa + bb) + (cc + dd)) - total * total / width
    return value + total / width, squares if squares > 0.0 else 0.0


@inlined_kernel
def place_among(state: Floats, at: int, width: int, age: int, value: float) -> tuple[int, int]:
    """How many of the last `width` values are smaller, and how many larger, than `value`.

    Counted before the value is stored and put right for the one it replaces:
    reading a fresh store back in a vector would stall the processor.
    """
    smaller = 0
    larger = 0
    for i in range(at, at + width):
        smaller += state[i] < value
        larger += state[i] > value
    leaving = state[at + age % width]
    smaller -= leaving < value
    larger -= leaving > value
    state[at + age % width] = value
    return smaller, larger


@inlined_kernel
def clip01(value: float) -> float:
    """Limit to 0..1; NaN stays NaN."""
    if value < 0.0:
        return 0.0
    return 1.0 if value > 1.0 else value
