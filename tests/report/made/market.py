"""Bars as ingest reports them, and an account over time."""

import copy
from typing import Any

import numpy as np
import pandas as pd

from tests.report.made.phase import COINS


def quality(coins: tuple[str, ...] = COINS, gap_bars: int = 0) -> dict[str, Any]:
    longest = [
        {"from": "2023-03-24T11:30:00Z", "to": "2023-03-24T13:55:00Z", "bars": gap_bars}
    ] * bool(gap_bars)
    gaps = {
        "count": len(longest),
        "missing_bars": gap_bars,
        "longest_bars": gap_bars,
        "longest": longest,
    }
    coin = {
        "first_open_time": "2023-01-01T00:00:00Z",
        "last_open_time": "2024-12-30T23:55:00Z",
        "bars": 210240,
        "expected_bars": 210240 + gap_bars,
        "coverage_frac": 210240 / (210240 + gap_bars),
        "columns": ["volume"],
        "gaps": gaps,
        "off_grid": 0,
        "duplicates": 0,
        "ohlc_violations": 0,
        "zero_volume_bars": 12,
        "outliers": {
            "count": 31,
            "robust_sigma_frac": 0.001,
            "largest_sigmas": -41.0,
            "largest_at": "2023-05-01T00:00:00Z",
        },
        "dropped_rows": {},
        "incomplete_windows": 0,
        "trimmed_bars": 0,
        "left_out_columns": [],
    }
    return {
        "market": {
            "source": "simulated",
            "first_open_time": "2023-01-01T00:00:00Z",
            "last_open_time": "2024-12-30T23:55:00Z",
            "days": 730.0,
            "symbols": len(coins),
            "bars": 210240 * len(coins),
            "coverage_frac": coin["coverage_frac"],
            "gaps_in_all_symbols": gaps,
        },
        "symbols": {name: copy.deepcopy(coin) for name in coins},
    }


def equity_frame(end: float = 35711.2, days: int = 730) -> pd.DataFrame:
    bars = 288 * days
    times = pd.date_range("2023-01-01", periods=bars, freq="5min", tz="UTC").as_unit("ms")
    steps = np.random.default_rng(5).normal(0, 3e-4, bars)
    path = 1e5 * np.exp(np.cumsum(steps - steps.mean()) + np.linspace(0, np.log(end / 1e5), bars))
    return pd.DataFrame({"time": times, "equity": path, "cash": path, "exposure_frac": 0.0})
