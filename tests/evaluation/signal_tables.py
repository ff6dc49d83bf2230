"""Made-up candidates for the tests of signal quality: what was scored, admitted and traded."""

from typing import Any

import numpy as np
import pandas as pd

from dipmaster.core.panel import to_timestamps
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.evaluation.statistics.period import Period

START_MS = 1_672_531_200_000  # 2023-01-01
YEAR = Period(START_MS, START_MS + 30 * DAY_MS, START_MS + 390 * DAY_MS - BAR_MS, 30)


def tables(day, label, traded, regime=None, confidence=0.9) -> tuple[Any, Any, Any]:
    """SCORES, FILTER_RESULTS and the traded flag of candidates; `day` counts from the first bar."""
    n = len(day)
    ids = np.arange(n, dtype=np.int64)
    label, traded = np.asarray(label), np.asarray(traded, dtype=np.bool_)
    scores = pd.DataFrame(
        {
            "candidate_id": ids,
            "symbol": pd.Series(["AUSDT"] * n, dtype="str"),
            "open_time": to_timestamps(START_MS + (np.asarray(day) * DAY_MS).astype(np.int64)),
            "net_frac": np.where(label < 0, np.nan, np.where(label == 1, 0.004, -0.006)),
            "label": label.astype(np.int8),
            "regime": np.zeros(n, np.int8) if regime is None else np.asarray(regime, np.int8),
            "confidence": np.full(n, confidence),
        }
    )
    filter_results = pd.DataFrame({"candidate_id": ids, "admitted": traded.astype(np.int8)})
    return scores, filter_results, traded


def random_tables(seed: int, n: int = 1500, keep: float = 0.3) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    day = np.sort(rng.uniform(30, 390, n))
    odds = 0.55 + 0.15 * np.sin(day / 20)
    won = rng.random(n) < odds
    traded = rng.random(n) < keep * (0.6 + 0.8 * won)
    return tables(day, won.astype(int), traded, rng.integers(0, 3, n))
