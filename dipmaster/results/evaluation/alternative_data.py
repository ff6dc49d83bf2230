"""What alternative data changed in the trades, against the phase before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dipmaster.results.common import Credit, DataStatus, SampleInterval

Reach = Literal["within reach", "open", "out of reach", "not known"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedTrades:
    """Trades that one phase made, as standalone trades under its exits.

    Attributes
    ----------
    mean_net_bps
        None without a trade.
    """

    n: int
    wins: int
    mean_net_bps: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTrades:
    """Trades whose score one feed moved most.

    Attributes
    ----------
    gained
        It raised their score most.
    lost
        It lowered their score most.
    """

    gained: MovedTrades
    lost: MovedTrades


@dataclass(frozen=True, slots=True, kw_only=True)
class WinRateCeiling:
    """How near the target of the win rate these exits can come.

    Attributes
    ----------
    mean_confidence
        Of the trades: the win rate to expect where the score is calibrated; None without one.
    planted
        Win rate of the trades on a drop that the simulator made revert: what is left where every
        false signal is taken away. No upper bound for another choice of trades: deeper drops
        win more often. None on bars of an unknown truth.
    reach
        Of the target, by the bounds of `planted`: out of reach where even these trades miss it,
        so that the exits' geometry is the limit and neither more data nor better evidence on the
        same trades; not known without a truth or without bounds.
    """

    target: float
    reach: Reach
    mean_confidence: float | None
    planted: SampleInterval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeDataFigures:
    """Phase 4 against the phase before, out of sample.

    Attributes
    ----------
    candidates, with_evidence
        All, and those scored by the second layer.
    admitted_before, admitted
        By the signal filter on the confidence of phase 1, and on that of phase 4.
    kept, gained, lost
        Trades of both phases, of this one alone, and of the one before alone.
    by_feed
        order_book, on_chain, sentiment.
    """

    status: DataStatus
    credit: Credit
    candidates: int
    with_evidence: int
    admitted_before: int
    admitted: int
    kept: MovedTrades
    gained: MovedTrades
    lost: MovedTrades
    by_feed: Mapping[str, FeedTrades]
    ceiling: WinRateCeiling
