"""Exit models evaluated: each model, the exit probability, fits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dipmaster.report.kit import numbers, table
from dipmaster.report.kit.table import Column
from dipmaster.results import ExitModelResults
from dipmaster.results.common import Interval
from dipmaster.results.exits import (
    ClassifierHead,
    ExitLicence,
    ExitProbability,
    GainStep,
)

INPUTS = {
    "ln_p_profit": "profit model, ln p",
    "minus_ln_1_minus_p_profit": "profit model, −ln(1 − p)",
    "timing_over_max_holding": "timing as a share of the time limit",
    "log_odds_p_risk": "log odds of risk",
}


@dataclass(frozen=True)
class Judged:
    """One probability: what it says, and how well."""

    name: str
    says: str
    figures: ClassifierHead | ExitProbability

    def calibration(self, of: Callable[[ExitProbability], Interval], kind: str) -> str:
        """A figure that only the calibrated probability has, in print."""
        if not isinstance(self.figures, ExitProbability):
            return ""
        found = of(self.figures)
        return table.figure(found.value, found, kind)


def judged(models: ExitModelResults) -> list[Judged]:
    """The two models that give probabilities, then the calibrated exit probability."""
    return [
        Judged(
            "Profit model", "share of the money at stake that says sell", models.exit_models.profit
        ),
        Judged("Risk model", "the stop comes before the target", models.exit_models.risk),
        Judged(
            "Exit probability",
            "as the profit model, calibrated with all three",
            models.exit_probability,
        ),
    ]


JUDGED: tuple[Column[Judged], ...] = (
    Column(
        "Says how likely",
        lambda row: Markup("<b>{}</b>: {}").format(row.name, row.says),
        "l",
        "24%",
    ),
    Column("Comes true", lambda row: numbers.percent(row.figures.base_rate)),
    Column("AUC", lambda row: table.figure(row.figures.auc.value, row.figures.auc, "fine"), "n"),
    Column(
        "Brier", lambda row: table.figure(row.figures.brier.value, row.figures.brier, "fine"), "n"
    ),
    Column(
        "Brier skill",
        lambda row: table.figure(row.figures.brier_skill.value, row.figures.brier_skill, "fine"),
        "n",
    ),
    Column("ECE", lambda row: row.calibration(lambda whole: whole.ece, "fine"), "n"),
    Column("Slope", lambda row: row.calibration(lambda whole: whole.slope, "ratio"), "n"),
    Column("Intercept", lambda row: row.calibration(lambda whole: whole.intercept, "signed"), "n"),
)


LICENCES: tuple[Column[ExitLicence], ...] = (
    Column("Refit", lambda row: row.fitted_at[:10], "l"),
    Column("Positions left out", lambda row: numbers.count(row.positions), "n"),
    Column("Would be sold", lambda row: numbers.count(row.sold), "n"),
    Column("Blocks", lambda row: numbers.count(row.blocks), "n"),
    Column("Earned by selling", lambda row: numbers.bps(row.earned_bps), "n"),
    Column("Lower bound", lambda row: numbers.bps(row.low_bps), "n"),
    Column("Licence", lambda row: "yes" if row.licensed else f"no: {row.reason}", "l"),
)


def highest_gain(steps: Sequence[GainStep]) -> GainStep | None:
    """The highest step of exit probability with bars."""
    known = [step for step in steps if step.mean_gain_bps is not None]
    return known[-1] if known else None


def coefficients(calibrator: Mapping[str, float]) -> list[tuple[str, float]]:
    """Of the last calibrator, its inputs in words."""
    return [(INPUTS.get(name, numbers.spaced(name)), value) for name, value in calibrator.items()]
