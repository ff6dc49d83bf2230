"""Both readings of the order of prices inside a bar."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class IntrabarReading:
    """A phase's out-of-sample trades with the stop, or the target, taken first inside a bar."""

    trades: int
    win_rate: float | None
    mean_net_bps: float | None
    profit_factor: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntrabarOrder:
    """What the order inside one bar decides: trades whose exit bar touched stop and target.

    Attributes
    ----------
    share_frac
        Of the judged trades; None without a trade.
    stop_first
        As judged.
    target_first
        The same orders traded again by the same account, the target taken first.
    """

    trades_touching_both: int
    share_frac: float | None
    stop_first: IntrabarReading
    target_first: IntrabarReading
