"""Moving means that forget: what left a window leaves no rounding behind."""

from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, Ints, inlined_kernel, kernel

MIN_SHARE = 0.5  # of a window's bars; with fewer the mean is not known


class Windows(NamedTuple):
    """What is remembered of moving sums between two bars; a row is a series and a width.

    Attributes
    ----------
    widths, starts
        Of each row in bars, and its first place in the two arrays below, shape (rows,).
    blocks, tails
        Values of the block that is being filled; sums from the successor of each place to the
        end of the block before. Shape (sum of widths,).
    heads
        Sum of the block so far, shape (rows,).
    """

    widths: Ints
    starts: Ints
    blocks: Floats
    tails: Floats
    heads: Floats


def make_windows(widths: Ints) -> Windows:
    """Windows before the first bar."""
    places = int(widths.sum())
    starts = np.cumsum(widths) - widths
    return Windows(widths, starts, np.zeros(places), np.zeros(places), np.zeros(widths.size))


def moving_sum(values: Floats, width: int) -> Floats:
    """Sum of the last `width` values along the last axis; fewer at the start.

    Sums within blocks from both sides meet in each window (van Herk 1992), so
    nothing is subtracted and a value touches only the windows that hold it.

    Parameters
    ----------
    values
        Shape (..., n), no NaN.
    """
    rows = np.ascontiguousarray(values, dtype=np.float64).reshape(-1, values.shape[-1])
    out = np.empty(rows.shape)
    sum_windows(rows, np.empty(width), out)
    return out.reshape(values.shape)


@kernel
def sum_windows(values: Floats, tails: Floats, out: Floats) -> None:
    """Write the moving sums of each row; `tails` is as long as the window and written over."""
    width = tails.size
    for row in range(values.shape[0]):
        tails[:] = 0.0
        for start in range(0, values.shape[1], width):
            block, sums = values[row, start : start + width], out[row, start : start + width]
            head = 0.0
            for k in range(block.size):
                head += block[k]
                sums[k] = head + tails[k]
            if block.size == width:
                close_block(block, tails)


@kernel
def push_windows(values: Floats, bar: int, windows: Windows, out: Floats) -> None:
    """Take in the next value of each row and write its moving sum: `sum_windows`, bar by bar.

    Parameters
    ----------
    values
        Shape (rows,), no NaN.
    bar
        Bars before this one.
    """
    for row in range(values.size):
        start, width = windows.starts[row], windows.widths[row]
        block = windows.blocks[start : start + width]
        tails = windows.tails[start : start + width]
        slot = bar % width
        head = values[row] if slot == 0 else windows.heads[row] + values[row]
        block[slot], windows.heads[row] = values[row], head
        out[row] = head + tails[slot]
        if slot == width - 1:
            close_block(block, tails)


@inlined_kernel
def close_block(block: Floats, tails: Floats) -> None:
    """Write the sums from the successor of each place to the end of a block that is full."""
    total = 0.0
    for k in range(block.size - 1, -1, -1):
        tails[k] = total
        total += block[k]


def moving_mean(values: Floats, width: int) -> Floats:
    """Mean of those of the last `width` values that are known.

    Parameters
    ----------
    values
        Shape (..., n), NaN where not known.

    Returns
    -------
    ndarray
        NaN where fewer than half of the window's bars are known; a gap is left
        out, never filled.
    """
    known = np.isfinite(values)
    count = moving_sum(known.astype(np.float64), width)
    return mean_of_known(moving_sum(np.where(known, values, 0.0), width), count, width)


def mean_of_known(total: Floats, count: Floats, width: int | Ints) -> Floats:
    """Mean of the known values of a window from their sum and number; NaN below half of it."""
    return np.where(count >= MIN_SHARE * width, total / np.maximum(count, 1.0), np.nan)


def mean_of_all(total: Floats, count: Floats, width: int) -> Floats:
    """Mean of a window from its sum and number of values; NaN where one is missing."""
    return np.where(count == width, total / width, np.nan)


def median_over_present(values: Floats) -> Floats:
    """Median over the first axis of what is known; NaN where nothing is."""
    order = np.sort(values, axis=0)  # NaN last
    count = np.sum(np.isfinite(order), axis=0)
    low = np.take_along_axis(order, np.maximum(count - 1, 0)[None] // 2, axis=0)[0]
    high = np.take_along_axis(order, np.minimum(count // 2, len(order) - 1)[None], axis=0)[0]
    return np.where(count > 0, 0.5 * (low + high), np.nan)
