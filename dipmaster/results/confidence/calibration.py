"""Probabilities of the score against win rates, and how they are spread, out of sample."""

from collections.abc import Mapping
from dataclasses import dataclass

from dipmaster.results.common import Interval, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBin:
    """One bin of a reliability diagram, bins of equal mass.

    Attributes
    ----------
    low, high
        Smallest and largest p in it.
    win_rate_low, win_rate_high
        Bounds of the win rate; None where all rows lie in one calendar block.
    """

    low: float
    high: float
    n: int
    mean_p: float
    win_rate: float
    win_rate_low: float | None
    win_rate_high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreReliability:
    """Reliability diagrams of the score and of the reference; empty where nothing is scored."""

    confidence: tuple[ScoreBin, ...]
    reference: tuple[ScoreBin, ...]
    by_regime: Mapping[str, tuple[ScoreBin, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationGate:
    """Calibration of the score in one regime, or in all together.

    Attributes
    ----------
    brier
        The value of `brier_interval`.
    reason
        Of the verdict, in words.
    """

    n: int
    brier: float | None
    brier_interval: Interval
    ece: Interval
    slope: Interval
    gate: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratorFigures:
    """One kind of calibrator on the same rows; all None without rows.

    Attributes
    ----------
    brier_minus_chosen
        Its Brier score less that of the kind in use.
    """

    brier: float | None
    ece: float | None
    log_loss: float | None
    brier_minus_chosen: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCounts:
    """Candidates by bins of the histogram, and those without a score."""

    counts: tuple[int, ...]
    unscored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreHistogram:
    """Candidates out of sample by score; `edges` has one entry more than counts."""

    edges: tuple[float, ...]
    low: ScoreCounts
    normal: ScoreCounts
    high: ScoreCounts
    unknown: ScoreCounts
    all: ScoreCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDistribution:
    """Histogram of the score."""

    confidence: ScoreHistogram
