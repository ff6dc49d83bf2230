"""How far apart the bars of a file are, and whether 5-minute bars can be made of them."""

import re

import numpy as np

from dipmaster.core.kernels import Ints
from dipmaster.core.time_units import BAR_MS, DAY_MS, HOUR_MS, MINUTE_MS

INTERVALS = {
    "1s": 1_000,
    "5s": 5_000,
    "15s": 15_000,
    "30s": 30_000,
    "1m": MINUTE_MS,
    "3m": 3 * MINUTE_MS,
    "5m": BAR_MS,
    "15m": 15 * MINUTE_MS,
    "30m": 30 * MINUTE_MS,
    "1h": HOUR_MS,
    "2h": 2 * HOUR_MS,
    "4h": 4 * HOUR_MS,
    "6h": 6 * HOUR_MS,
    "8h": 8 * HOUR_MS,
    "12h": 12 * HOUR_MS,
    "1d": DAY_MS,
    "3d": 3 * DAY_MS,
    "1w": 7 * DAY_MS,
    "1mo": 30 * DAY_MS,  # calendar months: named so that they are ignored, never read
    "1M": 30 * DAY_MS,
}

_NAMES = {length: name for name, length in reversed(INTERVALS.items())}
_TOKEN = re.compile("|".join(re.escape(name) for name in INTERVALS))


def is_interval(token: str) -> bool:
    """Whether a part of a file name is an interval such as ``5m``."""
    return _TOKEN.fullmatch(token) is not None


def interval_name(interval_ms: int) -> str:
    """``300000`` -> ``5m``."""
    return _NAMES[interval_ms]


def divides_bar(interval_ms: int) -> bool:
    """Whether whole bars of this length fill a 5-minute bar: never by upsampling."""
    return BAR_MS % interval_ms == 0


def sort_unique(times_ms: Ints) -> Ints:
    """Sorted times without duplicates (numpy's own `unique` hashes stamps badly and slowly)."""
    ordered: Ints = np.sort(times_ms)
    is_new = np.ones(ordered.size, dtype=np.bool_)
    is_new[1:] = np.diff(ordered) > 0
    return ordered[is_new]


def detect_interval(times_ms: Ints) -> int | None:
    """Most frequent known interval between successive stamps; the shorter one of two.

    None where no two stamps are a known interval apart.
    """
    steps = np.diff(sort_unique(times_ms))
    counts = {length: int(np.count_nonzero(steps == length)) for length in _NAMES}
    best = max(counts, key=lambda length: (counts[length], -length))
    return best if counts[best] else None


def other_interval(times_ms: Ints, interval_ms: int) -> str | None:
    """What shows that stamps are not those of bars of an interval; None where nothing does.

    Gaps show nothing: two stamps can be any time apart. One stray stamp between
    two bars makes two short steps; three in a row are rows of a finer interval.
    """
    if times_ms.size <= 2:
        return None
    steps = np.diff(sort_unique(times_ms))
    shortest = int(steps.min()) if steps.size else 0
    finer = _finer_step(steps, interval_ms)
    step = shortest if shortest > interval_ms else finer
    if step is not None:
        return f"stamps {step / MINUTE_MS:g} minutes apart"
    off_grid = int(np.count_nonzero(times_ms % interval_ms))
    if 2 * off_grid > times_ms.size:
        return f"{off_grid} of {times_ms.size} stamps off the grid of such bars"
    return None


def _finer_step(steps: Ints, interval_ms: int) -> int | None:
    short = steps < interval_ms
    in_a_row = short[2:] & short[1:-1] & short[:-2]
    return int(np.median(steps[short])) if in_a_row.any() else None
