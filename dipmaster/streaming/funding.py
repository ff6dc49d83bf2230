"""Funding rates to what a unit has paid so far, coin by coin."""

from collections.abc import Mapping

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.streaming.market import MarketBar
from dipmaster.streaming.state import Saved

Rates = Mapping[int, Mapping[int, float]]
"""Step of the grid to coin to the rate that is charged at its open."""


class FundingStream:
    """Running sums of `Panel.cumulative_funding`.

    Parameters
    ----------
    rates
        None where no coin is charged. Rates of a step may be added until its bar is pushed.
    """

    def __init__(self, coins: int, rates: Rates | None) -> None:
        self._rates = rates
        self._paid, self._last_close = np.zeros(coins), np.full(coins, np.nan)

    @property
    def is_charged(self) -> bool:
        """Whether any coin is."""
        return self._rates is not None

    def push(self, bar: MarketBar) -> Floats:
        """Take in a bar; what a unit held since the first bar has paid by its open, a coin."""
        if self._rates is None:
            return self._paid
        price = np.where(np.isnan(bar.open), self._last_close, bar.open)
        charge = np.zeros(self._paid.size)
        for coin, rate in self._rates.get(bar.number, {}).items():
            charge[coin] = 0.0 if rate == 0.0 else rate * price[coin]
        self._paid = self._paid + np.nan_to_num(charge)
        self._last_close = np.where(np.isnan(bar.close), self._last_close, bar.close)
        return self._paid

    def save(self) -> Saved:
        """Everything that the next bars depend on."""
        return {"paid": self._paid, "last_close": self._last_close}

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called."""
        self._paid, self._last_close = saved["paid"], saved["last_close"]
