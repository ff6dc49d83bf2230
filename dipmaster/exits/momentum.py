"""The market's hourly return in units of its own past size, bar by bar or all at once."""

import numpy as np

from dipmaster.core.kernels import Floats, kernel
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, WEEK_MS

WINDOW_BARS = WEEK_MS // BAR_MS
MIN_VALUES = BARS_PER_DAY

# Places of the state before its ring of squares.
_ROWS, _KNOWN, _SUM, _LOST_ADDING, _LOST_REMOVING, _SAME, _LAST = range(7)
_RING = 7


def create_state() -> Floats:
    """State before the first bar."""
    state = np.zeros(_RING + WINDOW_BARS)
    state[_LAST:] = np.nan
    return state


@kernel
def measure_mean_square(state: Floats, values: Floats, out: Floats) -> None:
    """Mean square of the week up to and including each bar; NaN with less than a day of values.

    Step by step as pandas' rolling mean (compensated sums after Kahan 1965, a run of equal values
    gives that value), so that it is the same however the bars are cut into calls.

    Parameters
    ----------
    state
        Of `create_state`; changed.
    values, out
        Shape (bars,); NaN where missing.
    """
    for i in range(values.size):
        place = _RING + int(state[_ROWS]) % WINDOW_BARS
        old, new = state[place], values[i] * values[i]
        state[place], state[_ROWS] = new, state[_ROWS] + 1
        if old == old:
            change = -old - state[_LOST_REMOVING]
            total = state[_SUM] + change
            state[_LOST_REMOVING] = total - state[_SUM] - change
            state[_SUM], state[_KNOWN] = total, state[_KNOWN] - 1
        if new == new:
            change = new - state[_LOST_ADDING]
            total = state[_SUM] + change
            state[_LOST_ADDING] = total - state[_SUM] - change
            state[_SUM], state[_KNOWN] = total, state[_KNOWN] + 1
            state[_SAME] = state[_SAME] + 1 if new == state[_LAST] else 1
            state[_LAST] = new
        out[i] = np.nan
        if state[_KNOWN] >= MIN_VALUES:
            mean = state[_SUM] / state[_KNOWN]
            out[i] = state[_LAST] if state[_SAME] >= state[_KNOWN] else max(mean, 0.0)


def standardize_momentum(market_return: Floats, state: Floats | None = None) -> Floats:
    """The market's hourly return in units of its own past size, shape (bars,).

    The size is the root mean square of the week up to and including the bar; NaN
    with fewer than a day of values in it, or where nothing moved.

    Parameters
    ----------
    state
        Of `create_state`, carried on from the bars before; default: these are the first.
    """
    mean = np.empty(market_return.size)
    measure_mean_square(create_state() if state is None else state, market_return, mean)
    size: Floats = np.sqrt(mean)
    size[~(size > 0.0)] = np.nan
    return market_return / size
