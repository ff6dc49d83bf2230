"""Finer bars to 5-minute bars: only whole windows, aligned to the clock."""

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.time_units import BAR_MS

# Every other column is a quantity and is summed.
_FIRST = ("open", "half_spread_bps")
_LAST = ("close",)


def resample_to_five_minutes(
    times_ms: Ints, values: dict[str, Floats], interval_ms: int
) -> tuple[Ints, dict[str, Floats], Ints]:
    """Resample bars up to 5 minutes.

    A window of which a bar is missing gives no bar: its high, low and volume
    are not known.

    Parameters
    ----------
    times_ms
        Shape (rows,), rising, without duplicates, on the grid of `interval_ms`.
    values
        Columns of table BARS but the time, each of shape (rows,).
    interval_ms
        A divisor of 5 minutes.

    Returns
    -------
    tuple
        Open times of the 5-minute bars, their columns, and the open times of
        windows that were begun but are not whole.
    """
    per_bar = BAR_MS // interval_ms
    if per_bar == 1:
        return times_ms, values, times_ms[:0]
    windows, first, rows = np.unique(times_ms // BAR_MS, return_index=True, return_counts=True)
    is_complete = rows == per_bar
    index = first[is_complete][:, None] + np.arange(per_bar)[None, :]
    resampled = {name: _aggregate(name, column[index]) for name, column in values.items()}
    return windows[is_complete] * BAR_MS, resampled, windows[~is_complete] * BAR_MS


def _aggregate(name: str, column: Floats) -> Floats:
    if name in _FIRST:
        return column[:, 0]
    if name in _LAST:
        return column[:, -1]
    if name == "high":
        return np.asarray(column.max(axis=1))
    if name == "low":
        return np.asarray(column.min(axis=1))
    return np.asarray(column.sum(axis=1))
