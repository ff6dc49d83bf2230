"""Candidates and signals a day in the newest window against the windows before it."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params.monitoring import Drift
from dipmaster.core.time_units import DAY_MS
from dipmaster.evaluation.statistics.bootstrap import derive_stream_key, resample_sums
from dipmaster.monitoring.drift import MIN_BLOCKS
from dipmaster.monitoring.inputs import Window

SMOOTHING = 0.5  # events added to a count: none at all has no logarithm


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
    both = [count_days(times_ms, one) for one in (window, Window(from_ms, window.from_ms))]
    errors = [
        _relative_error(counts, params, (*stream, which)) for which, counts in enumerate(both)
    ]
    rates = [(counts.sum() + SMOOTHING) / counts.size for counts in both]
    return RateComparison(
        float(both[0].mean()),
        float(both[1].mean()),
        math.log(rates[0] / rates[1]),
        math.hypot(*errors),
    )


def count_days(times_ms: Ints, window: Window) -> Floats:
    """Events of each day of a window."""
    day = (times_ms[window.has(times_ms)] - window.from_ms) // DAY_MS
    return np.bincount(day, minlength=window.days).astype(np.float64)


def _relative_error(counts: Floats, params: Drift, stream: tuple[int, ...]) -> float:
    """Of a sum of days, from resampled runs of days; never less than that of a Poisson count."""
    key = derive_stream_key(params.seed, *stream)
    run = max(1.0, min(float(params.block_days), counts.size / MIN_BLOCKS))
    sums = resample_sums(counts[:, None], params.bootstrap_reps, run, key)
    total = float(counts.sum()) + SMOOTHING
    return math.sqrt(max(float(sums.var(ddof=1)), total)) / total
