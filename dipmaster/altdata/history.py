"""Values of one channel in the order of their publication.

Row k holds what is known once row k is published: the newest value is that of the latest
event so far, and every window looks back over publication times. No row depends on one that
is published later, so that a history cut at any time is the beginning of the whole one.
"""

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

    @cached_property
    def sums(self) -> tuple[float, Floats, Floats]:
        """First value, and sums of (value - first) and of its squares; shape (rows + 1,)."""
        value, before = self.value, self.before
        if before is None:
            before = RunningSums(float(value[0]) if value.size else 0.0, 0.0, 0.0, 0.0)
        from_centre = value - before.centre
        sums = np.concatenate(([before.total], from_centre)).cumsum()
        return before.centre, sums, np.concatenate(([before.squares], from_centre**2)).cumsum()

    @cached_property
    def logs(self) -> "PublishedSeries":
        """Natural logarithms; values of 0 or less are left out."""
        positive = self.value > 0.0
        return PublishedSeries(
            self.known_ms[positive],
            self.event_ms[positive],
            np.log(self.value[positive]),
            self.logs_before,
        )

    @cached_property
    def path(self) -> Floats:
        """Sums of absolute steps between newest values, shape (rows + 1,); the first is none."""
        steps = np.abs(np.diff(self.newest_value))
        start = 0.0 if self.before is None else self.before.path
        first = np.array([start])[: self.value.size]
        return np.concatenate(([0.0], np.concatenate((first, steps)).cumsum()))

    def newest_from(self, first_row: int) -> Floats:
        """`newest_value` from a row on."""
        return np.asarray(self.value[self.newest[first_row:]], dtype=np.float64)

    def rows_from(self, first_row: int) -> Ints:
        """Numbers of the rows from one on."""
        return np.arange(first_row, self.value.size)


def build_series(known_ms: Ints, event_ms: Ints, value: Floats) -> PublishedSeries:
    """Sort rows by publication, those of one publication by event.

    Parameters
    ----------
    known_ms, event_ms, value
        Shape (rows,), in any order.
    """
    order = np.lexsort((event_ms, known_ms))
    return PublishedSeries(known_ms[order], event_ms[order], value[order])


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
    longer = replace(
        series,
        known_ms=np.concatenate([series.known_ms, new.known_ms]),
        event_ms=np.concatenate([series.event_ms, new.event_ms]),
        value=np.concatenate([series.value, new.value]),
    )
    if series.value.size:
        _carry_on(series, new, longer)
    return longer


def _carry_on(series: PublishedSeries, new: PublishedSeries, longer: PublishedSeries) -> None:
    """What has been worked out of a series, which rows behind it do not change, for the longer."""
    known, carried = vars(series), vars(longer)
    if "newest" in known:
        carried["newest"] = np.concatenate([series.newest, _continue_newest(series, new)])
    if "sums" in known:
        centre, total, squares = series.sums
        more = new.value - centre
        carried["sums"] = centre, _continue_sums(total, more), _continue_sums(squares, more**2)
    if "logs" in known:
        logs = new.logs
        carried["logs"] = extend(series.logs, logs.known_ms, logs.event_ms, logs.value)


def _continue_newest(series: PublishedSeries, new: PublishedSeries) -> Ints:
    last, rows = series.newest[-1], np.arange(new.value.size) + series.value.size
    latest = np.maximum.accumulate(np.append(series.event_ms[last], new.event_ms))[1:]
    is_latest = new.event_ms == latest
    return np.maximum.accumulate(np.where(is_latest, rows, last))


def _continue_sums(sums: Floats, more: Floats) -> Floats:
    return np.concatenate([sums, np.append(sums[-1], more).cumsum()[1:]])


def forget(series: PublishedSeries, until_ms: int) -> PublishedSeries:
    """The series without what no window reaches that begins at `until_ms` or later.

    Every statistic of the rows behind is the same to the last bit: running sums go on from those
    of the rows that are dropped.
    """
    first = int(np.searchsorted(series.known_ms, until_ms, side="right")) - 1
    if first <= 0:
        return series
    first = int(series.newest[first])  # the latest event stays
    logs = series.logs
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
    centre, total, squares = series.sums
    path = series.path
    at_first = min(first + 1, path.size - 1)
    return RunningSums(centre, float(total[first]), float(squares[first]), float(path[at_first]))
