"""Every model that gives a probability as a row: discrimination and calibration."""

from collections.abc import Callable
from dataclasses import dataclass

from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers, table
from dipmaster.report.kit.numbers import Estimated
from dipmaster.report.kit.table import Column
from dipmaster.results.common import Interval
from dipmaster.results.confidence.calibration import CalibrationGate
from dipmaster.results.confidence.record import ConfidenceResults, ModelFigures
from dipmaster.results.exits.models import ClassifierHead
from dipmaster.results.exits.probability import ExitProbability
from dipmaster.results.exits.record import ExitModelResults

CONFIDENCE = {
    "confidence": "Confidence (used)",
    "ensemble": "Ensemble, uncalibrated",
    "weighted_score": "Weighted score (roadmap)",
    "reference": "Logistic regression",
}
REGIMES = ("all", "low", "normal", "high")


@dataclass(frozen=True)
class Classifier:
    """One model.

    Attributes
    ----------
    predicts
        The event.
    n
        Observations.
    base_rate
        How often the event occurs.
    """

    name: str
    predicts: str
    n: int
    base_rate: float | None
    figures: ModelFigures | ClassifierHead | ExitProbability

    def of_calibrated(
        self, get: Callable[[ModelFigures | ExitProbability], Interval], kind: str
    ) -> str:
        """A figure that models without calibration do not have."""
        if isinstance(self.figures, ClassifierHead):
            return ""
        interval = get(self.figures)
        return table.figure(interval.value, interval, kind)


def list_classifiers(inputs: ReportInputs) -> list[Classifier]:
    """Models of the phases built that have a score."""
    rows: list[Classifier] = []
    confidence, exits = inputs.confidence, inputs.exit_models
    if inputs.validation.funnel is not None and not confidence.reason:
        rows += [
            Classifier(name, "candidate wins", figures.n, confidence.base_rate, figures)
            for key, name in CONFIDENCE.items()
            for figures in (confidence.models[key],)
        ]
    if inputs.validation.exits is not None and not exits.reason:
        n = exits.rows.evaluated
        rows += [
            Classifier(name, predicts, n, figures.base_rate, figures)
            for name, predicts, figures in (
                (_name_exit_probability(exits), "selling beats holding", exits.exit_probability),
                ("Profit model", "selling beats holding", exits.exit_models.profit),
                ("Risk model", "stop before target", exits.exit_models.risk),
            )
        ]
    return rows


def _name_exit_probability(exits: ExitModelResults) -> str:
    """In use only where a refit was licensed to act on it."""
    acts = any(one.licensed for one in exits.licences)
    return "Exit probability (used)" if acts else "Exit probability (never used)"


def _figure(found: Estimated, kind: str) -> str:
    return table.figure(found.value, found, kind)


CLASSIFIERS: tuple[Column[Classifier], ...] = (
    Column("Model", lambda row: row.name, "l"),
    Column("Predicted event", lambda row: row.predicts, "l"),
    Column("n", lambda row: numbers.count(row.n)),
    Column("Base rate", lambda row: numbers.percent(row.base_rate)),
    Column("AUC", lambda row: _figure(row.figures.auc, "fine"), "n"),
    Column("Brier skill", lambda row: _figure(row.figures.brier_skill, "fine"), "n"),
    Column("ECE", lambda row: row.of_calibrated(lambda one: one.ece, "fine"), "n"),
    Column("Slope", lambda row: row.of_calibrated(lambda one: one.slope, "ratio"), "n"),
)
CALIBRATION: tuple[Column[tuple[str, CalibrationGate]], ...] = (
    Column("Regime", lambda row: row[0], "l"),
    Column("n", lambda row: numbers.count(row[1].n)),
    Column("Brier", lambda row: table.figure(row[1].brier, row[1].brier_interval, "fine"), "n"),
    Column("ECE", lambda row: _figure(row[1].ece, "fine"), "n"),
    Column("Slope", lambda row: _figure(row[1].slope, "ratio"), "n"),
    Column("Calibration", lambda row: table.verdict(row[1].gate, row[1].reason), "l", "52%"),
)


def by_regime(confidence: ConfidenceResults) -> list[tuple[str, CalibrationGate]]:
    """Calibration of the confidence, all candidates first."""
    gates = confidence.calibration_by_regime
    return [(name, gates[name]) for name in REGIMES if name in gates]
