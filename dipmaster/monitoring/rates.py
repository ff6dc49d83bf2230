"""Candidates and signals a day in the newest window against the windows before it."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params.monitoring import Drift
from dipmaster.core.time_units import DAY_MS
from dipmaster.monitoring.inputs import Window
from dipmaster.monitoring.resampling import resample_days

SMOOTHING = 0.5  # events added to a count: none at all has no logarithm


@dataclass(frozen=True)
class DailyRate:
    """Events a day.

    Attributes
    ----------
    smoothed
        With `SMOOTHING` events added, so that it has a logarithm.
    error
        Standard error of that logarithm, from resampled runs of days; never less than that of a
        Poisson count.
    """

    per_day: float
    smoothed: float
    error: float


@dataclass(frozen=True)
class RateComparison:
    """Two rates and the logarithm of their ratio.

    Attributes
    ----------
    recent, before
        Events a day.
    error
        Standard error of the log ratio, at least that of independent events.
    """

    recent: float
    before: float
    log_ratio: float
    error: float

    def bounds(self, alpha: float) -> tuple[float, float]:
        """One-sided bounds of the ratio."""
        reach = -float(ndtri(alpha)) * self.error
        return math.exp(self.log_ratio - reach), math.exp(self.log_ratio + reach)


def compare_rates(
    times_ms: Ints, window: Window, from_ms: int, stream: tuple[int, ...], params: Drift
) -> RateComparison | None:
    """A window against the days before it; None where there are none.

    Parameters
    ----------
    from_ms
        First day before the window that counts.
    """
    if window.from_ms <= from_ms:
        return None
    earlier = Window(from_ms, window.from_ms)
    recent = measure_rate(count_days(times_ms, window), (*stream, 0), params)
    before = measure_rate(count_days(times_ms, earlier), (*stream, 1), params)
    return RateComparison(
        recent.per_day,
        before.per_day,
        math.log(recent.smoothed / before.smoothed),
        math.hypot(recent.error, before.error),
    )


def count_days(times_ms: Ints, window: Window) -> Floats:
    """Events of each day of a window."""
    day = (times_ms[window.has(times_ms)] - window.from_ms) // DAY_MS
    return np.bincount(day, minlength=window.days).astype(np.float64)


def measure_rate(counts: Floats, stream: tuple[int, ...], params: Drift) -> DailyRate:
    """Rate of days with some counts."""
    total = float(counts.sum()) + SMOOTHING
    sums = resample_days(counts[:, None], params, stream)
    error = math.sqrt(max(float(sums.var(ddof=1)), total)) / total
    return DailyRate(float(counts.mean()), total / counts.size, error)
