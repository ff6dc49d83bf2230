"""Made figures of a phase that made no trade."""

from dataclasses import replace

from dipmaster.results.common import Interval, IntervalBounds
from dipmaster.results.evaluation.intrabar import IntrabarOrder, IntrabarReading
from dipmaster.results.evaluation.money import ExposureFigures, MoneyFigures, PerTradeFigures
from dipmaster.results.evaluation.phase import DrawdownFigures, LostAt, PhaseFigures
from dipmaster.results.evaluation.random_entry import RandomEntryFigures, UncertaintyFigures
from tests.made.baseline_phase import holding, losing_phase
from tests.made.common import COINS, band
from tests.made.risk import no_costs, no_risk

NO_BOUNDS = IntervalBounds(None, None)
NO_DATA = (
    "sample too small (0 trades, minimum 100; 0 losing trades, minimum 10; "
    "0 blocks with trades, minimum 6)"
)
NO_RATE = "no trades so far; no losing trades so far; no blocks with trades so far"
NO_READING = IntrabarReading(trades=0, win_rate=None, mean_net_bps=None, profit_factor=None)
UNREAD = IntrabarOrder(
    trades_touching_both=0, share_frac=None, stop_first=NO_READING, target_first=NO_READING
)


def idle_phase(coins: tuple[str, ...] = COINS) -> PhaseFigures:
    """Phase 0 without a single trade."""
    base = losing_phase(coins)
    nothing = band(None)
    return replace(
        base,
        verdict="INSUFFICIENT DATA",
        verdict_reason=NO_DATA,
        days_needed=None,
        days_needed_reason=NO_RATE,
        counts=replace(
            base.counts, trades=0, trades_burn_in=0, losing_trades=0, days_with_trades=0,
            blocks_with_trades=0, open_at_end=0,
        ),
        money=MoneyFigures(
            equity_at_start=1e5, equity_at_end=1e5, gross_pnl=0.0, fees=0.0, half_spread_cost=0.0,
            slippage_cost=0.0, funding=0.0, net_pnl=0.0, net_return_frac=0.0,
            annualised_return_frac=0.0, turnover=0.0, turnover_annual=0.0,
        ),
        exposure=ExposureFigures(time_in_market_frac=0.0, mean_frac=0.0, peak_frac=0.0),
        risk=no_risk(),
        costs=no_costs(),
        per_trade=PerTradeFigures(
            mean_net_bps=None, median_net_bps=None, mean_gross_bps=None, mean_cost_bps=None,
            mean_fees_bps=None, mean_half_spread_bps=None, mean_slippage_bps=None,
            mean_funding_bps=None, mean_win_bps=None, mean_loss_bps=None, payoff=None,
            break_even_win_rate=None,
        ),
        exits=(),
        holding=replace(
            holding(0.0, (0,) * 13), mean_minutes=None, median_minutes=None, p10_minutes=None,
            p90_minutes=None, in_band_frac=None,
        ),
        by_symbol=(),
        by_month=tuple(
            replace(row, trades=0, win_rate=None, net_pnl=0.0, return_frac=0.0,
                    max_drawdown_frac=0.0)
            for row in base.by_month
        ),
        by_regime=(),
        intrabar=UNREAD,
        random_entry=RandomEntryFigures(
            matched_trades=0, pool=0, draws=1000, win_rate=nothing, profit_factor=nothing,
            mean_net_bps=nothing, p_value=None, excess_win_rate=Interval(None, None, None),
            excess_blocks_together=NO_BOUNDS,
        ),
        drawdown=DrawdownFigures(
            max_frac=0.0, peak_time=None, trough_time=None, worst=(), days=550,
            horizon_max_frac=0.0, horizon_days=365, bootstrap_lower_frac=None,
            bootstrap_median_frac=None, bootstrap_upper_frac=None,
        ),
        uncertainty=UncertaintyFigures(
            design_effect_win_rate=None, clopper_pearson_if_independent=NO_BOUNDS,
            sharpe_hac=NO_BOUNDS, sharpe_bootstrap=NO_BOUNDS, sharpe_psr=NO_BOUNDS,
            probabilistic_sharpe=None, lo_eta_365=None, daily_vol_annual_frac=None,
            profit_factor_equal_notional=None,
        ),
    )  # fmt: skip


def abstaining_phase(reason: str, at: LostAt, coins: tuple[str, ...] = COINS) -> PhaseFigures:
    """A later phase that ordered nothing."""
    return replace(idle_phase(coins), abstained=reason, abstained_at=at)
