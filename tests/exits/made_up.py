"""Made-up rows whose labels hang on some of their features, without any market."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from scipy.special import expit

from dipmaster.backtest import ExitType, TradeOutcomes
from dipmaster.core.params import Split
from dipmaster.core.params.confidence import BoostedTrees, MinTrainingSet
from dipmaster.core.params.exits import (
    ExitDecision,
    ExitEvaluation,
    ExitLicenceRule,
    ExitModels,
)
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.exits.arrays import ExitLabels, ExitRows
from dipmaster.exits.scores import ExitScores, fit_exit_scores
from dipmaster.exits.training_set import ExitTrainingSet, build_training_set

START_MS = 1_672_531_200_000  # 2023-01-01
MAX_HOLDING_BARS = 8
REFIT_DAYS = (60, 90, 181, 273)  # 2023
TREES = BoostedTrees(
    seed=7,
    rounds=15,
    learning_rate=0.1,
    depth=2,
    min_leaf=20,
    column_frac=0.8,
    l2=1.0,
    max_bins=255,
)
LEAST = MinTrainingSet(candidates=40, per_class=5)
JUDGING = ExitEvaluation(
    seed=3, alpha=0.025, block_days=15, bins=5, bootstrap_reps=100, permutations=2, max_rows=4000
)
RULE = ExitLicenceRule(alpha=0.05, block_days=15, min_positions=10)
MODELS = ExitModels(
    trees=TREES, min_train=LEAST, max_rows=1500, runs=3, stake_cap_bps=10.0, licence=RULE,
    evaluation=JUDGING,
)  # fmt: skip
DECISION = ExitDecision(
    full=True, partial=True, full_probability=0.8, partial_probability=0.6, partial_frac=0.5
)
SPLIT = Split(
    burn_in_days=180, min_out_of_sample_days=7, models_from_day=60,
)  # fmt: skip
BEST, TIMING, RISK, TREND = (
    EXIT_FEATURES.index(name)
    for name in (
        "current_pnl_frac",
        "max_profit_frac",
        "distance_to_stop_sigma",
        "volume_trend_10m",
    )
)


@dataclass(frozen=True)
class Lifetimes:
    """Positions with their rows, labels and ends, in order of their signals."""

    rows: ExitRows
    labels: ExitLabels
    hold: TradeOutcomes
    candidate_id: np.ndarray
    signal_ms: np.ndarray
    grid_ms: np.ndarray

    @property
    def bars_ms(self) -> tuple[int, int]:
        return int(self.grid_ms[0]), int(self.grid_ms[-1])

    def with_(self, **labels: np.ndarray) -> "Lifetimes":
        """The same with other labels."""
        return replace(self, labels=replace(self.labels, **labels))


def made_lifetimes(
    seed: int = 0, count: int = 500, days: int = 300, strength: float = 2.0
) -> Lifetimes:
    """Positions of 1 to MAX_HOLDING_BARS bars; `strength` is how much features say of labels."""
    rng = np.random.default_rng(seed)
    bars = days * 288
    signal = rng.choice(bars - 2 * MAX_HOLDING_BARS, count, replace=False)
    at_refits = [288 * number - ago for number in REFIT_DAYS for ago in (4, 9)]
    at_refits = at_refits if count > 100 else []
    signal[: len(at_refits)] = at_refits
    signal = np.sort(signal).astype(np.int64)
    position = np.repeat(np.arange(count), MAX_HOLDING_BARS - 1)
    held = np.tile(np.arange(MAX_HOLDING_BARS - 1), count)
    bar = signal[position] + 1 + held
    features = rng.standard_normal((position.size, len(EXIT_FEATURES))).astype(np.float32)
    features[:, RISK] = rng.standard_normal(count).astype(np.float32)[position]
    features[:, TREND] = np.tanh(features[:, TREND])  # a share from -1 to 1
    features[rng.random(features.shape) < 0.02] = np.nan
    known = np.nan_to_num(features.astype(np.float64))
    exit_index = signal + 1 + rng.integers(1, MAX_HOLDING_BARS + 1, count)
    exit_index[np.isin(signal, at_refits)] += MAX_HOLDING_BARS  # open while models are fitted
    exit_index = np.minimum(exit_index, signal + 1 + MAX_HOLDING_BARS)
    labelled = exit_index[position] > bar
    hold = 0.01 * rng.standard_normal(count)[position]
    best = rng.random(position.size) < expit(strength * known[:, BEST])
    gain = np.where(best, 1.0, -1.0) * 0.001 * (0.1 + rng.random(position.size))
    left = (exit_index[position] - bar - 1).astype(np.float64)
    wait = left * expit(strength * known[:, TIMING] + rng.standard_normal(position.size))
    stopped = rng.random(count) < expit(strength * known[position.searchsorted(range(count)), RISK])
    labels = ExitLabels(
        exit_net_frac=hold + gain,
        hold_net_frac=np.where(labelled, hold, np.nan),
        exit_beats_holding=np.where(labelled, best, -1).astype(np.int8),
        bars_to_best_exit=np.where(labelled, wait, np.nan),
        stop_before_target=np.where(labelled, stopped[position], -1).astype(np.int8),
    )
    kind = np.where(stopped, int(ExitType.STOP), int(ExitType.TARGET)).astype(np.int64)
    net = hold[position.searchsorted(range(count))]
    nothing = {field.name: np.zeros(count) for field in fields(TradeOutcomes)}
    ends = {
        "tradable": np.ones(count, np.bool_), "exit_index": exit_index, "exit_type": kind,
        "net_frac": net,
    }  # fmt: skip
    return Lifetimes(
        ExitRows(position, bar, held, features),
        labels,
        TradeOutcomes(**(nothing | ends)),
        10 + np.arange(count),
        START_MS + BAR_MS * signal,
        START_MS + BAR_MS * np.arange(bars),
    )


def made_training_set(some: Lifetimes, models: ExitModels = MODELS) -> ExitTrainingSet:
    """Who may learn from what."""
    positions = some.candidate_id, some.signal_ms, some.grid_ms
    return build_training_set(
        some.rows, some.labels, some.hold, *positions, MAX_HOLDING_BARS, SPLIT, models
    )


def scored(some: Lifetimes, **models: Any) -> ExitScores:
    """Both layers on them."""
    settings = MODELS.model_copy(update=models)
    return fit_exit_scores(made_training_set(some, settings), settings, DECISION)


def day(number: int) -> int:
    """Midnight of a day after the first bar."""
    return START_MS + number * DAY_MS


def late(found: ExitScores) -> np.ndarray:
    """Labelled rows with a score."""
    return np.flatnonzero(
        np.isfinite(found.exit_probability) & (found.training_set.labels.exit_beats_holding >= 0)
    )


def with_shuffled_gains(some: Lifetimes, seed: int = 4) -> Lifetimes:
    """Money between selling and holding dealt anew among the labelled rows."""
    labels = some.labels
    labelled = np.flatnonzero(labels.exit_beats_holding >= 0)
    gain, best = labels.exit_net_frac - labels.hold_net_frac, labels.exit_beats_holding.copy()
    dealt = np.random.default_rng(seed).permutation(labelled)
    exit_net, best[labelled] = labels.exit_net_frac.copy(), best[dealt]
    exit_net[labelled] = labels.hold_net_frac[labelled] + gain[dealt]
    return some.with_(exit_net_frac=exit_net, exit_beats_holding=best)
