"""Tables with the phases as columns: one question, answered by every phase side by side."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from markupsafe import Markup

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column, Table, table

Figures = TypeVar("Figures")
Row = TypeVar("Row")
Line = tuple[str, Callable[[Figures], str]]
Groups = Sequence[tuple[str, Sequence[Line[Figures]]]]
NAME_LEAST, PHASE_MOST = 24.0, 16.5
"""Per cent of the width of a table: the least of the names, the most of a phase."""
GROUPED_LEAST, LINE_NAME = 32.0, 14.0
"""The same where lines stand in groups: the least of both names, and that of a line."""


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
    name_width, width = widths(len(figures))
    name: Column[Line[Figures]] = Column(heading, lambda line: line[0], "l", name_width)
    return table([name, *_phase_columns(figures, width)], lines, "data short phases")


def _phase_columns(figures: Mapping[int, Figures], width: str) -> list[Column[Line[Figures]]]:
    """The figures of each phase."""

    def phase(number: int) -> Column[Line[Figures]]:
        title = f"Phase{numbers.NBSP}{number}"
        return Column(title, lambda line: line[1](figures[number]), "", width)

    return [phase(number) for number in figures]


@dataclass(frozen=True)
class GroupedLines:
    """Lines in groups, a column a phase; printed by the macro `grouped`.

    Attributes
    ----------
    heading, width
        Of the column with the names of the groups.
    tables
        Name and lines of each group.
    """

    heading: str
    width: str
    tables: Sequence[tuple[str, Table]]


def group_by_phase(
    groups: Groups[Figures],
    figures: Mapping[int, Figures],
    headings: tuple[str, str],
    least: float = GROUPED_LEAST,
) -> GroupedLines:
    """A line a figure in groups that have a name, a column a phase.

    Parameters
    ----------
    headings
        Of the names of groups, and of the values that name the lines.
    least
        Per cent of the table for both together, at least.
    """
    names, width = widths(len(figures), least)
    line: Column[Line[Figures]] = Column(
        headings[1], lambda line: line[0], "line", f"{LINE_NAME:.1f}%"
    )
    columns = [line, *_phase_columns(figures, width)]
    tables = [(name, table(columns, lines)) for name, lines in groups]
    return GroupedLines(headings[0], f"{float(names.rstrip('%')) - LINE_NAME:.1f}%", tables)


def widths(phases: int, least: float = NAME_LEAST, most: float = PHASE_MOST) -> tuple[str, str]:
    """Of the column of names and of each phase, in print; cells break at their spaces.

    Parameters
    ----------
    least, most
        Per cent of the table for the names at least, and for one phase at most.
    """
    one = min(most, (100.0 - least) / max(phases, 1))
    return f"{100.0 - one * phases:.1f}%", f"{one:.1f}%"


def crossed(
    heading: str,
    columns: Sequence[Column[Row]],
    rows: Mapping[int, Mapping[str, Row]],
    css: str = "",
) -> Table:
    """A line a group of trades, a column a phase with its figures; a dash where it has none.

    Parameters
    ----------
    columns
        What is printed of a group, in each phase.
    rows
        Phase to its groups by name; groups are listed in the order in which they first occur.
    css
        Another class: with "stacked" the first figure has a line of its own.
    """
    name_width, width = widths(len(rows), least=12.0, most=26.0)

    def phase(number: int) -> Column[str]:
        def show(name: str) -> str:
            row = rows[number].get(name)
            if row is None:
                return numbers.MISSING
            return parts(column.cell(row) for column in columns)

        title = Markup("Phase {}<br>{}").format(number, parts(one.heading for one in columns))
        return Column(title, show, "", width)

    names: Iterable[str] = dict.fromkeys(name for by_name in rows.values() for name in by_name)
    first: Column[str] = Column(heading, lambda name: name, "l", name_width)
    return table([first, *map(phase, rows)], names, f"data phases crossed {css}".strip())


def parts(texts: Iterable[str]) -> Markup:
    """Texts of one cell, each in one piece; a line ends between them where there is no room."""
    return Markup(" ").join(Markup('<span class="part">{}</span>').format(one) for one in texts)
