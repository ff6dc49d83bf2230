"""Which rows a fit may learn from, when, and with what weight; when models are fitted anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params.confidence import MinTrainingSet
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.learning.sampling import equal_row_weights, subsample

NEVER_MS = np.iinfo(np.int64).max


class CaseWords(NamedTuple):
    """How reasons speak of cases: e.g. "candidates", "won", "did not"."""

    plural: str
    positive: str
    negative: str


@dataclass(frozen=True)
class TrainingSchedule:
    """Rows of cases (candidates, positions), and what fits on them need to know.

    All rows of a case are decided together and become known together, so a fit has all of
    its usable rows or none.

    Attributes
    ----------
    signal_ms
        Shape (rows,), open time of the signal's bar. The row is decided at the bar's
        close, ``signal_ms + BAR_MS``; its inputs must be known by then.
    known_ms
        Shape (rows,), moment from which the label is known: the CLOSE of the bar in which
        the position ended, which is its open time + BAR_MS. LOOK-AHEAD creeps in with the
        exit bar's open time, or with the label's scheduled end where a gap made it end
        later. Any value where there is no label.
    case_id
        Shape (rows,), the case of each row.
    refits_ms
        Model layer to its refits, rising, from `refit_times`.
    purge_ms
        Least time between a training row's signal and the refit, whatever `known_ms` says
        (Lopez de Prado 2018, section 7.4.1): without it fast losers get into a fit before
        slow winners of the same hours.
    min_train
        Cases, and cases of each class, below which nothing is fitted.
    weight
        Shape (rows,), e.g. the uniqueness of each label; None: rows weigh the same, all
        together as much as their cases.
    age, max_rows
        Bars since the case began, shape (rows,), and the rows of a fit beyond which only
        every k-th row of a case stays; None: all stay.
    """

    signal_ms: Ints
    known_ms: Ints
    case_id: Ints
    refits_ms: Mapping[str, Ints]
    purge_ms: int
    min_train: MinTrainingSet
    words: CaseWords
    weight: Floats | None = None
    age: Ints | None = None
    max_rows: int | None = None

    def training_rows(self, refit_ms: int, usable: Bools) -> Ints:
        """Rows that a fit at `refit_ms` may learn from, as rising indices.

        ``max(known_ms, signal_ms + purge_ms) <= refit_ms``, and `usable`.
        """
        allowed = np.maximum(self.known_ms, self.signal_ms + self.purge_ms) <= refit_ms
        return np.flatnonzero(allowed & usable)

    def rows_to_predict(self, layer: str, fold: int, predictable: Bools) -> Ints:
        """Rows decided (at the close of their signal's bar) from a refit until the next one."""
        decided, refits_ms = self.signal_ms + BAR_MS, [*self.refits_ms[layer], NEVER_MS]
        ahead = (decided >= refits_ms[fold]) & (decided < refits_ms[fold + 1])
        return np.flatnonzero(ahead & predictable)

    def training_sample(self, train: Ints) -> tuple[Ints, Floats]:
        """Rows that a fit takes of those it may learn from, and their weights."""
        rows = train
        if self.max_rows is not None and self.age is not None:
            rows = subsample(train, self.age, self.case_id, self.max_rows)
        if self.weight is None:
            return rows, equal_row_weights(self.case_id[rows])
        return rows, self.weight[rows]

    def describe_shortage(self, train: Ints, target: Floats | None) -> str:
        """Why the cases of training rows are too few for a fit, "" where they are not.

        A case counts for a class where one of its rows is of it.

        Parameters
        ----------
        target
            Shape (rows,), of all rows, above 0 in one class; None: no classes.
        """
        words, least = self.words, self.min_train
        cases = np.unique(self.case_id[train]).size
        if cases < least.candidates:
            return f"too few {words.plural}: {cases} with a known label, {least.candidates} needed"
        if target is None:
            return ""
        positive = target[train] > 0.0
        counts = [np.unique(self.case_id[train[mask]]).size for mask in (positive, ~positive)]
        if min(counts) < least.per_class:
            return (
                f"too few {words.plural} of one class: {counts[0]} {words.positive}, "
                f"{counts[1]} {words.negative}, {least.per_class} of each needed"
            )
        return ""


def purge_period_ms(max_holding_bars: int) -> int:
    """Least time between a training signal and a refit: the longest holding time and one bar."""
    return (max_holding_bars + 1) * BAR_MS


def refit_times(first_ms: int, last_ms: int, from_day: int, months: int = 1) -> Ints:
    """Moments at which models are fitted anew: fixed dates, so a longer history moves none.

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
