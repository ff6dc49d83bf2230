"""Made-up candidates whose result hangs on one input, without any market."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from dipmaster.confidence import VOLATILITY_COLUMNS, Scores, TrainingSet, fit_scores
from dipmaster.confidence.events import Events
from dipmaster.confidence.training_set import CANDIDATES, TRAINING_ROWS, build_training_schedule
from dipmaster.core.kernels import Floats
from dipmaster.core.params import Confidence, Params, Split
from dipmaster.core.tables import FEATURES, I8
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.learning.schedule import CaseWords, TrainingSchedule
from tests.made.params import read_values

START_MS = 1_672_531_200_000  # 2023-01-01
MAX_HOLDING_BARS = 36
CHANGES = {
    "min_train": {"candidates": 40, "per_class": 5},
    "trees": {
        "seed": 7, "rounds": 15, "learning_rate": 0.1, "depth": 2, "min_leaf": 10,
        "column_frac": 0.5, "l2": 1.0, "max_bins": 63,
    },
    "cross_fitting": {"runs": 3, "refit_months": 1},
    "evaluation": {
        "seed": 3, "alpha": 0.025, "block_days": 5, "bins": 5, "bootstrap_reps": 100,
        "permutations": 2, "min_candidates": 100, "min_blocks": 6,
    },
}  # fmt: skip
SPLIT = {
    "burn_in_days": 50, "min_out_of_sample_days": 7, "models_from_day": 15,
}  # fmt: skip


@dataclass(frozen=True)
class Market:
    """Candidates and the rows of both tables."""

    events: Events
    features: pd.DataFrame
    volatility: pd.DataFrame
    days: int

    @property
    def bars_ms(self) -> tuple[int, int]:
        return START_MS, START_MS + self.days * DAY_MS - BAR_MS


def events_with(
    net_frac: Floats, signal_bar: np.ndarray, held: np.ndarray, symbol: np.ndarray
) -> Events:
    """Candidates entered at the next bar and held for some bars."""
    order = signal_bar.astype(np.int64)
    entry, leave = order + 1, order + 1 + held.astype(np.int64)
    return Events(
        candidate_id=np.arange(order.size),
        symbol=np.array([f"C{code}USDT" for code in symbol], dtype=object),
        symbol_index=symbol.astype(np.int64),
        signal_ms=START_MS + BAR_MS * order,
        entry_bar=entry,
        exit_bar=leave,
        exit_ms=START_MS + BAR_MS * leave,
        net_frac=net_frac,
        settled=np.isfinite(net_frac),
    )


@pytest.fixture(scope="session")
def settings(project) -> tuple[Confidence, Split]:
    raw = read_values()
    raw["confidence"] |= CHANGES
    raw["split"] |= SPLIT
    params = Params.parse(raw, ("confidence", "split"))
    return params.confidence, params.split


@pytest.fixture(scope="session")
def market() -> Callable[..., Market]:
    """Maker of candidates; `strength` is how much the depth of the dip says about the result."""

    def made(seed: int = 0, count: int = 600, days: int = 120, strength: float = 1.5) -> Market:
        rng = np.random.default_rng(seed)
        bars = np.sort(rng.choice(days * 288 - 2 * MAX_HOLDING_BARS, count, replace=False))
        columns = {}
        for column in FEATURES.columns[1:]:
            noise = rng.standard_normal(count)
            flag = column.dtype == I8
            columns[column.name] = (noise > 0).astype(float) if flag else noise
        features = pd.DataFrame(columns)
        features["sigma_1h_frac"] = np.exp(features["sigma_1h_frac"] / 4) / 100
        volatility = pd.DataFrame(
            {name: 0.03 * np.exp(rng.standard_normal(count) / 4) for name in VOLATILITY_COLUMNS}
        )
        volatility["regime"] = rng.integers(0, 3, count).astype(float)
        volatility["no_new_trades"] = 0.0
        depth = features["dip_depth_3_sigma"].to_numpy()
        net = 0.01 * np.tanh(strength * depth + rng.standard_normal(count))
        symbol, held = rng.integers(0, 3, count), rng.integers(0, MAX_HOLDING_BARS + 1, count)
        return Market(events_with(net, bars, held, symbol), features, volatility, days)

    return made


@pytest.fixture(scope="session")
def scored(settings) -> Callable[..., Scores]:
    """All layers on a market."""
    confidence, split = settings

    def run(some: Market, candidates: int | None = None, **changes: object) -> Scores:
        """The first rows are the candidates, by default all."""
        params = confidence.model_copy(update=changes)
        rows, count = some.events, some.events.count if candidates is None else candidates

        def schedule(events: Events, words: CaseWords) -> TrainingSchedule:
            weight = np.where(events.settled, 1.0, np.nan)
            return build_training_schedule(
                events, weight, some.bars_ms, split, MAX_HOLDING_BARS, params, words
            )

        events = rows.first(count)
        training = TrainingSet(
            rows, schedule(rows, TRAINING_ROWS), events, schedule(events, CANDIDATES)
        )
        return fit_scores(training, some.features, some.volatility, params, 0.12)

    return run


@pytest.fixture(scope="session")
def planted(market, scored) -> Scores:
    """Scores of a market in which there is something to learn."""
    return scored(market())
