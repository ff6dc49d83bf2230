"""Made figures of phases: 0 loses most of the account, 1 and 2 trade little and win more often."""

from dataclasses import replace

from dipmaster.results.common import Interval, IntervalBounds
from dipmaster.results.evaluation.breakdowns import (
    ExitTypeRow,
    HoldingBin,
    HoldingTime,
    MonthRow,
    RegimeRow,
    SymbolRow,
)
from dipmaster.results.evaluation.chance import RandomEntryFigures, UncertaintyFigures
from dipmaster.results.evaluation.intrabar import IntrabarOrder, IntrabarReading
from dipmaster.results.evaluation.money import ExposureFigures, MoneyFigures, PerTradeFigures
from dipmaster.results.evaluation.phase import DrawdownFigures, LostAt, PhaseFigures, TradeCounts
from tests.made.common import COINS, REGIMES, band
from tests.made.risk import costs, episodes, no_costs, no_risk, risk

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


def losing_phase(coins: tuple[str, ...] = COINS) -> PhaseFigures:
    """Phase 0."""
    return PhaseFigures(
        verdict="FAIL",
        verdict_reason="fails, corrected for 5 gates (Holm): win rate",
        days_needed=0,
        days_needed_reason="",
        counts=TradeCounts(
            candidates=6012,
            candidates_out_of_sample=4502,
            trades=4417,
            trades_burn_in=1480,
            losing_trades=1969,
            break_even=0,
            days_with_trades=541,
            blocks_with_trades=18,
            open_at_end=1,
            rejected={"max_positions": 85, "ruined": 0},
        ),
        money=MoneyFigures(
            equity_at_start=81234.5,
            equity_at_end=35711.2,
            gross_pnl=3120.4,
            fees=41011.9,
            half_spread_cost=4579.1,
            slippage_cost=3052.7,
            funding=0.0,
            net_pnl=-45523.3,
            net_return_frac=-0.5604,
            annualised_return_frac=-0.4204,
            turnover=441.7,
            turnover_annual=293.1,
        ),
        exposure=ExposureFigures(time_in_market_frac=0.403, mean_frac=0.0356, peak_frac=0.4995),
        per_trade=PerTradeFigures(
            mean_net_bps=-19.3,
            median_net_bps=9.4,
            mean_gross_bps=3.1,
            mean_cost_bps=22.4,
            mean_fees_bps=18.9,
            mean_half_spread_bps=2.1,
            mean_slippage_bps=1.4,
            mean_funding_bps=0.0,
            mean_win_bps=38.7,
            mean_loss_bps=-91.4,
            payoff=0.4234,
            break_even_win_rate=0.7026,
        ),
        exits=(
            exit_row("quarter_hour", 2100, 1.0, 60210.0, 28.1, 35.0),
            exit_row("time_limit", 1201, 0.21, -41000.0, -37.2, 180.0),
            exit_row("stop", 811, 0.0, -90210.0, -171.9, 62.5),
            exit_row("target", 304, 1.0, 25470.0, 58.0, 25.0),
            exit_row("end_of_data", 1, 0.0, -12.3, -8.1, 15.0),
        ),
        holding=holding(84.1, tuple(900 - 61 * k for k in range(13))),
        by_symbol=tuple(
            SymbolRow(
                symbol=coin,
                trades=440,
                win_rate=0.55,
                profit_factor=0.53,
                mean_net_bps=-19.0,
                net_pnl=-4500.0,
            )
            for coin in coins
        ),
        by_month=tuple(month_row(k) for k in range(19)),
        by_regime=tuple(
            RegimeRow(
                regime=name, trades=1400, win_rate=0.55, profit_factor=0.5, mean_net_bps=-18.0
            )
            for name in REGIMES
        ),
        random_entry=RandomEntryFigures(
            matched_trades=4401,
            pool=5000,
            draws=1000,
            win_rate=band(0.5402, 0.016),
            profit_factor=band(0.498, 0.035),
            mean_net_bps=band(-21.4, 1.7),
            p_value=0.041,
            excess_win_rate=Interval(0.0136, -0.0021, 0.0293),
            excess_blocks_together=IntervalBounds(0.0012, 0.026),
        ),
        drawdown=DrawdownFigures(
            max_frac=0.561,
            peak_time="2023-06-30T14:05:00Z",
            trough_time="2024-12-29T20:10:00Z",
            worst=episodes(0.561, recovered=False),
            days=550,
            horizon_max_frac=0.498,
            horizon_days=365,
            bootstrap_lower_frac=0.41,
            bootstrap_median_frac=0.47,
            bootstrap_upper_frac=0.51,
        ),
        risk=risk(coins),
        costs=costs(),
        intrabar=IntrabarOrder(
            trades_touching_both=18,
            share_frac=0.004,
            stop_first=IntrabarReading(
                trades=4417, win_rate=0.554, mean_net_bps=-19.3, profit_factor=0.55
            ),
            target_first=IntrabarReading(
                trades=4417, win_rate=0.558, mean_net_bps=-18.4, profit_factor=0.57
            ),
        ),
        uncertainty=UncertaintyFigures(
            design_effect_win_rate=2.1,
            clopper_pearson_if_independent=IntervalBounds(0.5395, 0.569),
            sharpe_hac=IntervalBounds(-13.0, -8.8),
            sharpe_bootstrap=IntervalBounds(-13.2, -8.7),
            sharpe_psr=IntervalBounds(-12.5, -9.3),
            probabilistic_sharpe=0.0,
            lo_eta_365=18.2,
            daily_vol_annual_frac=0.052,
            profit_factor_equal_notional=0.53,
        ),
    )


def exit_row(
    kind: str, trades: int, won: float, net: float, bps: float, minutes: float, of: int = 4417
) -> ExitTypeRow:
    return ExitTypeRow(
        exit_type=kind,
        trades=trades,
        share_frac=trades / of,
        win_rate=won,
        net_pnl=net,
        mean_net_bps=bps,
        median_minutes=minutes,
    )


def holding(mean: float, counts: tuple[int, ...]) -> HoldingTime:
    return HoldingTime(
        mean_minutes=mean,
        median_minutes=60.0,
        p10_minutes=15.0,
        p90_minutes=180.0,
        in_band_frac=0.311,
        histogram=tuple(
            HoldingBin(from_minutes=15 * k, to_minutes=15 * (k + 1), trades=n)
            for k, n in enumerate(counts)
        ),
    )


def month_row(k: int) -> MonthRow:
    """The k-th month of the out-of-sample period."""
    return MonthRow(
        month=f"{2023 + (5 + k) // 12}-{(5 + k) % 12 + 1:02d}",
        trades=240,
        win_rate=0.55,
        net_pnl=-2400.0 + 500 * (k % 7),
        return_frac=-0.04 + 0.01 * (k % 7),
        max_drawdown_frac=0.05,
    )


def selecting_phase(coins: tuple[str, ...] = COINS) -> PhaseFigures:
    """Phase 1."""
    base = losing_phase(coins)
    return replace(
        base,
        verdict="INCONCLUSIVE",
        verdict_reason="inconclusive: win rate, sharpe, profit factor",
        days_needed=2345,
        days_needed_reason="",
        counts=replace(
            base.counts,
            trades=171,
            losing_trades=27,
            break_even=0,
            trades_burn_in=12,
            days_with_trades=92,
            blocks_with_trades=17,
            open_at_end=0,
        ),
        money=MoneyFigures(
            equity_at_start=99100.0,
            equity_at_end=101020.0,
            gross_pnl=3110.0,
            fees=1010.0,
            half_spread_cost=108.0,
            slippage_cost=72.0,
            funding=0.0,
            net_pnl=1920.0,
            net_return_frac=0.0194,
            annualised_return_frac=0.0128,
            turnover=17.1,
            turnover_annual=11.3,
        ),
        exposure=ExposureFigures(time_in_market_frac=0.0062, mean_frac=0.0003, peak_frac=0.1502),
        per_trade=replace(
            base.per_trade,
            mean_net_bps=22.4,
            mean_gross_bps=45.0,
            mean_cost_bps=22.6,
            mean_fees_bps=19.0,
            mean_half_spread_bps=2.2,
            mean_win_bps=49.0,
            mean_loss_bps=-110.0,
            payoff=0.445,
            break_even_win_rate=0.69,
        ),
        exits=(
            exit_row("target", 90, 1.0, 2210.0, 55.1, 25.0, 171),
            exit_row("quarter_hour", 50, 1.0, 900.0, 31.0, 40.0, 171),
            exit_row("stop", 31, 0.0, -1190.0, -172.0, 60.0, 171),
        ),
        by_symbol=tuple(
            replace(
                row,
                trades=171 // len(coins),
                win_rate=0.84,
                net_pnl=640.0,
                mean_net_bps=22.0,
                profit_factor=1.4,
            )
            for row in base.by_symbol
        ),
        risk=risk(coins, days=92),
        costs=costs(22.5, 171),
        abstained=None,
        abstained_at=None,
    )


def adaptive_phase(coins: tuple[str, ...] = COINS) -> PhaseFigures:
    """Phase 2 trades what phase 1 trades and leaves it otherwise."""
    base = selecting_phase(coins)
    return replace(
        base,
        money=replace(
            base.money,
            equity_at_end=100610.0,
            net_pnl=1510.0,
            net_return_frac=0.0152,
            annualised_return_frac=0.0101,
        ),
        per_trade=replace(base.per_trade, mean_net_bps=17.6, mean_gross_bps=40.2),
        exits=(
            exit_row("target", 70, 1.0, 2410.0, 61.1, 35.0, 171),
            exit_row("trailing_stop", 61, 0.9, 900.0, 21.0, 55.0, 171),
            exit_row("stop", 37, 0.0, -1490.0, -172.0, 70.0, 171),
            exit_row("optimal_timing", 3, 0.667, -310.0, -7.0, 90.0, 171),
        ),
        holding=holding(71.2, tuple(20 - k for k in range(13))),
    )


def sizing_phase(coins: tuple[str, ...] = COINS) -> PhaseFigures:
    """Phase 3 trades nearly all that phase 2 trades, in smaller sizes."""
    base = adaptive_phase(coins)
    return replace(
        base,
        counts=replace(base.counts, trades=168),
        money=replace(
            base.money,
            equity_at_end=100230.0,
            net_pnl=560.0,
            net_return_frac=0.0056,
            annualised_return_frac=0.0037,
        ),
    )


def evidence_phase(coins: tuple[str, ...] = COINS) -> PhaseFigures:
    """Phase 4 trades nearly twice as often."""
    base = sizing_phase(coins)
    return replace(
        base,
        counts=replace(base.counts, trades=302),
        money=replace(
            base.money,
            equity_at_end=103700.0,
            net_pnl=4030.0,
            net_return_frac=0.0404,
            annualised_return_frac=0.0266,
        ),
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
