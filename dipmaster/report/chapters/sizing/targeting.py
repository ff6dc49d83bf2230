"""Volatility aimed at against what was realised, and the arithmetic of the drawdown limit."""

from collections.abc import Mapping, Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_table import Line
from dipmaster.report.kit.table import Column, verdict
from dipmaster.results.evaluation.sizing import DrawdownQuantiles
from dipmaster.results.evaluation.volatility_target import (
    DrawdownArithmetic,
    OverlayFigures,
    OverlayName,
)

NAMES: Mapping[OverlayName, str] = {
    "unit_risk": "Target over forecast",
    "clipped": "Within the bounds of the scalar",
    "capped": "At most the position cap",
}


def _realised(row: OverlayFigures) -> str:
    return numbers.percent(row.realised.value)


OVERLAY: tuple[Column[OverlayFigures], ...] = (
    Column("Weight of a coin", lambda row: NAMES[row.name], "l"),
    Column("Target", lambda row: numbers.set_percent(row.target), "n"),
    Column("Realised", _realised, "n"),
    Column("Interval", lambda row: numbers.bounds(row.realised, "percent"), "n"),
    Column("Verdict", lambda row: verdict(row.within_tolerance), "l n"),
    Column("Bound binds", lambda row: numbers.percent(row.bound_frac), "n"),
    Column("Mean weight", lambda row: numbers.percent(row.mean_weight_frac), "n"),
    Column("Days", lambda row: numbers.count(row.realised.n)),
)


def overlay_reasons(rows: Sequence[OverlayFigures]) -> list[str]:
    """Why there is no value or no interval, each reason once."""
    every = [row.realised.reason for row in rows if row.realised.reason]
    return list(dict.fromkeys(every))


def arithmetic_pairs(found: DrawdownArithmetic) -> list[tuple[str, str]]:
    """Targets, and what would make them agree."""
    limit = numbers.set_percent(found.limit_frac)
    beyond = f"above {numbers.plain(found.sharpe_searched, 0)}"

    def sharpe(value: float | None) -> str:
        return beyond if value is None else numbers.plain(value, 1)

    return [
        ("Target volatility, annual", numbers.set_percent(found.target_annual)),
        (f"Probability of a drawdown below {limit}", numbers.percent(found.within_limit_frac, 2)),
        ("Target Sharpe ratio", numbers.plain(found.sharpe, 1)),
        ("Median drawdown", numbers.percent(found.median_frac)),
        ("Horizon", numbers.days(found.horizon_days)),
        ("95 % quantile of the drawdown", numbers.percent(found.q95_frac)),
        ("Volatility for a probability of 50 %", numbers.percent(found.volatility_even)),
        ("Volatility for 95 %", numbers.percent(found.volatility_95)),
        ("Sharpe ratio for a probability of 50 %", sharpe(found.sharpe_even)),
        ("Sharpe ratio for 95 %", sharpe(found.sharpe_95)),
    ]


def drawdown_lines(first: DrawdownQuantiles) -> list[Line[DrawdownQuantiles]]:
    """A row a level, then the share of years within the limit."""
    limit = f"Years below {numbers.set_percent(first.limit_frac)}"
    levels = [_line(place, level) for place, level in enumerate(first.levels)]
    return [*levels, (limit, lambda one: numbers.percent(one.within_limit_frac))]


def _line(place: int, level: float) -> Line[DrawdownQuantiles]:
    name = f"{100 * level:g}{numbers.NBSP}% quantile"
    return name, lambda one: numbers.percent(one.frac[place] if one.frac else None, 2)
