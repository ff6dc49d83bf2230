"""Exit models: licences by refit, inputs of the calibrator, the highest exit probabilities."""

from collections.abc import Mapping, Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column
from dipmaster.results.exits.probability import GainStep
from dipmaster.results.exits.refits import ExitLicence

INPUTS = {
    "ln_p_profit": "profit model, ln p",
    "minus_ln_1_minus_p_profit": "profit model, −ln(1 − p)",
    "timing_over_max_holding": "timing as a share of the time limit",
    "log_odds_p_risk": "log odds of risk",
}
LICENCES: tuple[Column[ExitLicence], ...] = (
    Column("Refit", lambda row: row.fitted_at[:10], "l n"),
    Column("Held-out positions", lambda row: numbers.count(row.positions), "n"),
    Column("Sold at the thresholds", lambda row: numbers.count(row.sold), "n"),
    Column("Blocks", lambda row: numbers.count(row.blocks), "n"),
    Column("Gain of selling", lambda row: numbers.bps(row.earned_bps), "n"),
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
