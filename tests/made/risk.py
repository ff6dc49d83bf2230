"""Made risk, cost and benchmark figures of phases."""

from dipmaster.results.evaluation.benchmarks import Benchmarks, BuyAndHoldBenchmark, CashBenchmark
from dipmaster.results.evaluation.costs import Capacity, CapacityLevel, CostFigures
from dipmaster.results.evaluation.risk import (
    Concentration,
    DailyTailRisk,
    DrawdownEpisode,
    RiskFigures,
    StopOutLoss,
    WorstTrade,
)
from tests.made.common import COINS

BENCHMARKS = Benchmarks(
    calendar_days=550.0,
    cash=CashBenchmark(annual_rate_frac=0.0, return_frac=0.0),
    buy_and_hold=BuyAndHoldBenchmark(
        symbols=3, return_frac=0.187, annualised_return_frac=0.121, sharpe=0.5,
        max_drawdown_frac=0.445,
    ),
)  # fmt: skip


def episodes(deepest: float, recovered: bool = True) -> tuple[DrawdownEpisode, ...]:
    """Five drawdowns, each half as deep as the one before; the first may not have recovered."""
    return tuple(
        DrawdownEpisode(
            peak_time=f"2023-{7 + k:02d}-02T14:05:00Z",
            trough_time=f"2023-{7 + k:02d}-11T20:10:00Z",
            recovery_time=f"2023-{7 + k:02d}-28T03:15:00Z" if k or recovered else None,
            depth_frac=deepest / 2**k,
            days=25.5 if k or recovered else 546.4,
        )
        for k in range(5)
    )


def risk(coins: tuple[str, ...] = COINS, trades: int = 10, days: int = 541) -> RiskFigures:
    """Of a phase with at least that many trades."""
    return RiskFigures(
        worst_trades=tuple(worst_trade(k, coins) for k in range(min(trades, 10))),
        daily_tail=DailyTailRisk(
            level=0.95, days=550, losing_days=301, var_frac=0.0056, es_frac=0.0072, reason=""
        ),
        held_tail=DailyTailRisk(
            level=0.95, days=505, losing_days=301, var_frac=0.0059, es_frac=0.0075, reason=""
        ),
        stop_out=StopOutLoss(
            positions=9,
            time="2024-08-05T03:15:00Z",
            loss_frac=0.00792,
            limit_positions=10,
            limit_loss_frac=0.0089,
        ),
        by_symbol=concentration(len(coins), 1, coins[:1]),
        by_day=concentration(days, 5, tuple(f"2024-0{k}-12" for k in range(1, 6))),
    )


def worst_trade(k: int, coins: tuple[str, ...]) -> WorstTrade:
    return WorstTrade(
        trade_id=100 + 37 * k,
        symbol=coins[k % len(coins)],
        entry_time=f"2024-01-{2 + k:02d}T13:55:00Z",
        exit_time=f"2024-01-{2 + k:02d}T14:35:00Z",
        exit_type="stop" if k < 9 else "time_limit",
        net_bps=-184.5 + 2 * k,
        equity_frac=-0.00092 + 0.00001 * k,
    )


def concentration(groups: int, top: int, names: tuple[str, ...]) -> Concentration:
    return Concentration(
        groups=groups, top=top, top_by_trades=names, top_by_pnl=names, trades_frac=0.34,
        net_pnl_frac=0.39, absolute_pnl_frac=0.36, herfindahl_trades=0.34, herfindahl_pnl=0.35,
    )  # fmt: skip


def costs(break_even: float = 1.3, trades: int = 4417) -> CostFigures:
    return CostFigures(
        cost_bps_per_side=11.2,
        break_even_bps_per_side=break_even,
        capacity=Capacity(
            trades=trades, participation_p50_frac=0.0012, participation_p95_frac=0.0071,
            participation_max_frac=0.031, reason="",
            levels=(
                CapacityLevel(participation_frac=0.01, account_size=141000.0),
                CapacityLevel(participation_frac=0.05, account_size=705000.0),
            ),
        ),
    )  # fmt: skip


def no_risk() -> RiskFigures:
    """Of a phase without a trade."""
    nothing: tuple[str, ...] = ()
    empty = {
        "groups": 0, "top_by_trades": nothing, "top_by_pnl": nothing, "trades_frac": None,
        "net_pnl_frac": None, "absolute_pnl_frac": None, "herfindahl_trades": None,
        "herfindahl_pnl": None,
    }  # fmt: skip
    return RiskFigures(
        worst_trades=(),
        daily_tail=DailyTailRisk(
            level=0.95, days=0, losing_days=0, var_frac=None, es_frac=None, reason="no trades"
        ),
        held_tail=DailyTailRisk(
            level=0.95, days=0, losing_days=0, var_frac=None, es_frac=None, reason="no trades"
        ),
        stop_out=StopOutLoss(
            positions=0, time=None, loss_frac=0.0, limit_positions=10, limit_loss_frac=0.0
        ),
        by_symbol=Concentration(top=1, **empty),
        by_day=Concentration(top=5, **empty),
    )


def no_costs() -> CostFigures:
    """Of a phase without a trade."""
    levels = (0.01, 0.05)
    return CostFigures(
        cost_bps_per_side=None,
        break_even_bps_per_side=None,
        capacity=Capacity(
            trades=0, participation_p50_frac=None, participation_p95_frac=None,
            participation_max_frac=None, reason="no trades",
            levels=tuple(CapacityLevel(participation_frac=x, account_size=None) for x in levels),
        ),
    )  # fmt: skip
