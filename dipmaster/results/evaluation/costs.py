"""What costs a phase could bear, and the account size that the traded volume allows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityLevel:
    """Account at which the 95th percentile of the participation rate reaches a level.

    Attributes
    ----------
    account_size
        Equity in the quote currency, if orders stay the same share of equity; None where the
        participation rate is.
    """

    participation_frac: float
    account_size: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Size of the orders against the volume traded in the bar of their entry.

    Attributes
    ----------
    trades
        Trades with a known volume of the entry bar; the others are left out.
    participation_p50_frac, participation_p95_frac, participation_max_frac
        Quantity bought over the bar's volume; None without such a trade.
    levels
        Of the account size; lowest participation rate first.
    reason
        Why the figures are None; empty where they are not.
    """

    trades: int
    participation_p50_frac: float | None
    participation_p95_frac: float | None
    participation_max_frac: float | None
    levels: tuple[CapacityLevel, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostFigures:
    """Costs a side, in basis points of the value traded; None without trades.

    Attributes
    ----------
    cost_bps_per_side
        Mean of fees, half-spread and slippage; funding is not among them.
    break_even_bps_per_side
        Cost at which the mean net return per trade is zero, the same trades being made; below
        zero where they lose money before costs.
    """

    cost_bps_per_side: float | None
    break_even_bps_per_side: float | None
    capacity: Capacity
