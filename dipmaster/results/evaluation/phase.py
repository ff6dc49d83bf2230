"""What is measured of every phase out of sample; times are UTC, money is in the quote currency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dipmaster.results.common import Band, Interval, IntervalBounds, SampleInterval, Verdict
from dipmaster.results.evaluation.breakdowns import (
    ExitTypeRow,
    HoldingTime,
    MonthRow,
    RegimeRow,
    SymbolRow,
)
from dipmaster.results.evaluation.costs import CostFigures
from dipmaster.results.evaluation.risk import DrawdownEpisode, RiskFigures
from dipmaster.results.fields import OMITTED

LostAt = Literal["candidates", "score", "threshold", "steps", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeCounts:
    """How many.

    Attributes
    ----------
    trades, trades_burn_in
        Opened out of sample, and before.
    losing_trades
        That did not win, those of `break_even` included.
    break_even
        That brought back what they took, to rounding.
    days_with_trades, blocks_with_trades
        Calendar days and blocks in which one was opened.
    open_at_end
        Closed only because the data ended.
    rejected
        Reason to number of orders that were not filled.
    """

    candidates: int
    candidates_out_of_sample: int
    trades: int
    trades_burn_in: int
    losing_trades: int
    break_even: int
    days_with_trades: int
    blocks_with_trades: int
    open_at_end: int
    rejected: Mapping[str, int]

    @property
    def won(self) -> int:
        """Trades that made money."""
        return self.trades - self.losing_trades

    @property
    def lost(self) -> int:
        """Trades that lost money."""
        return self.losing_trades - self.break_even


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
    payoff
        Mean win over mean loss; with `break_even_win_rate` None without both.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomEntryFigures:
    """Against entries drawn at random from bars like those traded.

    Attributes
    ----------
    matched_trades
        Trades that have like bars.
    pool, draws
        Random entries, and portfolios drawn from them.
    p_value
        How often chance alone would do as well; None without bounds.
    excess_win_rate
        Fraction by which the trades win more often than the pool; no reason is given here.
    excess_blocks_together
        Narrower bounds, right where strata match perfectly.
    """

    matched_trades: int
    pool: int
    draws: int
    win_rate: Band
    profit_factor: Band
    mean_net_bps: Band
    p_value: float | None
    excess_win_rate: Interval
    excess_blocks_together: IntervalBounds


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawdownFigures:
    """Falls of the account as fractions of the peak before.

    Attributes
    ----------
    max_frac, peak_time, trough_time
        Largest fall of the whole period, and where it lies; no times without a fall.
    worst
        At most five that do not overlap, deepest first.
    days
        Out of sample, those without bars left out.
    horizon_max_frac
        Largest fall within any `horizon_days`; None where the period is shorter.
    bootstrap_lower_frac, bootstrap_median_frac, bootstrap_upper_frac
        Quantiles alpha, 0.5 and 1 - alpha of bootstrap paths of `horizon_days`; None where the
        period is shorter, or there are no bounds.
    """

    max_frac: float
    peak_time: str | None
    trough_time: str | None
    worst: tuple[DrawdownEpisode, ...]
    days: int
    horizon_max_frac: float | None
    horizon_days: int
    bootstrap_lower_frac: float | None
    bootstrap_median_frac: float | None
    bootstrap_upper_frac: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertaintyFigures:
    """What intervals and gates rest on; None where it cannot be computed.

    Attributes
    ----------
    design_effect_win_rate
        Variance of the win rate over that of independent trades.
    clopper_pearson_if_independent
        Of the win rate, exact binomial.
    sharpe_hac, sharpe_bootstrap, sharpe_psr
        Three bounds of the annual Sharpe ratio.
    probabilistic_sharpe
        Probability that it exceeds its target (Bailey and Lopez de Prado 2012).
    lo_eta_365
        Factor from daily to annual Sharpe ratio (Lo 2002).
    daily_vol_annual_frac
        Standard deviation of daily returns, annual.
    """

    design_effect_win_rate: float | None
    clopper_pearson_if_independent: IntervalBounds
    sharpe_hac: IntervalBounds
    sharpe_bootstrap: IntervalBounds
    sharpe_psr: IntervalBounds
    probabilistic_sharpe: float | None
    lo_eta_365: float | None
    daily_vol_annual_frac: float | None
    profit_factor_equal_notional: float | None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Degradation:
    """What a phase adds that reduces net return; it fails the phase whatever its gates say.

    Attributes
    ----------
    reason
        In words.
    change_mean_net_bps
        The number that decides, with its interval: mean net return per trade with what the
        phase adds, less that without; n counts the candidates simulated individually.
    """

    reason: str
    change_mean_net_bps: SampleInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseFigures:
    """Every figure of a phase outside gates.json.

    Attributes
    ----------
    days_needed
        The most that any undecided gate of the phase needs, 0 where the phase is decided.
    days_needed_reason
        Why that is None; empty where it is not.
    exits
        A row an exit type, the most frequent first.
    abstained
        Why nothing was ordered; None where something was. Empty, and no key, in phase 0, which
        orders every candidate; so is the one below.
    abstained_at
        Where the last candidate was lost.
    degradation
        What fails the phase beside its gates; None, and no key, where nothing does.
    """

    verdict: Verdict
    verdict_reason: str
    days_needed: int | None
    days_needed_reason: str
    counts: TradeCounts
    money: MoneyFigures
    exposure: ExposureFigures
    per_trade: PerTradeFigures
    exits: tuple[ExitTypeRow, ...]
    holding: HoldingTime
    by_symbol: tuple[SymbolRow, ...]
    by_month: tuple[MonthRow, ...]
    by_regime: tuple[RegimeRow, ...]
    random_entry: RandomEntryFigures
    drawdown: DrawdownFigures
    risk: RiskFigures
    costs: CostFigures
    uncertainty: UncertaintyFigures
    intrabar: IntrabarOrder
    abstained: str | None = field(default="", metadata=OMITTED)
    abstained_at: Literal["candidates", "score", "threshold", "steps", ""] | None = field(
        default="", metadata=OMITTED
    )
    degradation: Degradation | None = field(default=None, metadata=OMITTED)
