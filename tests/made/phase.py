"""Made figures of phases 1 to 4, which trade little and win more often than phase 0."""

from dataclasses import replace

from dipmaster.results.evaluation.money import ExposureFigures, MoneyFigures
from dipmaster.results.evaluation.phase import PhaseFigures
from tests.made.baseline_phase import exit_row, holding, losing_phase
from tests.made.common import COINS
from tests.made.risk import costs, risk


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
        money=ending(base.money, 100610.0, 1510.0, 0.0152, 0.0101),
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
        money=ending(base.money, 100230.0, 560.0, 0.0056, 0.0037),
    )


def evidence_phase(coins: tuple[str, ...] = COINS) -> PhaseFigures:
    """Phase 4 trades nearly twice as often."""
    base = sizing_phase(coins)
    return replace(
        base,
        counts=replace(base.counts, trades=302),
        money=ending(base.money, 103700.0, 4030.0, 0.0404, 0.0266),
    )


def ending(
    money: MoneyFigures, equity: float, net_pnl: float, return_frac: float, annual_frac: float
) -> MoneyFigures:
    """The account with another end."""
    return replace(
        money,
        equity_at_end=equity,
        net_pnl=net_pnl,
        net_return_frac=return_frac,
        annualised_return_frac=annual_frac,
    )
