"""Components of a size: their names, and how they are distributed over the trades."""

from collections.abc import Mapping, Sequence
from functools import partial

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column
from dipmaster.results.evaluation.sizing import ComponentQuantiles

NAMES: Mapping[str, str] = {
    "p": "Probability of a win",
    "p_outcomes": "Outcomes behind it",
    "payoff": "Payoff",
    "payoff_outcomes": "Outcomes behind it",
    "kelly": "Kelly fraction",
    "recalibration": "Recalibration",
    "forecast": "Volatility forecast",
    "forecast_annual_frac": "Forecast volatility, annual",
    "vol_scalar": "Volatility scalar",
    "regime_factor": "Regime factor",
    "spillover_factor": "Spillover factor",
    "intraday_factor": "Intraday factor",
    "size_frac": "Size before caps",
    "weight_frac": "Size opened",
}
_SHARES = ("kelly", "forecast_annual_frac", "size_frac", "weight_frac")


def name(component: str) -> str:
    """In print."""
    return NAMES.get(component, numbers.capital(numbers.spaced(component)))


def known(rows: Sequence[ComponentQuantiles]) -> list[ComponentQuantiles]:
    """Those that at least one trade has."""
    return [row for row in rows if row.n]


def _show(row: ComponentQuantiles, value: float | None) -> str:
    if row.component in _SHARES:
        return numbers.percent(value, 0 if row.component == "forecast_annual_frac" else 2)
    if row.component.endswith("outcomes"):
        return numbers.count(value)
    return numbers.show(value, "fine")


def _column(heading: str, field: str) -> Column[ComponentQuantiles]:
    return Column(heading, partial(_cell, field), "n")


def _cell(field: str, row: ComponentQuantiles) -> str:
    return _show(row, getattr(row, field))


COLUMNS: tuple[Column[ComponentQuantiles], ...] = (
    Column("Component", lambda row: name(row.component), "l"),
    Column("Trades", lambda row: numbers.count(row.n)),
    _column("Mean", "mean"),
    _column("Min", "min"),
    _column("25 %", "q25"),
    _column("Median", "median"),
    _column("75 %", "q75"),
    _column("Max", "max"),
)
