"""Exit models judged: heads, exit probability, fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dipmaster.report.kit import numbers, table
from dipmaster.report.kit.table import Column
from dipmaster.results import ExitModelResults
from dipmaster.results.common import Interval
from dipmaster.results.exits import ExitModelFold, GainStep

INPUTS = {
    "ln_p_profit": "profit head, ln p",
    "minus_ln_1_minus_p_profit": "profit head, −ln(1 − p)",
    "log_odds_p_profit_above_knot": "its log odds beyond 0.6",
    "log_odds_p_profit_below_knot": "its log odds below 0.4",
    "timing_of_cap": "timing as a share of the time limit",
    "log_odds_p_risk": "log odds of risk",
}


@dataclass(frozen=True)
class Judged:
    """One probability: what it says, how often it comes true, and its figures."""

    name: str
    says: str
    base_rate: float | None
    auc: Interval
    brier: Interval
    brier_skill: Interval
    ece: Interval | None = None
    slope: Interval | None = None
    intercept: Interval | None = None


def judged(models: ExitModelResults) -> list[Judged]:
    """The two heads that are probabilities, then the calibrated exit probability."""
    profit, risk, whole = models.heads.profit, models.heads.risk, models.exit_probability
    return [
        Judged(
            "Profit head",
            "a sale now nets at least what holding nets",
            profit.base_rate,
            profit.auc,
            profit.brier,
            profit.brier_skill,
        ),
        Judged(
            "Risk head",
            "the stop comes before the target",
            risk.base_rate,
            risk.auc,
            risk.brier,
            risk.brier_skill,
        ),
        Judged(
            "Exit probability",
            "as the profit head, calibrated with all three",
            whole.base_rate,
            whole.auc,
            whole.brier,
            whole.brier_skill,
            whole.ece,
            whole.slope,
            whole.intercept,
        ),
    ]


def _figure(found: Interval | None, kind: str) -> str:
    """A value over its bounds, where there are any."""
    if found is None:
        return ""
    bounds = numbers.bounds(found, kind)
    return table.stacked(
        numbers.show(found.value, kind), "" if bounds == numbers.MISSING else bounds
    )


JUDGED: tuple[Column[Judged], ...] = (
    Column(
        "Says how likely",
        lambda row: Markup("<b>{}</b>: {}").format(row.name, row.says),
        "l",
        "24%",
    ),
    Column("Comes true", lambda row: numbers.percent(row.base_rate)),
    Column("AUC", lambda row: _figure(row.auc, "fine"), "n"),
    Column("Brier", lambda row: _figure(row.brier, "fine"), "n"),
    Column("Brier skill", lambda row: _figure(row.brier_skill, "fine"), "n"),
    Column("ECE", lambda row: _figure(row.ece, "fine"), "n"),
    Column("Slope", lambda row: _figure(row.slope, "ratio"), "n"),
    Column("Intercept", lambda row: _figure(row.intercept, "signed"), "n"),
)


def highest_gain(steps: Sequence[GainStep]) -> GainStep | None:
    """The highest step of exit probability with bars."""
    known = [step for step in steps if step.mean_gain_bps is not None]
    return known[-1] if known else None


@dataclass(frozen=True)
class Fits:
    """How often one level was fitted, from when on, and the last time on how much."""

    level: str
    times: int
    first: str
    last: ExitModelFold

    @property
    def is_thinned(self) -> bool:
        """Whether the last fit learned from less than it could."""
        return self.last.thinned_to not in (0, self.last.rows)


def fits(folds: Sequence[ExitModelFold]) -> list[Fits]:
    """Levels that were fitted, in the order of their first fit."""
    made: dict[str, list[ExitModelFold]] = {}
    for fold in folds:
        if not fold.reason:
            made.setdefault(fold.level, []).append(fold)
    return [
        Fits(level, len(fitted), fitted[0].fitted_at[:10], fitted[-1])
        for level, fitted in made.items()
    ]


def coefficients(calibrator: Mapping[str, float]) -> list[tuple[str, float]]:
    """Of the last calibrator, its inputs in words."""
    return [(INPUTS.get(name, numbers.spaced(name)), value) for name, value in calibrator.items()]
