"""Two phases side by side: what every difference between them is made of."""

from dataclasses import dataclass, replace

import numpy as np

from dipmaster.backtest import Ledger
from dipmaster.core.kernels import Ints
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import TradeSample, select_out_of_sample

ROUNDING = 1e-9  # basis points, fractions, logarithms, Sharpe: sums of a few thousand numbers


@dataclass(frozen=True)
class PairedSide:
    """One phase's side of a comparison.

    Attributes
    ----------
    name
        In words, for reasons.
    candidate
        Shape (trades,), the candidate behind each trade of the sample.
    """

    name: str
    sample: TradeSample
    candidate: Ints


@dataclass(frozen=True)
class Difference:
    """Later minus earlier, and two one-sided bounds; None where it cannot be computed."""

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""

    def clip(self, lowest: float, highest: float) -> "Difference":
        """The same with bounds inside what the difference can be."""
        if self.low is None or self.high is None:
            return self
        return replace(self, low=max(self.low, lowest), high=min(self.high, highest))

    def settle_rounding(self) -> "Difference":
        """Exactly zero where value and bounds are what rounding leaves of equal sums."""
        three = (self.value, self.low, self.high)
        if any(one is None or abs(one) > ROUNDING for one in three):
            return self
        return replace(self, value=0.0, low=0.0, high=0.0)


def build_side(phase: int, sample: TradeSample, ledger: Ledger, period: Period) -> PairedSide:
    """Put the candidates of the out-of-sample trades beside the sample."""
    trades = select_out_of_sample(ledger.trades, period)
    return PairedSide(f"phase {phase}", sample, trades["candidate_id"].to_numpy(dtype=np.int64))


def count_blocks(after: PairedSide, before: PairedSide) -> int:
    """Calendar blocks with trades, of the one that has fewer."""
    return min(after.sample.blocks_with_trades, before.sample.blocks_with_trades)


def name_side_without_trade(after: PairedSide, before: PairedSide) -> str:
    """Which of the two has no trade, in words; empty where both have one."""
    empty = [side.name for side in (after, before) if not side.sample.trades]
    return f"{empty[0]} has no trade" if empty else ""
