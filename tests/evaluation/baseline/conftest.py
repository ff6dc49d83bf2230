"""Two coins of random bars, candidates on them, and what random entries are matched on."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.panel import Panel, to_timestamps
from dipmaster.core.params import Execution, Exits
from dipmaster.core.tables import CANDIDATES
from dipmaster.evaluation.reading import build_covariates
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from tests.made.params import read_params

BARS = 60 * 288


@pytest.fixture(scope="module")
def execution(project) -> Execution:
    return read_params("execution").execution


@pytest.fixture(scope="module")
def exits(project) -> Exits:
    return read_params("exits").exits


@pytest.fixture(scope="module")
def panel(period) -> Panel:
    rng = np.random.default_rng(7)
    steps = 0.002 * rng.standard_normal((2, BARS))
    close = 100 * np.exp(np.cumsum(steps, axis=1))
    opened = np.concatenate([np.full((2, 1), 100.0), close[:, :-1]], axis=1)
    wick = np.exp(0.001 * rng.random((2, BARS)))
    high, low = np.maximum(opened, close) * wick, np.minimum(opened, close) / wick
    time = period.first_ms + 300_000 * np.arange(BARS, dtype=np.int64)
    ones = np.ones((2, BARS))
    return Panel(("AUSDT", "BUSDT"), time, opened, high, low, close, ones, ones)


@pytest.fixture(scope="module")
def candidates(panel) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    bars = np.sort(rng.choice(np.arange(60, BARS - 1, 40), 300, replace=False))
    frame = pd.DataFrame(
        {
            "candidate_id": np.arange(300),
            "symbol": rng.choice(panel.symbols, 300),
            "open_time": to_timestamps(panel.open_time[bars]),
            "dip_z": rng.random(300),
            "sigma_1h_frac": 0.01,
            "volatility_class": rng.integers(0, 3, 300).astype(np.int8),
        }
    )
    return CANDIDATES.check(frame, "candidates")


@pytest.fixture(scope="module")
def covariates(panel) -> MatchingCovariates:
    frame = {
        symbol: pd.DataFrame(
            {
                "open_time": to_timestamps(panel.open_time[100:]),
                "volatility_class": (np.arange(BARS - 100) // 500 % 3).astype(np.int8),
                "volatility_5m_daily_frac": np.arange(BARS - 100) % 37 / 1000,
            }
        )
        for symbol in panel.symbols
    }
    return build_covariates(panel, frame)


@pytest.fixture(scope="module")
def quick(gates):
    entry = gates.random_entry.model_copy(update={"pool": 400, "draws": 100})
    return gates.model_copy(
        update={"bootstrap_reps": 200, "block_days": 5, "min_blocks": 4, "random_entry": entry}
    )
