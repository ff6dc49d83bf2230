"""Orders of one close, and how the engine's own order of them is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from dipmaster.backtest.entries import REGIMES
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.streaming.state import Saved, select_saved

_COLUMNS = ("candidate_id", "coin", "size_frac", "priority", "confidence", "regime")


@dataclass(frozen=True)
class BarOrders:
    """Orders of one phase from one bar, as `Entries`; arrays of shape (orders,).

    Attributes
    ----------
    regime
        Index into `REGIMES`, -1 unknown.
    sizing
        Columns of `Sizes.columns`; none where size is fixed.
    """

    candidate_id: Ints
    coin: Ints
    size_frac: Floats
    priority: Floats
    confidence: Floats
    regime: Ints
    sizing: Mapping[str, Floats] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.candidate_id.size)

    def take(self, rows: Ints | Bools) -> "BarOrders":
        """Some of them, in the order given."""
        return BarOrders(
            self.candidate_id[rows],
            self.coin[rows],
            self.size_frac[rows],
            self.priority[rows],
            self.confidence[rows],
            self.regime[rows],
            {name: column[rows] for name, column in self.sizing.items()},
        )

    def sort(self) -> "BarOrders":
        """In the order in which the engine fills them, as `Entries.sort_orders`."""
        return self.take(np.lexsort((self.coin, -self.priority)))

    def with_sizes(self, size_frac: Floats, sizing: Mapping[str, Floats]) -> "BarOrders":
        """The orders with sizes, without those on which nothing is bet."""
        return replace(self, size_frac=size_frac, sizing=sizing).take(size_frac > 0.0)

    def save(self) -> Saved:
        """As named arrays."""
        sizing = {f"sizing/{name}": column for name, column in self.sizing.items()}
        return {name: getattr(self, name) for name in _COLUMNS} | sizing

    @classmethod
    def load(cls, saved: Saved) -> "BarOrders":
        """What `save` gave."""
        columns = {name: saved[name] for name in _COLUMNS}
        return cls(**columns, sizing=select_saved(saved, "sizing"))

    def regime_name(self, row: int) -> str:
        """In words."""
        return REGIMES[int(self.regime[row])]
