"""Times as figures write them."""

import numpy as np

from dipmaster.core.panel import to_timestamps
from dipmaster.core.time_units import BAR_MS, ISO_UTC
from dipmaster.evaluation.statistics.period import Period


def format_utc(time_ms: int) -> str:
    """A time as ISO 8601, e.g. 2023-06-30T00:00:00Z."""
    return str(to_timestamps(np.array([time_ms]))[0].strftime(ISO_UTC))


def format_mark_time(period: Period, position: int) -> str:
    """Close of the bar at that position out of sample, when the account was so marked."""
    return format_utc(period.out_of_sample_ms + (position + 1) * BAR_MS)
