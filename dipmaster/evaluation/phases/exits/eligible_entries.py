"""Candidates to cases: those out of sample that could be opened, with the block of their entry."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Bools, Ints
from dipmaster.core.panel import Panel
from dipmaster.evaluation.figures.breakdowns import Record
from dipmaster.evaluation.statistics.period import Period


@dataclass(frozen=True)
class Cases:
    """Candidates whose signal is out of sample and whose next bar was traded; shape (cases,).

    Attributes
    ----------
    candidate
        Row of the candidate, as in its table.
    symbol_index, signal_index
        Row of the panel, and position on its grid of the bar of the signal.
    day, block
        Days from the boundary to the entry, and the calendar block of that day.
    opened
        Whether phase 2 opened a position on it.
    paired
        Whether phase 1 and phase 2 both did.
    """

    candidate: Ints
    symbol_index: Ints
    signal_index: Ints
    day: Ints
    block: Ints
    opened: Bools
    paired: Bools

    def __len__(self) -> int:
        return int(self.candidate.size)


def cases_of(
    panel: Panel,
    symbol_index: Ints,
    signal_index: Ints,
    period: Period,
    before: Bools,
    after: Bools,
) -> Cases:
    """Keep what is out of sample and could be opened.

    Parameters
    ----------
    symbol_index, signal_index
        Of all candidates, shape (candidates,).
    before, after
        Shape (candidates,), on which of them phase 1 and phase 2 opened a position.
    """
    late = panel.open_time[signal_index] >= period.out_of_sample_ms
    entry = np.minimum(signal_index + 1, panel.bars - 1)
    exists = (signal_index + 1 < panel.bars) & ~np.isnan(panel.traded.open[symbol_index, entry])
    kept = np.flatnonzero(late & exists)
    day = period.day_of(panel.open_time[entry[kept]])
    return Cases(
        kept,
        symbol_index[kept],
        signal_index[kept],
        day,
        period.block_of(day),
        after[kept],
        before[kept] & after[kept],
    )


def in_groups(traded: Bools, measure: Callable[[Bools], Record]) -> dict[str, Record]:
    """The same figures of the traded cases and of all.

    Parameters
    ----------
    traded
        Shape (cases,).
    measure
        From the cases to take, shape (cases,), to their figures.
    """
    return {"traded": measure(traded), "all": measure(np.ones(traded.size, dtype=np.bool_))}
