"""Gates and figures of a phase that wins more often than not and loses most of the account."""

from typing import Any

COINS = ("ADAUSDT", "BTCUSDT", "ETHUSDT")
TARGETS = {
    "win_rate": 0.85,
    "excess_win_rate": 0.0,
    "sharpe": 2.0,
    "profit_factor": 1.8,
    "max_drawdown": 0.03,
}


def gate(metric: str, value: Any, low: Any, high: Any, verdict: str, reason: str) -> dict[str, Any]:
    return {
        "phase": 0,
        "metric": metric,
        "target": TARGETS[metric],
        "direction": "max" if metric == "max_drawdown" else "min",
        "value": value,
        "low": low,
        "high": high,
        "n": 549 if metric in ("sharpe", "max_drawdown") else 4417,
        "n_effective": 512.4,
        "n_needed": None,
        "verdict": verdict,
        "reason": reason,
    }


def losing_gates() -> list[dict[str, Any]]:
    return [
        gate(
            "win_rate",
            0.5543,
            0.5321,
            0.5763,
            "FAIL",
            "even the upper bound 57.6 % is below the target 85.0 %",
        ),
        gate(
            "excess_win_rate",
            0.0136,
            -0.0021,
            0.0293,
            "INCONCLUSIVE",
            "the target lies between -0.2 % and 2.9 %; with about 9,100 "
            "trades a verdict is as likely as not",
        ),
        gate("sharpe", -10.91, -13.2, -8.7, "FAIL", "even the upper bound -8.70 is below 2.00"),
        gate("profit_factor", 0.528, 0.47, 0.59, "FAIL", "even the upper bound 0.59 is below 1.80"),
        gate(
            "max_drawdown", 0.561, 0.42, 0.51, "FAIL", "the observed drawdown 56.1 % is not below"
        ),
    ]


def losing_phase(coins: tuple[str, ...] = COINS) -> dict[str, Any]:
    return {
        "verdict": "FAIL",
        "verdict_reason": "fails after Holm's correction: win rate",
        "counts": {
            "candidates": 6012,
            "candidates_out_of_sample": 4502,
            "trades": 4417,
            "trades_burn_in": 1480,
            "losing_trades": 1969,
            "days_with_trades": 541,
            "blocks_with_trades": 18,
            "open_at_end": 1,
            "skipped": {"max_positions": 85, "ruined": 0},
        },
        "money": {
            "equity_at_start": 81234.5,
            "equity_at_end": 35711.2,
            "gross_pnl": 3120.4,
            "fees": 41011.9,
            "slippage": 7631.8,
            "net_pnl": -45523.3,
            "net_return_frac": -0.5604,
            "turnover": 441.7,
        },
        "per_trade": {
            "mean_net_bps": -19.3,
            "median_net_bps": 9.4,
            "mean_gross_bps": 3.1,
            "mean_cost_bps": 22.4,
            "mean_win_bps": 38.7,
            "mean_loss_bps": -91.4,
            "payoff": 0.4234,
            "break_even_win_rate": 0.7026,
        },
        "exits": [
            exit_row("boundary", 2100, 1.0, 60210.0, 28.1, 35.0),
            exit_row("time_limit", 1201, 0.21, -41000.0, -37.2, 180.0),
            exit_row("stop", 811, 0.0, -90210.0, -171.9, 62.5),
            exit_row("target", 304, 1.0, 25470.0, 58.0, 25.0),
            exit_row("end_of_data", 1, 0.0, -12.3, -8.1, 15.0),
        ],
        "holding": {
            "mean_minutes": 84.1,
            "median_minutes": 60.0,
            "p10_minutes": 15.0,
            "p90_minutes": 180.0,
            "share_45_120_frac": 0.311,
            "histogram": [
                {"from_minutes": 15 * k, "to_minutes": 15 * (k + 1), "trades": 900 - 61 * k}
                for k in range(13)
            ],
        },
        "by_symbol": [
            {
                "symbol": coin,
                "trades": 440,
                "win_rate": 0.55,
                "profit_factor": 0.53,
                "net_pnl": -4500.0,
                "mean_net_bps": -19.0,
            }
            for coin in coins
        ],
        "by_month": [
            {
                "month": f"{2023 + (5 + k) // 12}-{(5 + k) % 12 + 1:02d}",
                "trades": 240,
                "win_rate": 0.55,
                "net_pnl": -2400.0 + 500 * (k % 7),
                "return_frac": -0.04 + 0.01 * (k % 7),
                "max_drawdown_frac": 0.05,
            }
            for k in range(19)
        ],
        "by_regime": [
            {
                "regime": regime,
                "trades": 1400,
                "win_rate": 0.55,
                "profit_factor": 0.5,
                "mean_net_bps": -18.0,
            }
            for regime in ("low", "normal", "high")
        ],
        "random_entry": {
            "matched_trades": 4401,
            "pool": 5000,
            "draws": 1000,
            "win_rate": {"mean": 0.5402, "low": 0.524, "high": 0.556},
            "profit_factor": {"mean": 0.498, "low": 0.46, "high": 0.53},
            "mean_net_bps": {"mean": -21.4, "low": -23.1, "high": -19.8},
            "p_value": 0.041,
            "excess_win_rate": {"value": 0.0136, "low": -0.0021, "high": 0.0293},
        },
        "drawdown": {
            "max_frac": 0.561,
            "peak_time": "2023-06-30T14:05:00Z",
            "trough_time": "2024-12-29T20:10:00Z",
            "horizon_max_frac": 0.498,
            "horizon_days": 365,
            "bootstrap_median_frac": 0.47,
            "bootstrap_upper_frac": 0.51,
        },
        "detail": {
            "design_effect_win_rate": 2.1,
            "clopper_pearson_if_independent": {"low": 0.5395, "high": 0.569},
            "sharpe_hac": {"low": -13.0, "high": -8.8},
            "sharpe_bootstrap": {"low": -13.2, "high": -8.7},
            "sharpe_psr": {"low": -12.5, "high": -9.3},
            "probabilistic_sharpe": 0.0,
            "lo_eta_365": 18.2,
            "daily_vol_annual_frac": 0.052,
            "profit_factor_equal_notional": 0.53,
        },
    }


def exit_row(
    kind: str, trades: int, won: float, net: float, bps: float, m: float
) -> dict[str, Any]:
    return {
        "exit_type": kind,
        "trades": trades,
        "share_frac": trades / 4417,
        "win_rate": won,
        "net_pnl": net,
        "mean_net_bps": bps,
        "median_minutes": m,
    }
