"""Scores judged: models, calibration by regime, families and components as tables."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.panel import to_epoch_ms
from dipmaster.report.inputs import ReportInputs, time_of
from dipmaster.report.kit import numbers, table
from dipmaster.report.kit.table import Column
from dipmaster.results import ConfidenceResults
from dipmaster.results.confidence.calibration import CalibrationGate
from dipmaster.results.confidence.record import FamilyFigures, ModelFigures, ScoreFold

MODELS = {
    "lgb": "LightGBM",
    "xgb": "XGBoost",
    "ensemble": "Ensemble of the two",
    "weighted_score": "Weighted score (roadmap)",
    "confidence": "Confidence (calibrated)",
    "reference": "Plain logistic (reference)",
}
COMPONENTS = {
    "model_agreement": "Agreement of the models",
    "feature_strength": "Feature strength",
    "market_regime": "Market regime",
    "historical_performance": "Past performance",
    "volatility_adjustment": "Room below the volatility limit",
}
REGIMES = ("all", "low", "normal", "high")

FAMILY_COLUMNS: tuple[Column[tuple[str, FamilyFigures]], ...] = (
    Column("Family", lambda row: row[0], "l"),
    Column("AUC", lambda row: numbers.estimate(row[1].auc, "fine")),
    Column(
        "Rank correlation with net return",
        lambda row: numbers.estimate(row[1].return_rank_correlation, "fine"),
    ),
    Column(
        "Mean net of the best tenth",
        lambda row: numbers.estimate(row[1].mean_net_bps_top_decile, "bps"),
    ),
)
MODEL_COLUMNS: tuple[Column[tuple[str, ModelFigures]], ...] = (
    Column("Score", lambda row: row[0], "l"),
    Column("AUC", lambda row: numbers.estimate(row[1].auc, "fine")),
    Column(
        "Rank correlation with net return",
        lambda row: numbers.estimate(row[1].return_rank_correlation, "fine"),
    ),
    Column("Brier skill", lambda row: numbers.estimate(row[1].brier_skill, "fine")),
    Column("ECE", lambda row: numbers.estimate(row[1].ece, "fine")),
)


def models(confidence: ConfidenceResults) -> list[tuple[str, ModelFigures]]:
    """Every step of the score by its name."""
    return [(words, confidence.models[name]) for name, words in MODELS.items()]


def families(confidence: ConfidenceResults) -> list[tuple[str, FamilyFigures]]:
    """Both families' ensembles, whichever of them the strategy uses."""
    found, used = confidence.families, confidence.family
    return [
        (f"Classifiers{' (used)' * (used == 'classifier')}", found.classifier),
        (f"Regression on net return{' (used)' * (used == 'regression')}", found.regression),
    ]


CALIBRATION: tuple[Column[tuple[str, CalibrationGate]], ...] = (
    Column("Regime", lambda row: row[0], "l"),
    Column("n", lambda row: numbers.count(row[1].n)),
    Column("Brier", lambda row: table.figure(row[1].brier, row[1].brier_interval, "fine"), "n"),
    Column("ECE", lambda row: table.figure(row[1].ece.value, row[1].ece, "fine"), "n"),
    Column("Slope", lambda row: table.figure(row[1].slope.value, row[1].slope, "ratio"), "n"),
    Column("Calibrated?", lambda row: table.verdict(row[1].gate, row[1].reason), "l", "40%"),
)


def by_regime(confidence: ConfidenceResults) -> list[tuple[str, CalibrationGate]]:
    """Calibration of the confidence, all candidates first."""
    found = confidence.calibration_by_regime
    return [(name, found[name]) for name in REGIMES if name in found]


@dataclass(frozen=True)
class Component:
    """A component of the weighted score: the roadmap's weight, its mean, its AUC alone."""

    name: str
    weight: float
    mean: float | None
    auc: float | None


COMPONENT_COLUMNS: tuple[Column[Component], ...] = (
    Column("Component", lambda row: row.name, "l"),
    Column("Roadmap’s weight", lambda row: numbers.ratio(row.weight)),
    Column("Mean", lambda row: numbers.ratio(row.mean)),
    Column("AUC alone", lambda row: numbers.show(row.auc, "fine")),
)


def components(inputs: ReportInputs) -> list[Component]:
    """The five, in the roadmap's order."""
    figures, weights = inputs.confidence.components, inputs.params.confidence.weights
    return [
        Component(words, getattr(weights, name), figures[name].mean, figures[name].auc)
        for name, words in COMPONENTS.items()
    ]


def borrowed_calibrators(confidence: ConfidenceResults) -> list[ScoreFold]:
    """Fits of the calibrator that had too few candidates and rest on the wider rows too."""
    made = [fold for fold in confidence.folds if fold.layer == "calibrator" and not fold.reason]
    return [fold for fold in made if fold.rows > fold.candidates]


def out_of_sample(inputs: ReportInputs, column: str) -> Floats:
    """A column of the scores from the boundary on, shape (n,), NaN where there is no score."""
    boundary = time_of(inputs.validation.period.out_of_sample_from).astype(np.int64)
    values = inputs.scores[column].to_numpy(dtype=np.float64)
    after: Floats = values[to_epoch_ms(inputs.scores["open_time"]) >= boundary]
    return after
