"""Made tables that the report draws: an account, scores, volatility, a price and its state.

Each is made once and handed out as a shallow copy: pandas copies it where a test writes into it.
"""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.core.tables import TRADES
from dipmaster.report.inputs import ShownCoin
from tests.made.common import COINS
from tests.made.confidence import COMPONENTS


def equity(end: float = 35711.2, days: int = 730) -> pd.DataFrame:
    return _equity(end, days).copy(deep=False)


@cache
def _equity(end: float, days: int) -> pd.DataFrame:
    bars = 288 * days
    times = pd.date_range("2023-01-01", periods=bars, freq="5min", tz="UTC").as_unit("ms")
    steps = np.random.default_rng(5).normal(0, 3e-4, bars)
    path = 1e5 * np.exp(np.cumsum(steps - steps.mean()) + np.linspace(0, np.log(end / 1e5), bars))
    return pd.DataFrame({"time": times, "equity": path, "cash": path, "exposure_frac": 0.0})


def scores(rows: int = 6000, scored: bool = True) -> pd.DataFrame:
    """Candidates with their scores; the first quarter is burn-in without a score."""
    return _scores(rows, scored).copy(deep=False)


@cache
def _scores(rows: int, scored: bool) -> pd.DataFrame:
    rng = np.random.default_rng(9)
    times = pd.date_range("2023-01-01", "2024-12-30", periods=rows, tz="UTC").as_unit("ms")
    p = rng.beta(6, 5, rows)
    p[: rows // 4] = np.nan
    if not scored:
        p[:] = np.nan
    whole = np.arange(rows)
    fitted = pd.Series(times).dt.floor("D").where(~np.isnan(p))
    shares = dict.fromkeys(("p_lgb", "p_xgb", "p_ensemble", "weighted_score"), p)
    shares |= dict.fromkeys(COMPONENTS, p)
    return pd.DataFrame(
        {
            "candidate_id": whole,
            "symbol": np.array(COINS)[whole % len(COINS)],
            "open_time": times,
            "net_frac": 0.001,
            "label": (whole % 2).astype(np.int8),
            "exit_time": times,
            "uniqueness": 0.9,
            "regime": (whole % 3).astype(np.int8),
            "no_new_trades": np.zeros(rows, dtype=np.int8),
            **shares,
            "confidence": p,
            "p_reference": p,
            **{f"{level}_fitted": fitted for level in ("models", "calibrator")},
        }
    )


def trades(rows: int = 2) -> pd.DataFrame:
    """Round trips that are alike but for their number; no score, no sizing."""
    time = pd.Timestamp("2023-01-01 14:45", tz="UTC").as_unit("ms")
    cells: dict[str, Any] = {"timestamp": time, "double": 1 / 3, "bool": False, "string": "stop"}
    kinds = {column.name: str(column.dtype).split("[")[0] for column in TRADES.columns}
    frame = pd.DataFrame({name: [cells.get(kind, 1)] * rows for name, kind in kinds.items()})
    missing = dict.fromkeys(("confidence", "p", "kelly", "payoff"), np.nan)
    return frame.assign(trade_id=np.arange(rows), mae_frac=-0.015, **missing)


def forecasts(coins: tuple[str, ...] = COINS, days: int = 240) -> dict[str, pd.DataFrame]:
    """Columns of table VOLATILITY that the report reads, the last days of the run."""
    return dict.fromkeys(coins, _forecast(days).copy(deep=False))


@cache
def _forecast(days: int) -> pd.DataFrame:
    bars = 288 * days
    times = pd.date_range(end="2024-12-30 23:55", periods=bars, freq="5min", tz="UTC").as_unit("ms")
    phase = np.arange(bars) / (288 * 40)
    level = 0.035 * np.exp(0.8 * np.sin(2 * np.pi * phase))
    noise = np.random.default_rng(3).normal(0, 0.25, bars)
    regime = np.digitize(level, [0.02, 0.05]).astype(np.int8)
    return pd.DataFrame(
        {
            "open_time": times,
            "realised_short_daily_frac": (level * np.exp(2 * noise)).astype(np.float32),
            "garch_daily_frac": (level * np.exp(noise)).astype(np.float32),
            "rv_ewma_daily_frac": (1.1 * level * np.exp(noise)).astype(np.float32),
            "har_daily_frac": (level * np.exp(0.5 * noise)).astype(np.float32),
            "range_har_daily_frac": (level * np.exp(0.3 * noise)).astype(np.float32),
            "har_range_daily_frac": (level * np.exp(0.4 * noise)).astype(np.float32),
            "regime": regime,
            "regime_coin": np.roll(regime, 60),
        }
    )


def shown_coin(days: int = 240) -> ShownCoin:
    """A price over the regimes of `forecasts`, and the latent states that they follow."""
    price, states = _shown(days)
    return ShownCoin(COINS[0], price.copy(deep=False), states.copy(deep=False))


@cache
def _shown(days: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = _forecast(days)
    steps = np.random.default_rng(4).normal(0, 0.001, len(frame))
    states = np.roll(frame["regime"].to_numpy(), -40)
    times = frame["open_time"]
    return (
        pd.DataFrame({"open_time": times, "close": 40 * np.exp(np.cumsum(steps))}),
        pd.DataFrame({"open_time": times, "regime": states, "coin_regime": states}),
    )
