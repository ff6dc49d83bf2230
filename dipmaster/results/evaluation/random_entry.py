"""The strategy against matched random entries, and intervals beside the gates'."""

from dataclasses import dataclass

from dipmaster.results.common import Band, Interval, IntervalBounds


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
