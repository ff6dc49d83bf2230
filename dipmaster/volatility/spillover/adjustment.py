"""Pairs in event to coins: flag, intensity, and the factor on sizes while an event is recent."""

import numpy as np

from dipmaster.core.kernels import Floats, Ints, kernel
from dipmaster.core.params.volatility import Spillover
from dipmaster.volatility.spillover.rises import Flags

UNKNOWN = -1


def measure_intensity(in_event: Ints, known: Ints) -> Floats:
    """Share of a coin's known pairs that are in event; NaN where no pair is known.

    Parameters
    ----------
    in_event, known
        Numbers of pairs, shape (coins, bars).
    """
    return np.where(known > 0, in_event / np.maximum(known, 1), np.nan)


def flag_coins(intensity: Floats, params: Spillover) -> Flags:
    """Coins of which enough pairs are in event: 1, 0, or -1 where no pair is known."""
    flags = np.where(intensity >= params.pairs_frac, 1, 0)
    return np.where(np.isnan(intensity), UNKNOWN, flags).astype(np.int8)


def adjust_for_risk(intensity: Floats, flags: Flags, params: Spillover) -> Floats:
    """Factor on sizes, 0..1: lower the stronger the coin's events of the last bars.

    1 less `reduction_frac` x the largest intensity at a bar in event among the last
    `recent_bars`. What is not known is no event: then the factor is 1, because no adjustment
    is known; it is never NaN.
    """
    strength = np.where(flags == 1, intensity, 0.0)
    recent = np.empty_like(strength)
    for row, out in zip(strength, recent, strict=True):
        recent_maximum(row, params.recent_bars, out)
    return np.asarray(1.0 - params.reduction_frac * recent, dtype=np.float64)


@kernel
def recent_maximum(values: Floats, width: int, out: Floats) -> None:
    """Largest of the last `width` values, none of them below 0 or NaN."""
    place = -width
    best = 0.0
    for t in range(values.size):
        if t - place >= width:  # the largest has left: look again
            best, place = 0.0, t
            for k in range(max(0, t - width + 1), t):
                if values[k] >= best:
                    best, place = values[k], k
        if values[t] >= best:
            best, place = values[t], t
        out[t] = best
