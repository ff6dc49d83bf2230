"""What a phase earned, paid and held; money is in the quote currency."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyFigures:
    """The account.

    Attributes
    ----------
    half_spread_cost, slippage_cost
        Of both sides; with fees and funding the difference between gross and net.
    funding
        Paid for holding futures; 0 where no coin is charged.
    net_return_frac
        None where the account began with nothing.
    annualised_return_frac
        Compound, 365 calendar days a year; None as the net return, and where the period is
        shorter than a year.
    turnover
        Notional traded over the mean account; None where the account is worth nothing.
    turnover_annual
        The same for 365 calendar days.
    """

    equity_at_start: float
    equity_at_end: float
    gross_pnl: float
    fees: float
    half_spread_cost: float
    slippage_cost: float
    funding: float
    net_pnl: float
    net_return_frac: float | None
    annualised_return_frac: float | None
    turnover: float | None
    turnover_annual: float | None

    @property
    def slippage(self) -> float:
        """Half-spread and slippage together, as the trades have them."""
        return self.half_spread_cost + self.slippage_cost


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureFigures:
    """How much of the time, and of the account, is invested; over all bars out of sample.

    Attributes
    ----------
    time_in_market_frac
        Share of bars at whose close a position is open.
    mean_frac, peak_frac
        Value of the positions over equity at the close of each bar; the mean is over all bars,
        those without a position included.
    """

    time_in_market_frac: float
    mean_frac: float
    peak_frac: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PerTradeFigures:
    """Returns on notional in basis points, None without trades of the kind.

    Gross less fees, half-spread, slippage and funding is net.

    Attributes
    ----------
    mean_cost_bps
        Of all four.
    mean_loss_bps
        Of the trades that lost; those that broke even are left out.
    payoff
        Mean win over mean loss; None without both.
    break_even_win_rate
        Where mean win and the mean of trades not won cancel, those that broke even included, as
        the win rate counts them; None without both.
    """

    mean_net_bps: float | None
    median_net_bps: float | None
    mean_gross_bps: float | None
    mean_cost_bps: float | None
    mean_fees_bps: float | None
    mean_half_spread_bps: float | None
    mean_slippage_bps: float | None
    mean_funding_bps: float | None
    mean_win_bps: float | None
    mean_loss_bps: float | None
    payoff: float | None
    break_even_win_rate: float | None
