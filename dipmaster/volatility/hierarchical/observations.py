"""What the hierarchical filter sees: each hour's mean range in daily units, season taken out."""

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.hierarchical.model import STEP_BARS, STEPS_PER_DAY
from dipmaster.volatility.measures import HALF_PI
from dipmaster.volatility.windows import MIN_SHARE

RANGE_OF_UNIT_PATH = np.sqrt(8.0 / np.pi)
"""Mean range of a Brownian path over its standard deviation (Feller 1951)."""

MIN_GAP_DAYS = 5
PRIOR_GAP = 0.2  # log units; of a coin with fewer days
MIN_DAY_SHARE = 0.5


def observe_ranges(ranges: Floats, squares: Floats, clock: GridClock, window_days: int) -> Floats:
    """Log daily volatility of each hour and coin, by the mean of its ranges.

    A range is seen in few trades and falls short of a path without pause by an amount that is
    the coin's own: the mean gap to daily bipower over the `window_days` before is added.

    Parameters
    ----------
    ranges, squares
        log(high / low) and squared return of each bar, de-seasonalised, shape (coins, bars),
        NaN where missing.

    Returns
    -------
    ndarray
        Shape (coins, 24 x days) on whole UTC days: an hour is known at the close of its last
        bar, its gap at the midnight before. NaN with fewer than half of its bars, or where
        prices stood still.
    """
    log_ranges = log_hourly_ranges(_by_hour(ranges, clock))
    by_day = len(squares), clock.days, -1
    products = _by_hour(multiply_neighbours(squares), clock)
    daily_gaps = measure_gaps(log_ranges.reshape(by_day), products.reshape(by_day))
    gaps = _mean_past_gaps(daily_gaps, window_days)
    return np.asarray(log_ranges + np.repeat(gaps, STEPS_PER_DAY, axis=1), dtype=np.float64)


def hold_on_bars(steps: Floats, clock: GridClock) -> Floats:
    """Values of steps on bars: each from the last bar of its hour until the next one's.

    Parameters
    ----------
    steps
        Shape (..., 24 x days), on the hours of `observe_ranges`.

    Returns
    -------
    ndarray
        Shape (..., bars), NaN before the first hour has ended.
    """
    bars = clock.bars_before_first() + np.arange(clock.bars)
    step = (bars + 1) // STEP_BARS - 1  # the last hour that has ended with the bar
    held = np.where(step >= 0, steps[..., np.maximum(step, 0)], np.nan)
    return np.asarray(held, dtype=np.float64)


def _by_hour(values: Floats, clock: GridClock) -> Floats:
    """Shape (coins, hours, bars of an hour); NaN beside the grid."""
    padded = np.full((len(values), clock.days * BARS_PER_DAY), np.nan)
    first = clock.bars_before_first()
    padded[:, first : first + clock.bars] = values
    return padded.reshape(len(values), clock.days * STEPS_PER_DAY, STEP_BARS)


def _log_of_mean(values: Floats) -> Floats:
    """Log of the mean over the last axis of what is known; NaN with less than half, or at 0."""
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1)
    usable = (count >= MIN_SHARE * values.shape[-1]) & (total > 0.0)
    mean = np.where(usable, total, np.nan) / np.maximum(count, 1)
    return np.asarray(np.log(mean), dtype=np.float64)


def log_hourly_ranges(ranges: Floats) -> Floats:
    """Log daily volatility of hours by their mean range, shape (..., bars of an hour) to (...)."""
    scale = 0.5 * np.log(BARS_PER_DAY) - np.log(RANGE_OF_UNIT_PATH)
    return np.asarray(_log_of_mean(ranges) + scale, dtype=np.float64)


def multiply_neighbours(squares: Floats) -> Floats:
    """Bipower variation of each bar from its square and the one before, shape (coins, bars)."""
    products = np.full(squares.shape, np.nan)
    products[:, 1:] = HALF_PI * np.sqrt(squares[:, 1:] * squares[:, :-1])
    return products


def measure_gaps(log_ranges: Floats, products: Floats) -> Floats:
    """Log root mean bipower of each day less the day's mean log range, shape (coins, days).

    Parameters
    ----------
    log_ranges, products
        Shapes (coins, days, 24) and (coins, days, 288).
    """
    bipower = 0.5 * (_log_of_mean(products) + np.log(BARS_PER_DAY))
    known = np.isfinite(log_ranges)
    count = known.sum(axis=2)
    mean = np.where(known, log_ranges, 0.0).sum(axis=2) / np.maximum(count, 1)
    return np.where(count > MIN_DAY_SHARE * STEPS_PER_DAY, bipower - mean, np.nan)


def _mean_past_gaps(gaps: Floats, window_days: int) -> Floats:
    """Of each day, from the `window_days` before it, shape (coins, days)."""
    days = range(gaps.shape[1])
    past = [gaps[:, max(0, day - window_days) : day] for day in days]
    return np.stack([mean_past_gap(rows, window_days) for rows in past], axis=1)


def mean_past_gap(gaps: Floats, window_days: int) -> Floats:
    """Mean of the known days, shape (coins,); `PRIOR_GAP` with fewer than `MIN_GAP_DAYS`."""
    needed = min(MIN_GAP_DAYS, window_days)
    known = np.isfinite(gaps)
    count = known.sum(axis=1)
    mean = np.where(known, gaps, 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where(count >= needed, mean, PRIOR_GAP)
