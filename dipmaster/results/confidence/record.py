"""confidence.json: how every step of the score did on candidates out of sample.

Figures with an interval have it from resampled calendar blocks, all coins together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dipmaster.results.common import (
    Interval,
    PermutationImportance,
)
from dipmaster.results.confidence.calibration import (
    CalibrationGate,
    CalibratorFigures,
    ScoreDistribution,
    ScoreReliability,
)

ScoreLevel = Literal["models", "calibrator", "reference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateCounts:
    """Candidates: all, with a label, out of sample, and out of sample with label and score."""

    all: int
    labelled: int
    out_of_sample: int
    scored_out_of_sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InputLeftOut:
    """An input that no model sees, and why."""

    feature: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInputs:
    """What the models look at, and what they do not."""

    used: tuple[str, ...]
    left_out: tuple[InputLeftOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFold:
    """One refit of one step of the score.

    Attributes
    ----------
    fitted_at
        UTC.
    rows, candidates, wins
        What it learned from; how many of these rows are candidates, the others being bars of
        the wider training rule; how many of the rows won.
    reason
        Why there is no model; empty where there is one.
    """

    layer: ScoreLevel
    fitted_at: str
    rows: int
    candidates: int
    wins: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFigures:
    """One step's probabilities against outcomes.

    Attributes
    ----------
    n
        Candidates out of sample with a label and this probability.
    brier_skill
        1 - Brier score / that of the base rate.
    ece
        Expected calibration error, debiased.
    slope, intercept
        Of the calibration line on log odds.
    return_rank_correlation
        Spearman's, with the net return.
    """

    n: int
    auc: Interval
    brier: Interval
    brier_skill: Interval
    ece: Interval
    slope: Interval
    intercept: Interval
    return_rank_correlation: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyFigures:
    """What the ensemble of one family of models knew.

    Attributes
    ----------
    mean_net_bps, mean_net_bps_top_decile
        Net return a trade of all candidates, and of the tenth with the highest p.
    """

    n: int
    auc: Interval
    brier_skill: Interval
    return_rank_correlation: Interval
    mean_net_bps_top_decile: Interval
    mean_net_bps: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Families:
    """Both families, and which carried information by a rule set before looking.

    Attributes
    ----------
    reason
        The bounds the verdict rests on, in words.
    """

    classifier: FamilyFigures
    regression: FamilyFigures
    informative: Literal["neither", "classifier", "regression", "both"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentFigures:
    """A component of the score: its mean and its AUC; None where they cannot be computed."""

    mean: float | None
    auc: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceResults:
    """All of confidence.json.

    Attributes
    ----------
    out_of_sample_from
        UTC.
    base_rate
        Win rate of the labelled candidates out of sample; None without.
    reason
        Why no candidate out of sample has a score; empty where one has.
    models
        Step to its figures, from the two libraries to the score and the reference.
    calibration_by_regime
        Regime, or "all", to its gate.
    importance
        The most important first; empty where there is no AUC.
    calibrators_compared
        Kind to its figures.
    """

    family: Literal["classifier", "regression"]
    calibrator: Literal["beta", "isotonic", "platt"]
    out_of_sample_from: str
    candidates: CandidateCounts
    base_rate: float | None
    reason: str
    features: ModelInputs
    folds: tuple[ScoreFold, ...]
    models: Mapping[str, ModelFigures]
    families: Families
    reliability: ScoreReliability
    calibration_by_regime: Mapping[str, CalibrationGate]
    components: Mapping[str, ComponentFigures]
    importance: tuple[PermutationImportance, ...]
    distribution: ScoreDistribution
    calibrators_compared: Mapping[str, CalibratorFigures]
