"""The grid's clock: days, cells of the season, calendar weeks of refits."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Ints
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS, HOUR_MS

SEASON_CELLS = 48  # 24 hours of a weekday, 24 of a weekend day
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True)
class GridClock:
    """What hour and day each bar of a regular grid belongs to.

    Attributes
    ----------
    first_ms
        Open time of the first bar.
    bars
        Length of the grid.
    """

    first_ms: int
    bars: int

    def times_ms(self, ahead: int = 0) -> Ints:
        """Open times of the bars and of `ahead` more."""
        return self.first_ms + BAR_MS * np.arange(self.bars + ahead, dtype=np.int64)

    @property
    def first_day(self) -> int:
        """Days from 1970 to the day of the first bar."""
        return self.first_ms // DAY_MS

    @property
    def days(self) -> int:
        """UTC days the grid touches."""
        return (self.first_ms + BAR_MS * (self.bars - 1)) // DAY_MS - self.first_day + 1

    def day_index(self) -> Ints:
        """Day of each bar, 0 for the first, shape (bars,)."""
        return self.times_ms() // DAY_MS - self.first_day

    def weekdays(self) -> Ints:
        """Monday is 0, shape (days,)."""
        return (self.first_day + np.arange(self.days, dtype=np.int64) + EPOCH_WEEKDAY) % 7

    def season_cells(self, ahead: int = 0) -> Ints:
        """Cell of the season of each bar and of `ahead` more."""
        times = self.times_ms(ahead)
        weekend = (times // DAY_MS + EPOCH_WEEKDAY) % 7 >= 5
        return times % DAY_MS // HOUR_MS + 24 * weekend

    def bars_before_first(self) -> int:
        """Bars between the midnight before the first bar and the first bar."""
        return (self.first_ms % DAY_MS) // BAR_MS

    def refit_bars(self, every_days: int) -> list[int]:
        """Bars at whose open models are fitted anew: fixed days of the calendar, not of the data.

        Seven days give Mondays 00:00 UTC. A fit may use the bars before its own
        and serves from its own on.
        """
        days = self.first_day + np.arange(self.days, dtype=np.int64)
        edges = (
            np.flatnonzero((days + EPOCH_WEEKDAY) % every_days == 0) * BARS_PER_DAY
            - self.bars_before_first()
        )
        return [int(edge) for edge in edges if 0 < edge < self.bars]
