"""volatility.json and the table behind it, as the volatility stage writes them."""

from typing import Any

import numpy as np
import pandas as pd

from tests.report.made.phase import COINS

FORECASTS = ("garch", "rv_ewma", "har")
TOO_FEW = "fewer than 14 days of forecasts"
SUMMARY = """                           Zero Mean - GARCH Model Results
=====================================================================================
Dep. Variable:                             y   R-squared:                          --
Vol Model:                             GARCH   Log-Likelihood:                6414.41
Distribution:                         Normal   AIC:                          -12822.8"""


def judged(coins: tuple[str, ...] = COINS, known: bool = True) -> dict[str, Any]:
    """Forecasts and regimes judged; `known`: whether the latent state is known."""
    return {
        "forecast_used": "garch",
        "out_of_sample_from": "2023-06-30T00:00:00Z",
        "forecasts": {
            "horizon_bars": 24,
            "origin_bars": 12,
            "hac_lags": 24,
            "by_symbol": {coin: coin_row() for coin in coins},
            "pooled": {
                "origins": 13198,
                "qlike": {"garch": 0.5233, "har": 0.4474, "rv_ewma": 0.5587},
                "garch_against": {
                    "har": {
                        "difference": 0.076,
                        "dm": 16.7,
                        "p": 1.4e-62,
                        "verdict": "GARCH worse",
                    },
                    "rv_ewma": {
                        "difference": -0.035,
                        "dm": -4.71,
                        "p": 2.5e-6,
                        "verdict": "GARCH better",
                    },
                },
            },
        },
        "garch": {
            coin: {
                "fits": 104,
                "not_converged": 0,
                "persistence_one": 101,
                "median_confidence": 0.91,
                "last_window": {
                    "aic": -12822.82,
                    "bic": -12801.63,
                    "log_likelihood": 6414.41,
                    "own_log_likelihood": 6414.41,
                    "omega": 8.1e-5,
                    "alpha": 0.1339,
                    "beta": 0.8661,
                    "nu": None,
                    "returns": 8640,
                    "fitted_at_ms": 1735516800000,
                    "summary": SUMMARY,
                },
            }
            for coin in coins
        },
        "regimes": regimes(known),
        "season": {"weekday": [1.0] * 24, "weekend": [0.8] * 24},
        "shares": {
            "low": 0.347,
            "normal": 0.495,
            "high": 0.158,
            "not_known": 0.0,
            "no_new_trades": 0.011,
        },
    }


def coin_row() -> dict[str, Any]:
    figures = {
        "mse_1e6": 52.75,
        "mz_intercept": 0.0012,
        "mz_r2": 0.16,
        "mz_slope": 0.374,
        "mz_slope_se": 0.042,
        "mz_wald_p": 2.6e-52,
        "qlike": 0.533,
    }
    return {
        "origins": 13198,
        "forecasts": {name: dict(figures) for name in FORECASTS},
        "garch_against": {
            "har": {"dm": 8.65, "p": 5.2e-18, "verdict": "GARCH worse"},
            "rv_ewma": {"dm": -2.16, "p": 0.031, "verdict": "GARCH better"},
        },
    }


def regimes(known: bool) -> dict[str, Any]:
    def statistics(accuracy: float) -> dict[str, Any]:
        return {
            "accuracy": {"value": accuracy, "low": accuracy - 0.05, "high": accuracy + 0.05},
            "balanced_accuracy": {"value": accuracy - 0.01, "low": 0.6, "high": 0.8},
            "kappa": {"value": 0.61, "low": 0.5, "high": 0.7},
            "bars": 1_584_000,
            "confusion": [[4, 1, 0], [1, 4, 0], [0, 1, 5]],
            "majority_baseline": 0.528,
        }

    out: dict[str, Any] = {"target": 0.9, "used": "market"}
    for name, accuracy in (("market", 0.844), ("coin", 0.725), ("naive", 0.706)):
        out[name] = {"proxy": statistics(accuracy - 0.1)}
        if known:
            out[name] |= {"market_truth": statistics(accuracy), "coin_truth": statistics(0.76)}
    if known:
        out["episodes"] = 123
        out["delay"] = {
            "changes": 122,
            "missed": 7,
            "median_hours": 3.5,
            "mean_hours": 4.8,
            "p90_hours": 7.8,
        }
    return out


def too_short(coins: tuple[str, ...] = COINS) -> dict[str, Any]:
    """Nothing could be judged: reasons instead of figures."""
    record = judged(coins)
    reason = {"origins": 12, "reason": TOO_FEW}
    record["forecasts"] |= {"by_symbol": dict.fromkeys(coins, reason), "pooled": reason}
    record["regimes"] = {"reason": "less than a day out of sample"}
    record["shares"] = dict.fromkeys(record["shares"])
    record["garch"] = {
        coin: {
            "fits": 0,
            "not_converged": 0,
            "persistence_one": 0,
            "median_confidence": None,
            "last_window": {"reason": "fewer than 7 days of returns before every refit"},
        }
        for coin in coins
    }
    return record


def frames(coins: tuple[str, ...] = COINS, days: int = 240) -> dict[str, pd.DataFrame]:
    """Columns of table VOLATILITY that the report reads, the last days of the run."""
    bars = 288 * days
    times = pd.date_range(end="2024-12-30 23:55", periods=bars, freq="5min", tz="UTC").as_unit("ms")
    phase = np.arange(bars) / (288 * 40)
    level = 0.035 * np.exp(0.8 * np.sin(2 * np.pi * phase))
    noise = np.random.default_rng(3).normal(0, 0.25, bars)
    regime = np.digitize(level, [0.02, 0.05]).astype(np.int8)
    whole = pd.DataFrame(
        {
            "open_time": times,
            "realised_short_daily_frac": (level * np.exp(2 * noise)).astype(np.float32),
            "garch_daily_frac": (level * np.exp(noise)).astype(np.float32),
            "rv_ewma_daily_frac": (1.1 * level * np.exp(noise)).astype(np.float32),
            "har_daily_frac": (level * np.exp(0.5 * noise)).astype(np.float32),
            "regime": regime,
            "regime_coin": np.roll(regime, 60),
        }
    )
    return dict.fromkeys(coins, whole)


def bars_of(frame: pd.DataFrame) -> pd.DataFrame:
    steps = np.random.default_rng(4).normal(0, 0.001, len(frame))
    return pd.DataFrame({"open_time": frame["open_time"], "close": 40 * np.exp(np.cumsum(steps))})


def truth_of(frame: pd.DataFrame) -> pd.DataFrame:
    states = np.roll(frame["regime"].to_numpy(), -40)
    return pd.DataFrame({"open_time": frame["open_time"], "regime": states, "coin_regime": states})
