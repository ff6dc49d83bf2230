"""Moving sums and means of several series over windows of several widths."""

from collections.abc import Iterable, Mapping

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.volatility.windows import (
    Windows,
    make_windows,
    mean_of_all,
    mean_of_known,
    push_windows,
)


class SeriesWindows:
    """Windows over series of all coins, each value of a series known once a bar.

    Parameters
    ----------
    coins
        How many.
    wanted
        Pairs of (series, width in bars); the same one may come more than once.

    Attributes
    ----------
    memory
        Width to what is remembered.
    """

    def __init__(self, coins: int, wanted: Iterable[tuple[str, int]]) -> None:
        pairs = list(dict.fromkeys(wanted))
        self._series = list(dict.fromkeys(name for name, _ in pairs))
        self._names = {
            width: [name for name in self._series if (name, width) in pairs]
            for width in dict.fromkeys(width for _, width in pairs)
        }
        self._rows = {
            width: np.array([self._series.index(name) for name in names])
            for width, names in self._names.items()
        }
        self.memory: Mapping[int, Windows] = {
            width: make_windows(2 * len(names) * coins, width)
            for width, names in self._names.items()
        }
        self._sums: dict[int, Floats] = {}
        self._means: dict[int, Floats] = {}

    def push(self, bar: int, values: Mapping[str, Floats]) -> None:
        """Take in the values of bar number `bar`, shape (coins, 1) a series, NaN where missing."""
        series = np.stack([values[name][:, 0] for name in self._series])
        known = np.isfinite(series)
        both = np.stack([np.where(known, series, 0.0), known.astype(np.float64)])
        for width, windows in self.memory.items():
            rows = both[:, self._rows[width]]
            sums = np.empty(rows.shape)
            push_windows(rows.ravel(), bar % width, windows, sums.ravel())
            self._sums[width] = sums
            self._means[width] = mean_of_known(sums[0], sums[1], width)

    def mean(self, name: str, width: int) -> Floats:
        """As `windows.moving_mean` at the bar last pushed, shape (coins, 1)."""
        return self._means[width][self._names[width].index(name)][:, None]

    def mean_of_all(self, name: str, width: int) -> Floats:
        """The same, NaN where a value of the window is missing."""
        total, count = self.sums(name, width)
        return mean_of_all(total, count, width)

    def sums(self, name: str, width: int) -> tuple[Floats, Floats]:
        """Sum of what is known and its number, shape (coins, 1)."""
        total, count = self._sums[width][:, self._names[width].index(name), :, None]
        return total, count
