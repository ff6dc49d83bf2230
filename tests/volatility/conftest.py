"""Small markets for the tests of the volatility package."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.panel import Panel, align_bars
from dipmaster.core.params import Volatility
from tests.made.params import read_values

START = pd.Timestamp("2023-01-04 05:20", tz="UTC")  # a Wednesday, off midnight


@pytest.fixture(scope="session")
def params(project) -> Volatility:
    """The committed section with windows that fit three weeks of bars."""
    raw = read_values()["volatility"]
    raw["garch"] |= {"window_days": 7, "min_days": 3}
    raw["har"] |= {"window_days": 14, "min_days": 1}
    raw["range_window_days"] = 4
    raw["evaluation"] |= {"min_days": 3, "block_days": 4, "bootstrap_reps": 200}
    raw["spillover"] |= {"window_bars": 288, "min_past_days": 2}
    return Volatility.model_validate(raw)


@pytest.fixture(scope="session")
def make_bars() -> Callable[..., pd.DataFrame]:
    """A random coin with clustered volatility: `make_bars(seed, days, start=...)`."""

    def make(seed: int, days: float, start: pd.Timestamp = START) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        rows = int(days * 288)
        scale = 0.002 * np.exp(
            0.5 * np.sin(np.arange(rows) / 700) + np.cumsum(rng.normal(0, 0.01, rows))
        )
        close = 50 * np.cumprod(1 + np.clip(scale * rng.standard_t(5, rows), -0.2, 0.2))
        opened = np.concatenate([[50.0], close[:-1]])
        spread = np.abs(scale * close * rng.standard_normal((2, rows)))
        return pd.DataFrame(
            {
                "open_time": pd.date_range(start, periods=rows, freq="5min").as_unit("ms"),
                "open": opened,
                "high": np.maximum(opened, close) + spread[0],
                "low": np.minimum(opened, close) - np.minimum(spread[1], 0.5 * close),
                "close": close,
                "volume": rng.exponential(10, rows),
            }
        )

    return make


@pytest.fixture(scope="session")
def coins(make_bars) -> Mapping[str, pd.DataFrame]:
    """Three coins of 23 days: whole; with a gap of a day and one of an hour; a late starter."""
    gap = make_bars(2, 23).drop(index=[*range(2500, 2788), *range(4000, 4012)])
    late = make_bars(3, 16, START + pd.Timedelta("7D"))
    return {"AAAUSDT": make_bars(1, 23), "BBBUSDT": gap.reset_index(drop=True), "CCCUSDT": late}


@pytest.fixture(scope="session")
def panel(coins) -> Panel:
    return align_bars(coins, 1.0)


@pytest.fixture(scope="session")
def garch_path() -> Callable[..., np.ndarray]:
    """Simulated returns: `garch_path(seed, n, omega, alpha, beta, nu=None)`."""

    def make(seed: int, n: int, omega: float, alpha: float, beta: float, nu: float | None = None):
        rng = np.random.default_rng(seed)
        noise = rng.standard_normal(n)
        if nu is not None:
            noise = rng.standard_t(nu, n) * np.sqrt((nu - 2) / nu)
        out = np.empty(n)
        variance = omega / (1 - alpha - beta)
        for t in range(n):
            out[t] = np.sqrt(variance) * noise[t]
            variance = omega + alpha * out[t] ** 2 + beta * variance
        return out

    return make
