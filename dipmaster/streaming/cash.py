"""Cash as the ledger counts it: capital less the running sum of fills, less funding paid."""

import numpy as np

from dipmaster.streaming.state import Saved


class CashLedger:
    """One account's cash; sums are taken in the order of `build_ledger`.

    Parameters
    ----------
    charged
        Some coin is charged funding.
    """

    def __init__(self, capital: float, *, charged: bool) -> None:
        self._capital, self._charged = capital, charged
        self._spent, self._paid, self._paid_at_fill, self._has_fills = 0.0, 0.0, 0.0, False

    def pay(self, funding: float) -> None:
        """Take off what all positions pay at the open of a bar."""
        self._paid += funding

    def book(self, spent: float) -> float:
        """Take off a fill; the cash that is left, funding paid until then."""
        self._spent += spent
        self._paid_at_fill, self._has_fills = self._paid, True
        return self._after_fills()

    def at_close(self) -> float:
        """Cash at the close of the bar."""
        cash = self._after_fills() if self._has_fills else self._capital
        if not self._charged:
            return cash
        return cash - (self._paid - (self._paid_at_fill if self._has_fills else 0.0))

    def _after_fills(self) -> float:
        cash = self._capital - self._spent
        return cash - self._paid_at_fill if self._charged else cash

    def save(self) -> Saved:
        """Everything that the next fills depend on."""
        sums = [self._spent, self._paid, self._paid_at_fill]
        return {"sums": np.array(sums), "has_fills": np.array(self._has_fills)}

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called."""
        self._spent, self._paid, self._paid_at_fill = saved["sums"].tolist()
        self._has_fills = bool(saved["has_fills"])
