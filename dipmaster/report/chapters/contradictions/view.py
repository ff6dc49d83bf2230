"""Statements of the roadmap beside what its own numbers imply."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.report.kit.numbers import MINUS, NBSP, typeset
from dipmaster.report.kit.table import Column, table
from dipmaster.results.outcomes import Contradiction


def view(inputs: ReportInputs) -> Context:
    """A row a contradiction."""
    return {"rows": table(COLUMNS, inputs.outcomes.contradictions, "data readings")}


def show(value: float, unit: str) -> str:
    """A number in the unit of its contradiction."""
    if unit == "fine_percent":
        return numbers.percent(value, 3)
    if unit in ("hours", "weeks"):
        return numbers.plain(value, 0) + NBSP + unit
    return numbers.show(value, unit)


def show_arithmetic(text: str) -> str:
    """A formula with true signs."""
    return typeset(text).replace(" - ", f" {MINUS} ").replace(" x ", " × ")


COLUMNS: tuple[Column[Contradiction], ...] = (
    Column("Section", lambda one: one.section, "l", "11%"),
    Column("Statement", lambda one: typeset(one.statement), "l", "22%"),
    Column("Stated", lambda one: show(one.stated, one.unit), "n", "9%"),
    Column("Implied", lambda one: show(one.implied, one.unit), "n", "9%"),
    Column("Arithmetic", lambda one: show_arithmetic(one.arithmetic), "l", "29%"),
    Column("Interpretation", lambda one: typeset(one.reading), "l", "20%"),
)
CONTRADICTIONS = Chapter(
    folder="contradictions",
    title="Contradictions of the roadmap",
    view=view,
    part="appendix",
)
