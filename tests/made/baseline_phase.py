"""Made figures of phase 0, which loses most of the account."""

from dipmaster.results.common import Interval, IntervalBounds
from dipmaster.results.evaluation.breakdowns import (
    ExitTypeRow,
    HoldingBin,
    HoldingTime,
    MonthRow,
    RegimeRow,
    SymbolRow,
)
from dipmaster.results.evaluation.intrabar import IntrabarOrder, IntrabarReading
from dipmaster.results.evaluation.money import ExposureFigures, MoneyFigures, PerTradeFigures
from dipmaster.results.evaluation.phase import DrawdownFigures, PhaseFigures, TradeCounts
from dipmaster.results.evaluation.random_entry import RandomEntryFigures, UncertaintyFigures
from tests.made.common import COINS, REGIMES, band
from tests.made.risk import costs, episodes, risk


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
