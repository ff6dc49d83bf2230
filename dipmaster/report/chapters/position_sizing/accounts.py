"""Exposure, volatility and drawdown of the phases' accounts, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_table import Line
from dipmaster.results.evaluation.money import ExposureFigures
from dipmaster.results.evaluation.sizing import DrawdownQuantiles, SizingResults

MEDIAN, HIGH = 0.5, 0.95


@dataclass(frozen=True)
class AccountRisk:
    """One phase's account.

    Attributes
    ----------
    volatility
        Annual fraction; None where the account never moved.
    drawdown
        Of bootstrap years; None where they were not drawn for this phase.
    """

    exposure: ExposureFigures
    volatility: float | None
    drawdown: DrawdownQuantiles | None

    def drawdown_at(self, level: float) -> float | None:
        """A quantile of the drawdown, where there is one."""
        drawdown = self.drawdown
        if drawdown is None or not drawdown.frac:
            return None
        return dict(zip(drawdown.levels, drawdown.frac, strict=True)).get(level)

    @property
    def within_limit(self) -> float | None:
        """Share of bootstrap years within the limit."""
        return None if self.drawdown is None else self.drawdown.within_limit_frac


def by_phase(inputs: ReportInputs, sizing: SizingResults) -> dict[int, AccountRisk]:
    """Phases up to the one that sizes."""
    drawdowns = {one.phase: one for one in sizing.drawdown}
    volatility = sizing.drawdown_arithmetic.measured_volatility
    return {
        one.phase: AccountRisk(
            inputs.phase(one.phase).exposure,
            volatility.get(str(one.phase)),
            drawdowns.get(one.phase),
        )
        for one in sizing.exposure
    }


EXPOSURE: Sequence[Line[AccountRisk]] = (
    ("Mean exposure", lambda one: numbers.percent(one.exposure.mean_frac, 2)),
    ("Annual volatility", lambda one: numbers.percent(one.volatility, 2)),
)


def lines(results: SizingResults) -> Sequence[Line[AccountRisk]]:
    """Rows of the table: those on drawdown only where a phase has them, against the limit."""
    if not any(one.frac for one in results.drawdown):
        return EXPOSURE
    limit = numbers.set_percent(results.drawdown_arithmetic.limit_frac)
    return (
        *EXPOSURE,
        ("Bootstrap years: median drawdown", lambda one: _percent(one.drawdown_at(MEDIAN))),
        ("95 % quantile of the drawdown", lambda one: _percent(one.drawdown_at(HIGH))),
        (f"Drawdown below {limit}", lambda one: numbers.percent(one.within_limit)),
    )


def _percent(value: float | None) -> str:
    return numbers.percent(value, 2)
