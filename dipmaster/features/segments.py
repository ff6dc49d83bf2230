"""Stretches of usable bars without a gap: nothing that is remembered spans two of them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.time_units import BAR_MS
from dipmaster.features.layout import BAR_COLUMNS

HIGH, LOW, VOLUME = (BAR_COLUMNS.index(name) for name in ("high", "low", "volume"))


def is_usable(bars: Sequence[Floats]) -> Bools:
    """Whether bars, columns in the order of `BAR_COLUMNS`, have prices and a volume."""
    has_prices: Bools = (bars[LOW] > 0.0) & np.isfinite(bars[HIGH]) & (bars[VOLUME] >= 0.0)
    return has_prices


def split_segments(times_ms: Ints, usable_bars: Bools) -> Iterator[tuple[int, int]]:
    """Start and end of each stretch; an unusable bar is one of its own."""
    breaks = (np.diff(times_ms) != BAR_MS) | ~usable_bars[1:] | ~usable_bars[:-1]
    edges = [0, *(np.flatnonzero(breaks) + 1).tolist(), times_ms.size]
    return pairwise(edges if times_ms.size else [])
