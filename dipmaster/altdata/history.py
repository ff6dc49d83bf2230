"""Values of one channel in the order of their publication, and statistics of what was published.

Row k holds what is known once row k is published: the newest value is that of the latest
event so far, and every window looks back over publication times. No row depends on one that
is published later, so that a history cut at any time is the beginning of the whole one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.time_units import DAY_MS


class RunningSums(NamedTuple):
    """What the rows before the first one kept have come to.

    Attributes
    ----------
    centre
        Value of the very first row.
    total, squares
        Sums of (value - centre) and of its squares.
    path
        Sum of the absolute steps between newest values, that of the first row kept included.
    """

    centre: float
    total: float
    squares: float
    path: float


MIN_ROWS = 10
"""Fewest published values that a mean or a deviation is made of."""
_ROUNDING = 1e-12
WEEK_MS = 7 * DAY_MS


@dataclass(frozen=True)
class PublishedSeries:
    """Shape (rows,) each, sorted by `known_ms`, then `event_ms`.

    Attributes
    ----------
    known_ms, event_ms
        Milliseconds since 1970 UTC.
    value
        NaN where a statistic has too short a past.
    before, logs_before
        Of rows that `forget` has dropped, and of their logarithms; None where all are there.
    """

    known_ms: Ints
    event_ms: Ints
    value: Floats
    before: RunningSums | None = None
    logs_before: RunningSums | None = None

    @cached_property
    def newest(self) -> Ints:
        """Row of the latest event among the rows up to each; of two, the later publication."""
        latest = np.maximum.accumulate(self.event_ms)
        is_latest = self.event_ms == latest
        return np.maximum.accumulate(np.where(is_latest, np.arange(latest.size), 0))

    @cached_property
    def newest_value(self) -> Floats:
        """Value of the latest event, shape (rows,)."""
        return np.asarray(self.value[self.newest], dtype=np.float64)


Transform = Callable[[PublishedSeries, int], PublishedSeries]
"""(series, span in milliseconds) to a series with the same publication times."""


def build_series(known_ms: Ints, event_ms: Ints, value: Floats) -> PublishedSeries:
    """Sort rows by publication, those of one publication by event.

    Parameters
    ----------
    known_ms, event_ms, value
        Shape (rows,), in any order.
    """
    order = np.lexsort((event_ms, known_ms))
    return PublishedSeries(known_ms[order], event_ms[order], value[order])


def take_logs(series: PublishedSeries) -> PublishedSeries:
    """Natural logarithms; values of 0 or less are left out."""
    positive = series.value > 0.0
    return PublishedSeries(
        series.known_ms[positive],
        series.event_ms[positive],
        np.log(series.value[positive]),
        series.logs_before,
    )


def extend(
    series: PublishedSeries, known_ms: Ints, event_ms: Ints, value: Floats
) -> PublishedSeries:
    """The series with rows that are published after all of its own.

    Parameters
    ----------
    known_ms, event_ms, value
        Shape (rows,), in any order.
    """
    new = build_series(known_ms, event_ms, value)
    return replace(
        series,
        known_ms=np.concatenate([series.known_ms, new.known_ms]),
        event_ms=np.concatenate([series.event_ms, new.event_ms]),
        value=np.concatenate([series.value, new.value]),
    )


def forget(series: PublishedSeries, until_ms: int) -> PublishedSeries:
    """The series without what no window reaches that begins at `until_ms` or later.

    Every statistic of the rows behind is the same to the last bit: running sums go on from those
    of the rows that are dropped.
    """
    first = int(np.searchsorted(series.known_ms, until_ms, side="right")) - 1
    if first <= 0:
        return series
    first = int(series.newest[first])  # the latest event stays
    logs = take_logs(series)
    dropped_logs = int(np.count_nonzero(series.value[:first] > 0.0))
    return PublishedSeries(
        series.known_ms[first:],
        series.event_ms[first:],
        series.value[first:],
        _sum_before(series, first),
        _sum_before(logs, dropped_logs),
    )


def _sum_before(series: PublishedSeries, first: int) -> RunningSums | None:
    """Sums up to a row; None where nothing has been dropped yet and nothing is now."""
    if first == 0:
        return series.before
    centre, total, squares = _prefix_sums(series)
    path = _sum_steps(series)
    at_first = min(first + 1, path.size - 1)
    return RunningSums(centre, float(total[first]), float(squares[first]), float(path[at_first]))


def newest(series: PublishedSeries, span_ms: int) -> PublishedSeries:
    """The newest value itself; `span_ms` plays no part."""
    return _restate(series, series.newest_value)


def trailing_change(series: PublishedSeries, span_ms: int) -> PublishedSeries:
    """Newest value minus the newest that was known `span_ms` before.

    NaN where their events lie less than half or more than one and a half spans apart, as
    beside a gap.
    """
    before = _count_published(series, span_ms) - 1
    row = np.maximum(before, 0)
    event = series.event_ms[series.newest]
    apart_ms = event - event[row]
    there = (before >= 0) & (2 * apart_ms >= span_ms) & (2 * apart_ms <= 3 * span_ms)
    change = series.newest_value - series.newest_value[row]
    return _restate(series, np.where(there, change, np.nan))


def trailing_mean(series: PublishedSeries, span_ms: int) -> PublishedSeries:
    """Mean of the values published in the last `span_ms`, the newest included; any number."""
    first = _count_published(series, span_ms)
    count = np.arange(1, first.size + 1) - first
    centre, total, _ = _prefix_sums(series)
    mean = centre + (total[1:] - total[first]) / count
    return _restate(series, mean)


def trailing_z(series: PublishedSeries, span_ms: int) -> PublishedSeries:
    """Newest value against mean and standard deviation of those published before it.

    NaN with fewer than `MIN_ROWS` values in the last `span_ms`, or where they are all alike.
    """
    first = _count_published(series, span_ms)
    count = np.arange(first.size) - first
    centre, total, squares = _prefix_sums(series)
    size = np.maximum(count, 1)
    mean = (total[:-1] - total[first]) / size
    mean_square = (squares[:-1] - squares[first]) / size
    variance = mean_square - mean**2
    there = (count >= MIN_ROWS) & (variance > _ROUNDING * mean_square)
    sd = np.sqrt(np.where(there, variance, 1.0))
    z = (series.newest_value - centre - mean) / sd
    return _restate(series, np.where(there, z, np.nan))


def trailing_log_z(series: PublishedSeries, span_ms: int) -> PublishedSeries:
    """As `trailing_z`, of logarithms: for counts and values of money."""
    return trailing_z(take_logs(series), span_ms)


def trailing_log_change(series: PublishedSeries, span_ms: int) -> PublishedSeries:
    """As `trailing_change`, of logarithms: growth."""
    return trailing_change(take_logs(series), span_ms)


def log_change_z(series: PublishedSeries, span_ms: int) -> PublishedSeries:
    """Growth over the span against that of the ten spans before.

    As `trailing_z`, but summed anew in every window: growths have no sums that `forget` keeps.
    """
    change = trailing_log_change(series, span_ms)
    there = np.isfinite(change.value)
    known = PublishedSeries(change.known_ms[there], change.event_ms[there], change.value[there])
    first = _count_published(known, 10 * span_ms)
    z = [
        _standardize(now, known.value[start:row])
        for row, (start, now) in enumerate(zip(first, known.newest_value, strict=True))
    ]
    return _restate(known, np.array(z, np.float64))


def _standardize(value: float, others: Floats) -> float:
    """In standard deviations from the mean of others; NaN where they are few or all alike."""
    if others.size < MIN_ROWS:
        return np.nan
    mean, mean_square = others.mean(), np.square(others).mean()
    variance = np.square(others - mean).mean()
    return (
        float((value - mean) / np.sqrt(variance)) if variance > _ROUNDING * mean_square else np.nan
    )


def mean_z(series: PublishedSeries, span_ms: int) -> PublishedSeries:
    """Mean of the last `span_ms` against the values published in the week up to now.

    In standard deviations of single values; NaN with fewer than `MIN_ROWS` in the week, or where
    they are all alike. A span of 0 takes the newest value alone.
    """
    mean, deviation = _week(series)
    recent = trailing_mean(series, span_ms).value if span_ms else series.newest_value
    return _restate(series, (recent - mean) / deviation)


def rise_over_earlier(series: PublishedSeries, span_ms: int) -> PublishedSeries:
    """Newest value minus the mean of a window of `span_ms` that ended 1.25 spans before.

    With a span of four hours the mean of what was known five to nine hours before; NaN where
    nothing was published in it.
    """
    last = _count_published(series, 5 * span_ms // 4)
    first = _count_published(series, 9 * span_ms // 4)
    centre, total, _ = _prefix_sums(series)
    there = last > first
    earlier = centre + (total[last] - total[first]) / np.maximum(last - first, 1)
    return _restate(series, np.where(there, series.newest_value - earlier, np.nan))


def rise_over_earlier_z(series: PublishedSeries, span_ms: int) -> PublishedSeries:
    """As `rise_over_earlier`, in standard deviations of the week's values."""
    rise, (_, deviation) = rise_over_earlier(series, span_ms), _week(series)
    return _restate(series, rise.value / deviation)


def _week(series: PublishedSeries) -> tuple[Floats, Floats]:
    """Mean and standard deviation of what the last week published, the newest included."""
    first = _count_published(series, WEEK_MS)
    count = np.arange(1, first.size + 1) - first
    centre, total, squares = _prefix_sums(series)
    mean = (total[1:] - total[first]) / count
    mean_square = (squares[1:] - squares[first]) / count
    variance = mean_square - mean**2
    there = (count >= MIN_ROWS) & (variance > _ROUNDING * mean_square)
    return centre + mean, np.where(there, np.sqrt(np.where(there, variance, 1.0)), np.nan)


def net_share_of_changes(series: PublishedSeries, span_ms: int) -> PublishedSeries:
    """Change over the span over the sum of its absolute steps: -1..1, 0 where nothing moved.

    The steps are those between newest values, in the order of publication.
    """
    path = _sum_steps(series)
    before = _count_published(series, span_ms)
    length = path[1:] - path[np.maximum(before, 1)]
    change = trailing_change(series, span_ms).value
    moved = length > _ROUNDING * path[1:]
    share = np.where(moved, change / np.where(moved, length, 1.0), 0.0)
    return _restate(series, np.where(np.isfinite(change), np.clip(share, -1.0, 1.0), np.nan))


def _count_published(series: PublishedSeries, span_ms: int) -> Ints:
    """Rows published at or before `span_ms` before the publication of each."""
    bounds = series.known_ms - span_ms
    return np.asarray(np.searchsorted(series.known_ms, bounds, side="right"), dtype=np.int64)


def _prefix_sums(series: PublishedSeries) -> tuple[float, Floats, Floats]:
    """First value, and sums of (value - first) and of its squares; shape (rows + 1,)."""
    value, before = series.value, series.before
    if before is None:
        before = RunningSums(float(value[0]) if value.size else 0.0, 0.0, 0.0, 0.0)
    from_centre = value - before.centre
    sums = np.concatenate(([before.total], from_centre)).cumsum()
    return before.centre, sums, np.concatenate(([before.squares], from_centre**2)).cumsum()


def _sum_steps(series: PublishedSeries) -> Floats:
    """Sums of absolute steps between newest values, shape (rows + 1,); the first is no step."""
    steps = np.abs(np.diff(series.newest_value))
    start = 0.0 if series.before is None else series.before.path
    first = np.array([start])[: series.value.size]
    return np.concatenate(([0.0], np.concatenate((first, steps)).cumsum()))


def _restate(series: PublishedSeries, value: Floats) -> PublishedSeries:
    event = np.asarray(series.event_ms[series.newest], dtype=np.int64)
    return replace(series, event_ms=event, value=np.asarray(value, dtype=np.float64))
