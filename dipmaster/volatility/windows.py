"""Moving means that forget: what left a window leaves no rounding behind."""

import numpy as np

from dipmaster.core.kernels import Floats

MIN_SHARE = 0.5  # of a window's bars; with fewer the mean is not known


def moving_sum(values: Floats, width: int) -> Floats:
    """Sum of the last `width` values along the last axis; fewer at the start.

    Sums within blocks from both sides meet in each window (van Herk 1992), so
    nothing is subtracted and a value touches only the windows that hold it.

    Parameters
    ----------
    values
        Shape (..., n), no NaN.
    """
    n = values.shape[-1]
    blocks = -(-n // width)
    padded = np.zeros((*values.shape[:-1], (blocks + 1) * width))
    padded[..., width : width + n] = values
    by_block = padded.reshape(*values.shape[:-1], blocks + 1, width)
    heads = np.cumsum(by_block, axis=-1)[..., 1:, :]
    tails = np.zeros_like(heads)
    tails[..., :-1] = np.cumsum(by_block[..., :-1, :0:-1], axis=-1)[..., ::-1]
    total = (heads + tails).reshape(*values.shape[:-1], blocks * width)
    return np.asarray(total[..., :n], dtype=np.float64)


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
    total = moving_sum(np.where(known, values, 0.0), width)
    return np.where(count >= MIN_SHARE * width, total / np.maximum(count, 1.0), np.nan)


def median_over_present(values: Floats) -> Floats:
    """Median over the first axis of what is known; NaN where nothing is."""
    order = np.sort(values, axis=0)  # NaN last
    count = np.sum(np.isfinite(order), axis=0)
    low = np.take_along_axis(order, np.maximum(count - 1, 0)[None] // 2, axis=0)[0]
    high = np.take_along_axis(order, np.minimum(count // 2, len(order) - 1)[None], axis=0)[0]
    return np.where(count > 0, 0.5 * (low + high), np.nan)
