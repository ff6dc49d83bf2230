"""How numbers look in print: one format a quantity, an en dash where there is none.

All functions take ``None`` for "cannot be computed" and give an en dash; the
reason stands beside it in the report. Signs are true minus signs, thousands
are set apart by commas, a unit never leaves its number at the end of a line.
"""

import re
from collections.abc import Callable, Mapping
from typing import Protocol

MISSING = "–"
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
UNBOUNDED = 1e18


class Bounded(Protocol):
    """Whatever has two bounds."""

    @property
    def low(self) -> float | None:
        """Lower bound."""

    @property
    def high(self) -> float | None:
        """Upper bound."""


class Estimated(Bounded, Protocol):
    """A value with two bounds."""

    @property
    def value(self) -> float | None:
        """The value itself."""


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


def _with_unit(text: str, unit: str) -> str:
    return text if text == MISSING else text + NBSP + unit


def percent(value: float | None, digits: int = 1, *, signed: bool = False) -> str:
    """A fraction as per cent: 0.774 is 77.4 %."""
    hundredths = None if value is None else 100.0 * value
    return _with_unit(plain(hundredths, digits, signed=signed), "%")


def set_percent(value: float) -> str:
    """A fraction that was set, not measured, as per cent with the digits that it has: 12.5 %."""
    return f"{100.0 * value:.4g}{NBSP}%"


def points(value: float | None, digits: int = 1) -> str:
    """A difference of two fractions in percentage points, signed."""
    hundredths = None if value is None else 100.0 * value
    return _with_unit(plain(hundredths, digits, signed=True), "points")


def bps(value: float | None, *, signed: bool = True) -> str:
    """Basis points (1/10,000)."""
    return _with_unit(plain(value, 1, signed=signed), "bp")


def money(value: float | None, *, signed: bool = False) -> str:
    """Quote currency, whole units."""
    return plain(value, 0, signed=signed)


def count(value: float | None) -> str:
    """A number of things; estimates such as n effective are rounded."""
    return plain(value, 0)


def share(some: int, whole: int) -> str:
    """A count with its share of the whole, where there is a whole."""
    return f"{count(some)} ({percent(some / whole)})" if whole else count(some)


def ratio(value: float | None) -> str:
    """A ratio with two decimals."""
    return plain(value, 2)


def minutes(value: float | None) -> str:
    """A length of time in minutes."""
    return _with_unit(plain(value, 0), "min")


def days(value: float | None) -> str:
    """A length of time in days, without decimals where there are none."""
    return _with_unit(plain(value, 0 if value is None or float(value).is_integer() else 1), "days")


FORMATS: Mapping[str, Callable[[float | None], str]] = {
    "percent": percent,
    "change": lambda value: percent(value, signed=True),
    "points": points,
    "bps": bps,
    "cost": lambda value: bps(value, signed=False),
    "percent_2": lambda value: percent(value, 2),
    "change_2": lambda value: percent(value, 2, signed=True),
    "points_2": lambda value: points(value, 2),
    "count": count,
    "ratio": ratio,
    "signed": lambda value: plain(value, 2, signed=True),
    "fine": lambda value: plain(value, 3),
    "times": lambda value: _with_unit(plain(value, 2), "times"),
    "minutes": minutes,
    "milliseconds": lambda value: _with_unit(plain(value, 1), "ms"),
    "money": money,
    "bars": lambda value: _with_unit(plain(value, 1), "bars"),
}
"""By kind of quantity: those of `dipmaster.results.metrics`, and the report's own."""


def show(value: float | None, kind: str) -> str:
    """A number in the format of its kind."""
    return FORMATS[kind](value)


def interval(low: float | None, high: float | None, kind: str) -> str:
    """Two bounds, the unit told once; an en dash where neither is there."""
    if low is None and high is None:
        return MISSING
    return pair(show(low, kind), show(high, kind))


def pair(low: str, high: str) -> str:
    """Two printed numbers with one unit."""
    unit = low.partition(NBSP)[2]
    if unit and high.endswith(NBSP + unit):
        low = low.removesuffix(NBSP + unit)
    return f"{low} to {high}"


def unit(kind: str) -> str:
    """The unit behind the numbers of a kind; empty where they have none."""
    return show(0.0, kind).partition(NBSP)[2]


def bare(text: str, kind: str) -> str:
    """A printed number or interval of a kind without its unit, which stands in a heading."""
    return text.replace(NBSP + unit(kind), "") if unit(kind) else text


def bounds(found: Bounded | None, kind: str) -> str:
    """The bounds of a figure."""
    return MISSING if found is None else interval(found.low, found.high, kind)


def estimate(found: Estimated, kind: str) -> str:
    """A value with its bounds behind it in brackets."""
    shown, between = show(found.value, kind), bounds(found, kind)
    return shown if MISSING in (shown, between) else f"{shown} ({between})"


def p_value(p: float | None) -> str:
    """A p-value with three decimals; below one in a thousand it is said so."""
    return f"<{NBSP}0.001" if p is not None and p < 0.001 else plain(p, 3)


def state_p(p: float | None) -> str:
    """A p-value within a sentence, in one piece: p = 0.059, p < 0.001."""
    if p is None:
        return MISSING
    shown = p_value(p)
    return f"p{NBSP}{shown if shown.startswith('<') else f'={NBSP}{shown}'}"


def target(value: float | None, kind: str, direction: str | None) -> str:
    """A gate's target with its sign: at least, or below."""
    if value is None:
        return "no target"
    sign = "≥" if direction == "min" else "<"
    unit = {"percent": NBSP + "%", "points": NBSP + "points"}.get(kind)
    if unit:
        return f"{sign}{NBSP}{100.0 * value:g}{unit}"
    return f"{sign}{NBSP}{plain(value, 1 if round(value, 1) == value else 2)}"


def typeset(text: str) -> str:
    """Text of an earlier stage as the report prints it.

    With true minus signs, 0.85 for .85, units with their numbers, and bounds in round brackets.
    """
    whole = re.sub(r"(?<![\w.])\.(?=\d)", "0.", text.replace(" %", NBSP + "%"))
    signed = re.sub(r"(?<![\w.])-(?=\d)", MINUS, whole.replace(" - ", f" {MINUS} "))
    return _BOUNDS.sub(lambda found: f"({pair(found[1], found[2])})", signed)


_BOUNDS = re.compile(r"\[([^\[\],]*\d[.%][^\[\],]*), ([^\[\],]*\d[^\[\],]*)\]")
"""Of measured figures: a list of two whole numbers is no interval."""


def group_digits(text: str) -> str:
    """Text of an earlier stage with commas in numbers of four digits or more, dates left alone."""
    return re.sub(r"(?<![\w.:-])\d{4,}(?![\w:-])", lambda found: f"{int(found[0]):,}", text)


def minute(stamp: str) -> str:
    """A time as the stages write it, to the minute."""
    return stamp[:16].replace("T", " ")


def spaced(name: str) -> str:
    """A name of the code in words."""
    return name.replace("_", " ")


def capital(text: str) -> str:
    """A text with a capital letter at its start."""
    return text[:1].upper() + text[1:]
