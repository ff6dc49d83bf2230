"""Rows that are judged, in calendar blocks: figures with intervals, reliability, histograms."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.time_units import DAY_MS
from dipmaster.learning.evaluation.calibration_line import calibration_line_statistics
from dipmaster.learning.evaluation.intervals import block_intervals
from dipmaster.learning.evaluation.losses import brier_skill_statistic, brier_statistic
from dipmaster.learning.evaluation.ranks import auc_statistic
from dipmaster.learning.evaluation.reliability import (
    ReliabilityBin,
    build_reliability_bins,
    ece_statistic,
)
from dipmaster.learning.evaluation.statistic import Statistic
from dipmaster.results.common import Interval

HISTOGRAM_BINS = 20
HISTOGRAM_EDGES = np.linspace(0.0, 1.0, HISTOGRAM_BINS + 1)


class EvaluationSettings(Protocol):
    """Numbers of a section `evaluation` of params.yaml, as they are described there."""

    seed: int
    alpha: float
    block_days: int
    bins: int
    bootstrap_reps: int
    permutations: int


@dataclass(frozen=True)
class EvaluationSample:
    """Rows that are judged.

    Attributes
    ----------
    rows
        Their places among all rows.
    block
        Calendar block of each, all coins together.
    """

    rows: Ints
    block: Ints
    settings: EvaluationSettings

    def __len__(self) -> int:
        return int(self.rows.size)

    def take(self, chosen: Bools | Ints) -> "EvaluationSample":
        """Some of them, by a mask over the rows of the sample or by their places in it."""
        return EvaluationSample(self.rows[chosen], self.block[chosen], self.settings)

    def within(self, mask: Bools) -> "EvaluationSample":
        """Some of them, by a mask over all rows."""
        return self.take(mask[self.rows])

    def select(self, *columns: Floats) -> "tuple[EvaluationSample, list[Floats]]":
        """Those for which every column (over all rows) is there, and its values."""
        known = np.ones(self.rows.size, dtype=np.bool_)
        for column in columns:
            known &= np.isfinite(column[self.rows])
        selected = self.take(known)
        return selected, [column[selected.rows] for column in columns]

    def intervals(self, statistics: Mapping[str, Statistic]) -> dict[str, Interval]:
        """Values and bounds. Every figure sees the same resamples, so figures compare."""
        settings, seed = self.settings, self.stream(0)
        bounds = block_intervals(
            list(statistics.values()), self.block, settings.bootstrap_reps, seed, settings.alpha
        )
        return dict(zip(statistics, bounds, strict=True))

    def interval(self, statistic: Statistic) -> Interval:
        """As `intervals`, of one."""
        return self.intervals({"": statistic})[""]

    def reliability(
        self, p: Floats, label: Floats, weight: Floats | None = None
    ) -> tuple[ReliabilityBin, ...]:
        """Reliability diagram of those with both, columns over all rows."""
        selected, (score, won) = self.select(p, label)
        bins, alpha = self.settings.bins, self.settings.alpha
        by = None if weight is None else weight[selected.rows]
        return build_reliability_bins(score, won, bins, selected.block, alpha, by)

    def stream(self, number: int) -> np.random.SeedSequence:
        """Random numbers: 0 the bootstrap's, 1 the permutations'."""
        return np.random.SeedSequence(self.settings.seed, spawn_key=(number,))


def build_evaluation_sample(
    signal_ms: Ints, labelled: Bools, start_ms: int, last_ms: int, settings: EvaluationSettings
) -> EvaluationSample:
    """Labelled rows from the start on; a rest of days below half a block joins the last one.

    Parameters
    ----------
    signal_ms, labelled
        Shape (rows,).
    start_ms
        A UTC midnight, from which rows are out of sample and blocks are counted.
    last_ms
        Open time of the market's last bar.
    """
    rows = np.flatnonzero((signal_ms >= start_ms) & labelled)
    days = max((last_ms - start_ms) // DAY_MS + 1, 1)
    blocks = max(1, (2 * days + settings.block_days) // (2 * settings.block_days))
    block = (signal_ms[rows] - start_ms) // DAY_MS // settings.block_days
    return EvaluationSample(rows, np.minimum(block, blocks - 1), settings)


def classifier_statistics(p: Floats, label: Floats) -> dict[str, Statistic]:
    """How well a probability parts the classes."""
    return {
        "auc": auc_statistic(p, label),
        "brier": brier_statistic(p, label),
        "brier_skill": brier_skill_statistic(p, label),
    }


def probability_statistics(p: Floats, label: Floats, bins: int) -> dict[str, Statistic]:
    """How well a probability parts the classes, and how far it means what it says."""
    intercept, slope = calibration_line_statistics(p, label)
    calibration = {"slope": slope, "intercept": intercept, "ece": ece_statistic(p, label, bins)}
    return classifier_statistics(p, label) | calibration


def count_by_probability(p: Floats) -> tuple[int, ...]:
    """Rows in each of the bins between `HISTOGRAM_EDGES`; NaN is left out."""
    counts, _ = np.histogram(p[np.isfinite(p)], HISTOGRAM_EDGES)
    return tuple(counts.tolist())


def mean_or_none(values: Floats) -> float | None:
    """Mean, None without values."""
    return float(values.mean()) if values.size else None


def explain_no_predictions(
    sample: EvaluationSample, predictions: Floats, no_rows: str, reasons: Iterable[Sequence[str]]
) -> str:
    """Why no row of the sample has a prediction; "" where one has.

    Parameters
    ----------
    predictions
        Of the last layer, over all rows.
    no_rows
        What to say where the sample is empty.
    reasons
        By layer, the lowest first: why each refit has no model, "" where it has one.
    """
    if np.isfinite(predictions[sample.rows]).any():
        return ""
    if not len(sample):
        return no_rows
    last = [layer[-1] for layer in reasons if layer and layer[-1]]
    return last[0] if last else "the history ends before every layer has been fitted"
