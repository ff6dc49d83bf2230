"""Bars to periods: a burn-in, then ONE out-of-sample period common to all phases.

The burn-in is simulated and left out of every gate. The account is flat
at the out-of-sample start: no position may be opened that could still be held there.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools, Ints
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.core.params import Split
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS, out_of_sample_start_ms


@dataclass(frozen=True)
class Period:
    """Where the out-of-sample period lies and how it is cut into calendar blocks.

    Attributes
    ----------
    first_ms, last_ms
        Open times of the first and the last bar.
    out_of_sample_ms
        UTC midnight from which bars are out of sample.
    block_days
        Length of a block. A rest shorter than half a block joins the last one.
    empty_days
        Days since the out-of-sample start without a bar of any coin: no days, but part of the
        calendar that blocks are cut from.
    """

    first_ms: int
    out_of_sample_ms: int
    last_ms: int
    block_days: int
    empty_days: tuple[int, ...] = ()

    @property
    def days(self) -> int:
        """UTC days out of sample on which there were bars; a last day that is not over counts."""
        return self._calendar_days - len(self.empty_days)

    @property
    def days_with_bars(self) -> Ints:
        """Those days, as days since the out-of-sample start, rising; shape (days,)."""
        empty = np.array(self.empty_days, dtype=np.int64)
        return np.delete(np.arange(self._calendar_days, dtype=np.int64), empty)

    @property
    def blocks(self) -> int:
        """Calendar blocks out of sample in which there were bars."""
        return int(np.unique(self.block_of(self.days_with_bars)).size)

    @property
    def last_block_days(self) -> int:
        """Calendar days of the last block: shorter or longer than the others."""
        return self._calendar_days - (self._calendar_blocks - 1) * self.block_days

    @property
    def elapsed_days(self) -> float:
        """Time out of sample in days, those without bars included; to the close of the last bar."""
        return (self.last_ms + BAR_MS - self.out_of_sample_ms) / DAY_MS

    def has_bars(self, bars: int) -> Bools:
        """Which of the first `bars` grid bars out of sample lie on a day with bars."""
        day = np.arange(bars) // BARS_PER_DAY
        return np.isin(day, self.days_with_bars)

    @property
    def _calendar_days(self) -> int:
        return (self.last_ms - self.out_of_sample_ms) // DAY_MS + 1

    @property
    def _calendar_blocks(self) -> int:
        return max(1, (2 * self._calendar_days + self.block_days) // (2 * self.block_days))

    def day_of(self, times_ms: Ints) -> Ints:
        """Days since the out-of-sample start, 0 for the first."""
        return (times_ms - self.out_of_sample_ms) // DAY_MS

    def block_of(self, days: Ints) -> Ints:
        """Block of each day since the out-of-sample start."""
        return np.minimum(days // self.block_days, self._calendar_blocks - 1)


def split_period(panel: Panel, split: Split, block_days: int) -> Period:
    """Put the out-of-sample start `burn_in_days` after the first bar, at the next UTC midnight.

    The burn-in is counted by the calendar: stages that know no days agree on it. Days
    out of sample on which no coin has a bar are no days.

    Raises
    ------
    DataError
        Where fewer than `split.min_out_of_sample_days` are left to judge.
    """
    first_ms, last_ms = int(panel.open_time[0]), int(panel.open_time[-1])
    start = out_of_sample_start_ms(first_ms, split.burn_in_days)
    empty = _empty_days(panel, start)
    left = (last_ms + BAR_MS - start) / DAY_MS - len(empty)
    if left < split.min_out_of_sample_days:
        raise data_error(
            "the bars",
            f"{split.burn_in_days} days of burn-in (split.burn_in_days) and at least "
            f"{split.min_out_of_sample_days} days after it (split.min_out_of_sample_days)",
            f"{(last_ms + BAR_MS - first_ms) / DAY_MS:.1f} days in all"
            + (f", {len(empty)} of them without a bar of any coin" if empty else ""),
            "use a longer history, or set a shorter split.burn_in_days",
        )
    return Period(first_ms, start, last_ms, block_days, empty)


def _empty_days(panel: Panel, start_ms: int) -> tuple[int, ...]:
    """Days since the out-of-sample start, up to the last bar's, without a bar of any symbol."""
    day = (panel.open_time - start_ms) // DAY_MS
    there = np.unique(day[~np.isnan(panel.close).all(axis=0)])
    missing = np.setdiff1d(np.arange(there[-1] + 1), there)
    return tuple(int(one) for one in missing)


def drop_crossing_candidates(
    candidates: pd.DataFrame, panel: Panel, period: Period, max_holding_bars: int
) -> pd.DataFrame:
    """Drop the candidates whose position could still be open at the out-of-sample start.

    A candidate at bar t is bought at t + 1 and leaves at the first traded bar of its
    symbol from t + 1 + `max_holding_bars` on; that bar has to lie before the
    out-of-sample start. Without gaps these are the last `max_holding_bars` + 1 bars of
    the burn-in. Only burn-in candidates are ever dropped, so the gates see no trace of this.
    """
    bar = panel.index_of(to_epoch_ms(candidates["open_time"]))
    start = (period.out_of_sample_ms - period.first_ms) // BAR_MS
    crosses = np.zeros(bar.size, dtype=np.bool_)
    for row, symbol in enumerate(panel.symbols):
        of_symbol = candidates["symbol"].to_numpy() == symbol
        exists = np.flatnonzero(~np.isnan(panel.traded.close[row]))
        crosses[of_symbol] = (
            _deadline(exists, bar[of_symbol] + 1 + max_holding_bars, panel.bars) >= start
        )
    keep: Bools = (bar >= start) | ~crosses
    return candidates[keep].reset_index(drop=True)


def _deadline(exists: Ints, bar: Ints, end: int) -> Ints:
    """First existing bar at or after each of `bar`; where none is left, `end` or later."""
    deadline: Ints = np.maximum(np.append(exists, end)[np.searchsorted(exists, bar)], bar)
    return deadline
