"""Moving sums and means of several series over windows of several widths."""

from collections.abc import Iterable, Mapping

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.volatility.windows import make_windows, mean_of_all, mean_of_known, push_windows


class SeriesWindows:
    """Windows over series of all coins.

    Parameters
    ----------
    coins
        How many.
    wanted
        Pairs of (series, width in bars); the same one may come more than once.
    """

    def __init__(self, coins: int, wanted: Iterable[tuple[str, int]]) -> None:
        pairs = list(dict.fromkeys(wanted))
        self._series = list(dict.fromkeys(name for name, _ in pairs))
        self._place = {pair: i for i, pair in enumerate(pairs)}
        self._rows = np.array([self._series.index(name) for name, _ in pairs])
        self._widths = np.array([[width] for _, width in pairs])
        widths = np.broadcast_to(self._widths, (2, len(pairs), coins))
        self.memory = make_windows(np.ascontiguousarray(widths).ravel())
        self._sums = np.zeros(widths.shape)
        self._means = np.zeros(widths.shape[1:])

    def push(self, bar: int, values: Mapping[str, Floats]) -> None:
        """Take in the values of bar number `bar`, shape (coins, 1) a series, NaN where missing."""
        series = np.concatenate([values[name] for name in self._series], axis=1).T
        known = np.isfinite(series)
        both = np.stack([np.where(known, series, 0.0), known])[:, self._rows]
        push_windows(both.ravel(), bar, self.memory, self._sums.ravel())
        self._means = mean_of_known(self._sums[0], self._sums[1], self._widths)

    def mean(self, name: str, width: int) -> Floats:
        """As `windows.moving_mean` at the bar last pushed, shape (coins, 1)."""
        mean: Floats = self._means[self._place[name, width], :, None]
        return mean

    def mean_of_all(self, name: str, width: int) -> Floats:
        """The same, NaN where a value of the window is missing."""
        total, count = self.sums(name, width)
        return mean_of_all(total, count, width)

    def sums(self, name: str, width: int) -> tuple[Floats, Floats]:
        """Sum of what is known and its number, shape (coins, 1)."""
        total, count = self._sums[:, self._place[name, width], :, None]
        return total, count
