"""What the confidence is made of: families of models, the roadmap's components, calibrators."""

from dataclasses import dataclass

from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column
from dipmaster.results.confidence.calibration import CalibratorFigures
from dipmaster.results.confidence.record import ConfidenceResults, FamilyFigures, ScoreFold

COMPONENTS = {
    "model_agreement": "Model agreement",
    "feature_strength": "Feature strength",
    "market_regime": "Market regime",
    "historical_performance": "Past performance",
    "volatility_adjustment": "Distance to the volatility limit",
}
CALIBRATORS = {"beta": "Beta", "isotonic": "Isotonic", "platt": "Platt"}

FAMILY_COLUMNS: tuple[Column[tuple[str, FamilyFigures]], ...] = (
    Column("Family", lambda row: row[0], "l"),
    Column("AUC", lambda row: numbers.estimate(row[1].auc, "fine")),
    Column(
        "Rank correlation with net return",
        lambda row: numbers.estimate(row[1].return_rank_correlation, "fine"),
    ),
    Column(
        "Mean net of the best decile",
        lambda row: numbers.estimate(row[1].mean_net_bps_top_decile, "bps"),
    ),
)


def families(confidence: ConfidenceResults) -> list[tuple[str, FamilyFigures]]:
    """Both families' ensembles, whichever of them the strategy uses."""
    both, used = confidence.families, confidence.family
    return [
        (f"Classifiers{' (used)' * (used == 'classifier')}", both.classifier),
        (f"Regression on net return{' (used)' * (used == 'regression')}", both.regression),
    ]


@dataclass(frozen=True)
class Component:
    """A component of the weighted score: the roadmap's weight, its mean, its AUC alone."""

    name: str
    weight: float
    mean: float | None
    auc: float | None


COMPONENT_COLUMNS: tuple[Column[Component], ...] = (
    Column("Component of the weighted score", lambda row: row.name, "l"),
    Column("Weight in the roadmap", lambda row: numbers.ratio(row.weight)),
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


CALIBRATOR_COLUMNS: tuple[Column[tuple[str, CalibratorFigures]], ...] = (
    Column("Calibrator", lambda row: row[0], "l"),
    Column("Brier", lambda row: numbers.show(row[1].brier, "fine")),
    Column("ECE", lambda row: numbers.show(row[1].ece, "fine")),
    Column("Log loss", lambda row: numbers.show(row[1].log_loss, "fine")),
)


def calibrators(confidence: ConfidenceResults) -> list[tuple[str, CalibratorFigures]]:
    """All kinds on the same candidates, the one in use marked."""
    return [
        (CALIBRATORS[kind] + " (used)" * (kind == confidence.calibrator), figures)
        for kind, figures in sorted(confidence.calibrators_compared.items())
    ]


def extended_calibrators(confidence: ConfidenceResults) -> list[ScoreFold]:
    """Fits of the calibrator that had too few candidates and use bars of the wider rule too."""
    made = [fold for fold in confidence.folds if fold.layer == "calibrator" and not fold.reason]
    return [fold for fold in made if fold.rows > fold.candidates]
