"""Closes of all coins to how much their labels share: mean pairwise correlation, from the past."""

import numpy as np

from dipmaster.confidence.events import Events
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.time_units import BAR_MS, DAY_MS, HOUR_MS
from dipmaster.learning.uniqueness import average_uniqueness

HOURS_PER_DAY = DAY_MS // HOUR_MS
MIN_HOURS = 2 * HOURS_PER_DAY  # of a pair: fewer say nothing about a correlation


def compute_uniqueness(events: Events, panel: Panel, correlation_days: int) -> Floats:
    """How much of its own each label says; shape (candidates,), NaN where there is none."""
    rho = estimate_past_correlation(
        panel.close, panel.open_time, events.decision_ms, correlation_days
    )
    return average_uniqueness(events.entry_bar, events.exit_bar, events.symbol_index, rho)


def estimate_past_correlation(
    close: Floats, open_time_ms: Ints, at_ms: Ints, window_days: int
) -> Floats:
    """Mean pairwise correlation of hourly returns over the days before each time.

    It is taken once a day, at UTC midnight, from hours that were over by then.

    Parameters
    ----------
    close
        Shape (coins, bars), NaN where a bar does not exist.
    open_time_ms
        The grid, shape (bars,).
    at_ms
        When each candidate is known, shape (candidates,).

    Returns
    -------
    Floats
        In 0..1. 1 where there is no estimate yet: labels of the same hours then
        count as one, the cautious end. 0 where there is one coin only.
    """
    if close.shape[0] < 2:
        return np.zeros(at_ms.size)
    returns, hour_ms = _hourly_returns(close, open_time_ms)
    days, day_index = np.unique(at_ms // DAY_MS, return_inverse=True)
    by_day = np.array([_mean_before(returns, hour_ms, day * DAY_MS, window_days) for day in days])
    return by_day[day_index] if days.size else np.zeros(0)


def _hourly_returns(close: Floats, open_time_ms: Ints) -> tuple[Floats, Ints]:
    """Log returns from one full hour to the next, and the time at which each is known."""
    on_hour = np.flatnonzero((open_time_ms + BAR_MS) % HOUR_MS == 0)
    returns = np.diff(np.log(close[:, on_hour]), axis=1)
    return returns, open_time_ms[on_hour][1:] + BAR_MS


def _mean_before(returns: Floats, hour_ms: Ints, midnight_ms: int, window_days: int) -> float:
    first, last = np.searchsorted(
        hour_ms, [midnight_ms - window_days * DAY_MS, midnight_ms], side="right"
    )
    pairs = correlate_pairs(returns[:, first:last])
    upper = pairs[np.triu_indices(pairs.shape[0], 1)]
    known = upper[np.isfinite(upper)]
    return float(np.clip(known.mean(), 0.0, 1.0)) if known.size else 1.0


def correlate_pairs(returns: Floats) -> Floats:
    """Correlations over the hours that both coins have; NaN with fewer than `MIN_HOURS`.

    Parameters
    ----------
    returns
        Shape (coins, hours), NaN where missing.
    """
    present: Bools = np.isfinite(returns)
    value, mask = np.where(present, returns, 0.0), present.astype(np.float64)
    hours = mask @ mask.T
    product, total, square = value @ value.T, value @ mask.T, (value * value) @ mask.T
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = product / hours - (total / hours) * (total.T / hours)
        variance = square / hours - (total / hours) ** 2
        correlation = covariance / np.sqrt(variance * variance.T)
    enough = (hours >= MIN_HOURS) & (variance > 0.0) & (variance.T > 0.0)
    return np.where(enough, correlation, np.nan)
