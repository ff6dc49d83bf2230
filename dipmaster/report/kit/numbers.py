"""How numbers look in print: one format a quantity, an en dash where there is none.

All functions take ``None`` for "cannot be computed" and give an en dash; the
reason stands beside it in the report. Signs are true minus signs, thousands
are set apart by commas, a unit never leaves its number at the end of a line.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

MISSING = "–"
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
UNBOUNDED = 1e18

METRICS: dict[str, str] = {
    "win_rate": "Win rate",
    "sharpe": "Sharpe",
    "profit_factor": "Profit factor",
    "max_drawdown": "Max drawdown",
    "excess_win_rate": "Excess win rate",
}
MATRIX_METRICS = ("win_rate", "sharpe", "profit_factor", "max_drawdown")


def plain(value: float | None, digits: int, *, signed: bool = False) -> str:
    """A number with so many decimals; ``signed`` shows the plus sign too.

    Beyond a billion billion a number is a bound that does not bind, and is said so.
    """
    if value is None:
        return MISSING
    if abs(value) > UNBOUNDED:
        return "no bound"
    text = f"{abs(value):,.{digits}f}"
    if float(text.replace(",", "")) == 0.0:
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def percent(value: float | None, digits: int = 1, *, signed: bool = False) -> str:
    """A fraction as per cent: 0.774 is 77.4 %."""
    if value is None:
        return MISSING
    return plain(100.0 * value, digits, signed=signed) + NBSP + "%"


def points(value: float | None) -> str:
    """A difference of two fractions in percentage points, signed."""
    if value is None:
        return MISSING
    return plain(100.0 * value, 1, signed=True) + NBSP + "points"


def bps(value: float | None, *, signed: bool = True) -> str:
    """Basis points (1/10,000)."""
    return MISSING if value is None else plain(value, 1, signed=signed) + NBSP + "bp"


def money(value: float | None, *, signed: bool = False) -> str:
    """Quote currency, whole units."""
    return plain(value, 0, signed=signed)


def count(value: float | None) -> str:
    """A number of things; estimates such as n effective are rounded."""
    return plain(value, 0)


def ratio(value: float | None) -> str:
    """A ratio with two decimals."""
    return plain(value, 2)


def minutes(value: float | None) -> str:
    """A length of time in minutes."""
    return MISSING if value is None else plain(value, 0) + NBSP + "min"


def days(value: float | None) -> str:
    """A length of time in days, without decimals where there are none."""
    if value is None:
        return MISSING
    return plain(value, 0 if float(value).is_integer() else 1) + NBSP + "days"


_FORMATS: dict[str, Callable[[float | None], str]] = {
    "win_rate": percent,
    "sharpe": ratio,
    "profit_factor": ratio,
    "max_drawdown": percent,
    "excess_win_rate": points,
    "percent": percent,
    "change": lambda value: percent(value, signed=True),
    "points": points,
    "bps": bps,
    "ratio": ratio,
    "signed": lambda value: plain(value, 2, signed=True),
    "fine": lambda value: plain(value, 3),
    "times": lambda value: MISSING if value is None else plain(value, 2) + NBSP + "times",
    "minutes": minutes,
    "bars": lambda value: MISSING if value is None else plain(value, 1) + NBSP + "bars",
}
"""By the name of a metric, or of a kind of quantity."""


def metric(name: str, value: float | None) -> str:
    """A gate's value in its own format; unknown metrics get four decimals."""
    formatted = _FORMATS.get(name)
    return formatted(value) if formatted else plain(value, 4)


def interval(name: str, low: float | None, high: float | None) -> str:
    """Both bounds of a gate; an en dash where neither is there."""
    if low is None and high is None:
        return MISSING
    lower, upper = metric(name, low), metric(name, high)
    for unit in ("%", "points", "bp", "times", "min", "bars"):
        if lower.endswith(NBSP + unit) and upper.endswith(NBSP + unit):
            lower = lower.removesuffix(NBSP + unit)
    return f"{lower} to {upper}"


def estimate(found: Mapping[str, Any] | None, kind: str) -> str:
    """A value with its bounds behind it in brackets, as {"value", "low", "high"} gives them."""
    if found is None or found["value"] is None:
        return MISSING
    bounds = interval(kind, found["low"], found["high"])
    value = metric(kind, found["value"])
    return value if bounds == MISSING else f"{value} ({bounds})"


def interval_of(found: Mapping[str, Any] | None, kind: str) -> str:
    """The bounds of such a record alone."""
    return MISSING if found is None else interval(kind, found["low"], found["high"])


def chance(p: float | None) -> str:
    """A p-value with three decimals; below one in a thousand it is said so."""
    if p is None:
        return MISSING
    return f"<{NBSP}0.001" if p < 0.001 else plain(p, 3)


def target(name: str, value: float | None, direction: str) -> str:
    """A gate's target with its sign: at least, or below."""
    if value is None:
        return "no target"
    sign = "≥" if direction == "min" else "<"
    if name in ("win_rate", "max_drawdown"):
        return f"{sign}{NBSP}{100.0 * value:g}{NBSP}%"
    if name == "excess_win_rate":
        return f"{sign}{NBSP}{100.0 * value:g}{NBSP}points"
    return f"{sign}{NBSP}{plain(value, 1 if round(value, 1) == value else 2)}"


def typeset(text: str) -> str:
    """Text of an earlier stage with true minus signs, 0.85 for .85, units with their numbers."""
    whole = re.sub(r"(?<![\w.])\.(?=\d)", "0.", text.replace(" %", NBSP + "%"))
    return re.sub(r"(?<![\w.])-(?=\d)", MINUS, whole)


def name_of(metric_name: str) -> str:
    """The metric's name for readers."""
    return METRICS.get(metric_name, metric_name.replace("_", " ").capitalize())
