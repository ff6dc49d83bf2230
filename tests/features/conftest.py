"""Bars made for the tests: several coins, a gap, bars without volume, late starters."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.params import Features, Signal
from tests.made.params import read_values

START = pd.Timestamp("2023-02-27 22:10", tz="UTC")
OPTIONAL = ("taker_buy_volume", "half_spread_bps")


@pytest.fixture(scope="session")
def features_params(project) -> Features:
    raw = read_values()
    return Features.model_validate(raw["features"])


@pytest.fixture(scope="session")
def signal_params(project) -> Signal:
    raw = read_values()
    return Signal.model_validate(raw["signal"])


@pytest.fixture(scope="session")
def make_bars() -> Callable[..., pd.DataFrame]:
    """A random coin: `make_bars(seed, rows, start=..., level=...)`, no two closes alike."""

    def make(seed: int, rows: int, start: pd.Timestamp = START, level: float = 100.0):
        rng = np.random.default_rng(seed)
        scale = 0.002 * np.exp(np.cumsum(rng.normal(0, 0.02, rows)))
        returns = scale * rng.standard_t(4, rows)
        close = level * np.cumprod(1 + np.clip(returns, -0.2, 0.2))
        opened = np.concatenate([[level], close[:-1]]) * (1 + 1e-4 * rng.standard_normal(rows))
        spread = scale * close * rng.exponential(1, (2, rows))
        volume = np.exp(rng.normal(4, 1, rows) + 40 * np.abs(returns))
        return pd.DataFrame(
            {
                "open_time": pd.date_range(start, periods=rows, freq="5min").as_unit("ms"),
                "open": opened,
                "high": np.maximum(opened, close) + spread[0],
                "low": np.minimum(opened, close) - np.minimum(spread[1], 0.5 * close),
                "close": close,
                "volume": volume,
                "taker_buy_volume": volume * rng.uniform(0, 1, rows),
                "half_spread_bps": rng.uniform(0.5, 4, rows),
            }
        )

    return make


@pytest.fixture(scope="session")
def coins(make_bars) -> Mapping[str, pd.DataFrame]:
    """Three coins, two starts, one end: a gap in one, no volume for a while in another."""
    first = make_bars(1, 2002)
    gap = make_bars(2, 2002, level=0.01).drop(index=range(1100, 1116)).reset_index(drop=True)
    silent = make_bars(3, 1426, start=START + pd.Timedelta("2 days"), level=30_000.0)
    silent.loc[700:730, "volume"] = 0.0
    silent.loc[700:730, "taker_buy_volume"] = 0.0
    for name in ("open", "high", "low", "close"):
        silent.loc[700:730, name] = silent.loc[699, "close"]
    return {
        "AAAUSDT": first,
        "BBBUSDT": gap.drop(columns=list(OPTIONAL)),
        "CCCUSDT": silent.drop(columns="half_spread_bps"),
    }
