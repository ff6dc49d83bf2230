"""Typed rows to the cells of a table, which the macro `table` prints."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from markupsafe import Markup

from dipmaster.report.kit import numbers
from dipmaster.report.kit.numbers import Bounded
from dipmaster.report.kit.printable import printable
from dipmaster.report.kit.verdicts import mark

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column of a table.

    Attributes
    ----------
    heading
        Its words.
    cell
        A row to what is printed of it.
    css
        Classes of its cells: l stands to the left, heading too, n is never broken.
    width
        Of the whole table; empty where the contents decide.
    """

    heading: str
    cell: Callable[[Row], str]
    css: str = ""
    width: str = ""

    @property
    def is_left(self) -> bool:
        """Whether the heading stands to the left."""
        return "l" in self.css.split()


@dataclass(frozen=True)
class Table:
    """Columns without their rows' types, and the cells of each row."""

    columns: Sequence[Column[object]]
    rows: Sequence[tuple[str, ...]]
    css: str


def table(columns: Sequence[Column[Row]], rows: Iterable[Row], css: str = "data short") -> Table:
    """Print rows into cells; `css` are the classes of the table."""
    cells = [tuple(column.cell(row) for column in columns) for row in rows]
    return Table(columns, cells, css)  # type: ignore[arg-type]


def texts(*headings: tuple[str, ...]) -> list[Column[tuple[str, ...]]]:
    """Columns of rows that are in print already: heading, classes and width of each."""

    def column(place: int, heading: str, css: str, width: str = "") -> Column[tuple[str, ...]]:
        return Column(heading, lambda row: row[place], css, width)

    return [column(place, *each) for place, each in enumerate(headings)]


def bold(text: str) -> Markup:
    """A cell in bold."""
    return Markup("<b>{}</b>").format(printable(text))


def stacked(first: str, second: str) -> Markup:
    """A cell of two lines, the second one soft; one line where there is nothing for it."""
    if not second:
        return Markup("{}").format(_in_print(first))
    lines = Markup('{}<br><span class="soft">{}</span>')
    return lines.format(_in_print(first), _in_print(second))


def _in_print(text: str) -> str:
    """Text that a reader can see; what is in print already stays."""
    return text if isinstance(text, Markup) else printable(text)


def figure(value: float | None, bounds: Bounded, kind: str) -> Markup:
    """A cell with a figure over its bounds, where there are any."""
    between = numbers.bounds(bounds, kind)
    return stacked(numbers.show(value, kind), "" if between == numbers.MISSING else between)


def verdict(word: str, reason: str = "") -> Markup:
    """A verdict with its mark, and the reason behind it."""
    why = f": {numbers.typeset(reason)}" if reason else ""
    return Markup('<span class="mark">{}</span> <b>{}</b>{}').format(
        mark(word), printable(word), printable(why)
    )
