"""Accounts and bars out of sample."""

from collections.abc import Mapping
from dataclasses import dataclass

from dipmaster.results.common import Interval, SampleInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseHealth:
    """The account of one phase out of sample.

    Attributes
    ----------
    episodes
        Groups of trades that were held together; each counts once in the win rate.
    win_rate
        Mean over episodes, bounds valid at every time; n counts the trades.
    sharpe
        Annual, with asymptotic bounds valid at every time.
    mean_net_bps
        Per trade.
    max_drawdown_frac, drawdown_frac
        Largest so far, and at the last bar.
    caps
        Limit to trades whose size it cut.
    rejected
        Reason to orders that were not filled, of the whole period.
    """

    phase: int
    episodes: int
    win_rate: SampleInterval
    sharpe: Interval
    mean_net_bps: float | None
    max_drawdown_frac: float
    drawdown_frac: float
    caps: Mapping[str, int]
    rejected: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinFeed:
    """Bars of one coin out of sample.

    Attributes
    ----------
    missing_bars, recent_missing_bars
        Without a trade, of all and of the newest window.
    longest_gap_bars
        Most in a row.
    stale_bars
        At the end, since the last traded bar.
    unchanged_bars
        Most bars in a row that closed at the same price.
    stray_bars
        Left out by ingest because they lie far from all others.
    """

    symbol: str
    bars: int
    missing_bars: int
    recent_missing_bars: int
    longest_gap_bars: int
    stale_bars: int
    unchanged_bars: int
    stray_bars: int
