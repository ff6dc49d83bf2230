"""A closed bar to its candidates, cooldown included."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Signal
from dipmaster.features.candidates import matches_rule
from dipmaster.streaming.market import FEATURE_PLACES, MarketBar
from dipmaster.streaming.state import Saved


@dataclass(frozen=True)
class BarCandidates:
    """Candidates of one bar in the order of table CANDIDATES; arrays of shape (candidates,)."""

    candidate_id: Ints
    coin: Ints
    dip_z: Floats
    sigma_1h_frac: Floats
    volatility_class: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return int(self.candidate_id.size)


class CandidateStream:
    """Numbers the candidates, and keeps from when on each coin may have another.

    Parameters
    ----------
    coins
        How many there are.
    """

    def __init__(self, coins: int, params: Signal) -> None:
        self._params = params
        self._free_from = np.zeros(coins, np.int64)
        self._next_id = 0

    def push(self, bar: MarketBar) -> BarCandidates:
        """Find the candidates of a closed bar, by coin."""

        def column(name: str) -> Floats:
            return bar.features[:, FEATURE_PLACES[name]]

        fires = matches_rule(column, self._params) & (bar.number >= self._free_from)
        coin = np.flatnonzero(fires).astype(np.int64)
        self._free_from[coin] = bar.number + self._params.cooldown_bars + 1
        first, self._next_id = self._next_id, self._next_id + coin.size
        return BarCandidates(
            np.arange(first, self._next_id, dtype=np.int64),
            coin,
            column("dip_z")[coin],
            column("sigma_1h_frac")[coin],
            column("volatility_class")[coin].astype(np.int8),
        )

    def save(self) -> Saved:
        """Everything that the next bars depend on."""
        return {"free_from": self._free_from.copy(), "next_id": np.array(self._next_id)}

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called."""
        self._free_from, self._next_id = saved["free_from"].copy(), int(saved["next_id"])
