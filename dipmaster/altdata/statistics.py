"""Statistics of what a channel has published, at each publication.

A statistic can be asked for the last rows alone: a decision on one bar needs no others, and what
is said of them is the same to the last bit.
"""

from typing import Protocol

import numpy as np

from dipmaster.altdata.history import WEEK_MS, PublishedSeries
from dipmaster.core.kernels import Floats, Ints

MIN_ROWS = 10
"""Fewest published values that a mean or a deviation is made of."""
_ROUNDING = 1e-12


class Transform(Protocol):
    """A statistic of a series: its span in milliseconds looks back from each publication."""

    def __call__(
        self, series: PublishedSeries, span_ms: int, first_row: int = 0
    ) -> PublishedSeries:
        """The statistic at each publication from a row on; those before may be left out."""


def newest(series: PublishedSeries, span_ms: int, first_row: int = 0) -> PublishedSeries:
    """The newest value itself; `span_ms` plays no part."""
    return _restate(series, series.newest_from(first_row))


def trailing_change(series: PublishedSeries, span_ms: int, first_row: int = 0) -> PublishedSeries:
    """Newest value minus the newest that was known `span_ms` before.

    NaN where their events lie less than half or more than one and a half spans apart, as
    beside a gap.
    """
    before = _count_published(series, span_ms, first_row) - 1
    row = np.maximum(before, 0)
    newest = series.newest
    apart_ms = series.event_ms[newest[first_row:]] - series.event_ms[newest[row]]
    there = (before >= 0) & (2 * apart_ms >= span_ms) & (2 * apart_ms <= 3 * span_ms)
    change = series.newest_from(first_row) - series.value[series.newest[row]]
    return _restate(series, np.where(there, change, np.nan))


def trailing_mean(series: PublishedSeries, span_ms: int, first_row: int = 0) -> PublishedSeries:
    """Mean of the values published in the last `span_ms`, the newest included; any number."""
    first = _count_published(series, span_ms, first_row)
    end = series.rows_from(first_row) + 1
    centre, total, _ = series.sums
    mean = centre + (total[end] - total[first]) / (end - first)
    return _restate(series, mean)


def trailing_z(series: PublishedSeries, span_ms: int, first_row: int = 0) -> PublishedSeries:
    """Newest value against mean and standard deviation of those published before it.

    NaN with fewer than `MIN_ROWS` values in the last `span_ms`, or where they are all alike.
    """
    first, row = _count_published(series, span_ms, first_row), series.rows_from(first_row)
    count = row - first
    centre, total, squares = series.sums
    size = np.maximum(count, 1)
    mean = (total[row] - total[first]) / size
    mean_square = (squares[row] - squares[first]) / size
    variance = mean_square - mean**2
    there = (count >= MIN_ROWS) & (variance > _ROUNDING * mean_square)
    sd = np.sqrt(np.where(there, variance, 1.0))
    z = (series.newest_from(first_row) - centre - mean) / sd
    return _restate(series, np.where(there, z, np.nan))


def trailing_log_z(series: PublishedSeries, span_ms: int, first_row: int = 0) -> PublishedSeries:
    """As `trailing_z`, of logarithms: for counts and values of money."""
    return trailing_z(series.logs, span_ms, _last_log(series, first_row))


def trailing_log_change(
    series: PublishedSeries, span_ms: int, first_row: int = 0
) -> PublishedSeries:
    """As `trailing_change`, of logarithms: growth."""
    return trailing_change(series.logs, span_ms, _last_log(series, first_row))


def log_change_z(series: PublishedSeries, span_ms: int, first_row: int = 0) -> PublishedSeries:
    """Growth over the span against that of the ten spans before; all rows.

    As `trailing_z`, but summed anew in every window: growths have no sums that `forget` keeps.
    """
    change = trailing_log_change(series, span_ms)
    there = np.isfinite(change.value)
    known = PublishedSeries(change.known_ms[there], change.event_ms[there], change.value[there])
    first = _count_published(known, 10 * span_ms, 0)
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
    if variance <= _ROUNDING * mean_square:
        return np.nan
    return float((value - mean) / np.sqrt(variance))


def mean_z(series: PublishedSeries, span_ms: int, first_row: int = 0) -> PublishedSeries:
    """Mean of the last `span_ms` against the values published in the week up to now.

    In standard deviations of single values; NaN with fewer than `MIN_ROWS` in the week, or where
    they are all alike. A span of 0 takes the newest value alone.
    """
    mean, deviation = _week(series, first_row)
    recent = series.newest_from(first_row)
    if span_ms:
        recent = trailing_mean(series, span_ms, first_row).value
    return _restate(series, (recent - mean) / deviation)


def rise_over_earlier(series: PublishedSeries, span_ms: int, first_row: int = 0) -> PublishedSeries:
    """Newest value minus the mean of a window of `span_ms` that ended 1.25 spans before.

    With a span of four hours the mean of what was known five to nine hours before; NaN where
    nothing was published in it.
    """
    last = _count_published(series, 5 * span_ms // 4, first_row)
    first = _count_published(series, 9 * span_ms // 4, first_row)
    centre, total, _ = series.sums
    there = last > first
    earlier = centre + (total[last] - total[first]) / np.maximum(last - first, 1)
    return _restate(series, np.where(there, series.newest_from(first_row) - earlier, np.nan))


def rise_over_earlier_z(
    series: PublishedSeries, span_ms: int, first_row: int = 0
) -> PublishedSeries:
    """As `rise_over_earlier`, in standard deviations of the week's values."""
    rise = rise_over_earlier(series, span_ms, first_row)
    _, deviation = _week(series, first_row)
    return _restate(series, rise.value / deviation)


def _week(series: PublishedSeries, first_row: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of what the last week published, the newest included."""
    first = _count_published(series, WEEK_MS, first_row)
    end = series.rows_from(first_row) + 1
    count = end - first
    centre, total, squares = series.sums
    mean = (total[end] - total[first]) / count
    mean_square = (squares[end] - squares[first]) / count
    variance = mean_square - mean**2
    there = (count >= MIN_ROWS) & (variance > _ROUNDING * mean_square)
    return centre + mean, np.where(there, np.sqrt(np.where(there, variance, 1.0)), np.nan)


def net_share_of_changes(
    series: PublishedSeries, span_ms: int, first_row: int = 0
) -> PublishedSeries:
    """Change over the span over the sum of its absolute steps: -1..1, 0 where nothing moved.

    The steps are those between newest values, in the order of publication.
    """
    path, end = series.path, series.rows_from(first_row) + 1
    before = _count_published(series, span_ms, first_row)
    length = path[end] - path[np.maximum(before, 1)]
    change = trailing_change(series, span_ms, first_row).value
    moved = length > _ROUNDING * path[end]
    share = np.where(moved, change / np.where(moved, length, 1.0), 0.0)
    return _restate(series, np.where(np.isfinite(change), np.clip(share, -1.0, 1.0), np.nan))


def _count_published(series: PublishedSeries, span_ms: int, first_row: int) -> Ints:
    """Rows published at or before `span_ms` before the publication of each from a row on."""
    bounds = series.known_ms[first_row:] - span_ms
    return np.asarray(np.searchsorted(series.known_ms, bounds, side="right"), dtype=np.int64)


def _last_log(series: PublishedSeries, row: int) -> int:
    """Of the logarithms the last row published by then, 0 where there is none."""
    return max(int(np.count_nonzero(series.value[: row + 1] > 0.0)) - 1, 0)


def _restate(series: PublishedSeries, value: Floats) -> PublishedSeries:
    """Values at the last rows of a series, as many as there are."""
    first = series.value.size - value.size
    event = np.asarray(series.event_ms[series.newest[first:]], dtype=np.int64)
    return PublishedSeries(series.known_ms[first:], event, np.asarray(value, dtype=np.float64))
