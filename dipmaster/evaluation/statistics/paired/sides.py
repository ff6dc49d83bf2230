"""Two phases side by side: what every difference between them is made of."""

from dataclasses import dataclass

import numpy as np

from dipmaster.backtest import Ledger
from dipmaster.core.kernels import Ints
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import Sample, out_of_sample


@dataclass(frozen=True)
class Track:
    """One phase's side of a comparison.

    Attributes
    ----------
    name
        In words, for reasons.
    candidate
        Shape (trades,), the candidate behind each trade of the sample.
    """

    name: str
    sample: Sample
    candidate: Ints


@dataclass(frozen=True)
class Difference:
    """Later minus earlier, and two one-sided bounds; None where it cannot be computed."""

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""


def track_of(phase: int, sample: Sample, ledger: Ledger, period: Period) -> Track:
    """Put the candidates of the out-of-sample trades beside the sample."""
    trades = out_of_sample(ledger.trades, period)
    return Track(f"phase {phase}", sample, trades["candidate_id"].to_numpy(dtype=np.int64))


def blocks_of(after: Track, before: Track) -> int:
    """Calendar blocks with trades, of the one that has fewer."""
    return min(after.sample.blocks_with_trades, before.sample.blocks_with_trades)


def without_trade(after: Track, before: Track) -> str:
    """Which of the two has no trade, in words; empty where both have one."""
    empty = [track.name for track in (after, before) if not track.sample.trades]
    return f"{empty[0]} has no trade" if empty else ""
