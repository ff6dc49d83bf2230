"""One candidate that passes everything, and a way to change one thing about it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.panel import to_timestamps
from dipmaster.core.params import Confirmation, Filter
from dipmaster.core.params.confidence import ConfidenceThresholds
from dipmaster.core.time_units import BAR_MS
from dipmaster.signal_filter import filter_signals
from tests.made.params import read_params

# Columns as they are stored: float32, flags int8.
GOOD_INPUTS: dict[str, float] = {
    "rsi14": 35.0,
    "bars_since_volume_spike": 0,
    "liquidity_score": 0.95,
    "below_sma20": 1,
    "bb_position": 0.1,
    "sma20_over_sma50_15m_frac": 0.01,
    "close_to_sma50_15m_atr": -1.0,
    "adx14_15m": 15.0,
    "di_difference_15m": -10.0,
    "close_to_low20_15m_frac": 0.005,
    "sma50_rising_1h": 1,
    "return_24h_frac": 0.02,
}
INTEGER_COLUMNS = ("bars_since_volume_spike", "below_sma20", "sma50_rising_1h")
GOOD_SCORE: dict[str, float] = {"regime": 1, "no_new_trades": 0, "confidence": 0.95}

Rows = Callable[..., tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]


@pytest.fixture(scope="session")
def thresholds(project: object) -> ConfidenceThresholds:
    return read_params("confidence.thresholds").confidence.thresholds


@pytest.fixture(scope="session")
def filter_params(project: object) -> Filter:
    return read_params("filter").filter


@pytest.fixture(scope="session")
def confirmation_params(project: object) -> Confirmation:
    return read_params("confirmation").confirmation


@pytest.fixture(scope="session")
def rows() -> Rows:
    """Candidates, inputs and scores from one dict of changes a candidate."""
    return build_rows


def build_rows(*changes: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    n = len(changes)
    ids = np.arange(n, dtype=np.int64)
    times = to_timestamps(1_672_531_200_000 + ids * 40 * BAR_MS)
    candidates = pd.DataFrame({"candidate_id": ids, "symbol": "AUSDT", "open_time": times})
    names = [*GOOD_INPUTS, *sorted({k for c in changes for k in c} - {*GOOD_INPUTS, *GOOD_SCORE})]
    inputs = pd.DataFrame(
        {
            name: np.array(
                [c.get(name, GOOD_INPUTS.get(name, np.nan)) for c in changes],
                dtype=np.int8 if name in INTEGER_COLUMNS else np.float32,
            )
            for name in names
        }
    )
    scores = pd.DataFrame(
        {name: [c.get(name, GOOD_SCORE[name]) for c in changes] for name in GOOD_SCORE}
    )
    types = {"regime": "int8", "no_new_trades": "int8", "confidence": "float64"}
    return candidates, inputs, scores.astype(types).assign(candidate_id=ids)


@pytest.fixture(scope="session")
def filter_one(
    thresholds: ConfidenceThresholds, filter_params: Filter, confirmation_params: Confirmation
) -> Callable[..., Any]:
    """Row of FILTER_RESULTS of the good candidate after changes; params by keyword."""

    def of(changes: dict[str, Any] | None = None, **settings: Any) -> Any:
        given = {
            "rule": "dip",
            "rsi_min_v4": 30.0,
            "thresholds": thresholds,
            "filter": filter_params,
            "confirmation": confirmation_params,
            **settings,
        }
        return filter_signals(*build_rows(changes or {}), **given).iloc[0]

    return of
