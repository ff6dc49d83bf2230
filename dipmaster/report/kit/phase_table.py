"""Tables with the phases as columns: one question, answered by every phase side by side."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from markupsafe import Markup

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column, Table, table

Figures = TypeVar("Figures")
Row = TypeVar("Row")
Line = tuple[str, Callable[[Figures], str]]


def by_phase(
    lines: Sequence[Line[Figures]], figures: Mapping[int, Figures], heading: str = "Figure"
) -> Table:
    """A line a figure, a column a phase.

    Parameters
    ----------
    lines
        Name of each figure, and how it is printed of one phase.
    figures
        Phase to what is known of it.
    """

    def phase(number: int) -> Column[Line[Figures]]:
        return Column(f"Phase{numbers.NBSP}{number}", lambda line: line[1](figures[number]), "n")

    name: Column[Line[Figures]] = Column(heading, lambda line: line[0], "l")
    return table([name, *map(phase, figures)], lines)


def crossed(
    heading: str, columns: Sequence[Column[Row]], rows: Mapping[int, Mapping[str, Row]]
) -> Table:
    """A line a group of trades, the same columns once a phase; a dash where a phase has none.

    Parameters
    ----------
    columns
        What is printed of a group, in each phase.
    rows
        Phase to its groups by name; groups are listed in the order in which they first occur.
    """

    def cell(number: int, column: Column[Row]) -> Column[str]:
        def show(name: str) -> str:
            row = rows[number].get(name)
            return numbers.MISSING if row is None else column.cell(row)

        title = Markup("Phase {}<br>{}").format(number, column.heading)
        return Column(title, show, "n")

    names: Iterable[str] = dict.fromkeys(name for by_name in rows.values() for name in by_name)
    first: Column[str] = Column(heading, lambda name: name, "l")
    cells = [cell(number, column) for number in rows for column in columns]
    return table([first, *cells], names, "data nw")
