"""First day and calendar to refits: fixed dates, so that a longer history moves none."""

import numpy as np

from dipmaster.core.kernels import Ints
from dipmaster.core.time_units import BAR_MS, DAY_MS


def refit_times(first_ms: int, last_ms: int, from_day: int, months: int = 1) -> Ints:
    """Moments at which models are fitted anew.

    Parameters
    ----------
    first_ms, last_ms
        Open times of the first and the last bar. The last one only cuts the
        list off: bars that are added later move no refit.
    from_day
        The first refit is the first UTC midnight at least so many days after
        the first bar.
    months
        1: the first of every UTC month after it; 3: of every quarter.

    Returns
    -------
    Ints
        Rising milliseconds since 1970 up to the close of the last bar; empty
        where the history is too short.
    """
    end = last_ms + BAR_MS
    first = -(-(first_ms + from_day * DAY_MS) // DAY_MS) * DAY_MS
    month = np.arange(_month(first) + 1, _month(max(first, end)) + 1)
    starts = month[month % months == 0].astype("datetime64[M]").astype("datetime64[ms]")
    times: Ints = np.concatenate([[first], starts.astype(np.int64)]).astype(np.int64)
    return times[times <= end]


def _month(time_ms: int) -> int:
    """Months since January 1970."""
    return int(np.datetime64(time_ms, "ms").astype("datetime64[M]").astype(np.int64))
