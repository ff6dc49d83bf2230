"""How results look in a terminal: tables of at most 120 columns, one format a quantity."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from dipmaster.report.kit import numbers
from dipmaster.results.metrics import METRICS

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod
    from rich.table import Table

MAX_WIDTH = 120
NARROWEST = 4
SHORTEST_BROKEN = 8
"""Columns of a text whose words may break, while words of others are whole."""


def make_console() -> "Console":
    """A console as wide as the terminal, at most 120 columns; 120 where output is no terminal."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=False)
    console.width = min(console.width, MAX_WIDTH) if console.is_terminal else MAX_WIDTH
    return console


def make_table(columns: Mapping[str, bool], caption: str | None = None) -> "Table":
    """An empty table; `columns` maps a heading to whether its cells are numbers."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(
        box=SIMPLE_HEAD,
        caption=caption,
        caption_justify="left",
        collapse_padding=True,
        pad_edge=False,
    )
    for heading, is_number in columns.items():
        justify: JustifyMethod = "right" if is_number else "left"
        table.add_column(heading, justify=justify, no_wrap=is_number, overflow="fold")
    return table


def measure_width(table: "Table") -> int:
    """Columns of the terminal that a table takes where nothing in it is broken into lines."""
    from rich.console import Console

    console = Console()
    return console.measure(table, options=console.options.update_width(10_000)).maximum


def print_whole(console: "Console", table: "Table") -> None:
    """Print a fitted table; over the edge where its numbers alone take more: no digit is lost."""
    console.width = max(console.width, measure_width(table))
    console.print(table)


def fit_words(table: "Table", width: int, breaking: Collection[str] = ()) -> None:
    """Narrow a table that is wider than `width` between words, not inside them.

    Columns of numbers keep their width. The others get what their longest word takes; the first
    of them is widened before the rest. Where even that is too much, columns with the headings
    `breaking` are narrowed first, then the widest of the others, and their longest words break.
    """
    total = measure_width(table)
    if total <= width:
        return
    texts = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    whole = [max(len(line) for text in one for line in text.split("\n")) for one in texts]
    least = [max((len(word) for text in one for word in text.split()), default=0) for one in texts]
    widths = [
        full if column.no_wrap else word
        for column, full, word in zip(table.columns, whole, least, strict=True)
    ]
    spare = width - (total - sum(whole)) - sum(widths)
    if spare < 0:
        spare += narrow(widths, [str(column.header) in breaking for column in table.columns],
                        -spare, SHORTEST_BROKEN)  # fmt: skip
        narrow(widths, [not column.no_wrap for column in table.columns], -spare, NARROWEST)
    for column, given in zip(table.columns, share_width(widths, whole, spare), strict=True):
        column.width = given


def narrow(widths: list[int], may_give: Sequence[bool], lacking: int, least: int) -> int:
    """Take what is lacking from the widest of some columns, in place; return what was taken."""
    for taken in range(lacking):
        giving = [n for n, gives in enumerate(may_give) if gives and widths[n] > least]
        if not giving:
            return taken
        widths[max(giving, key=widths.__getitem__)] -= 1
    return lacking


def share_width(widths: list[int], whole: list[int], spare: int) -> list[int]:
    """Give what is spare to the first column that has use for it, then to the narrowest."""
    given = list(widths)
    for _ in range(spare):
        wanting = [n for n, (now, full) in enumerate(zip(given, whole, strict=True)) if now < full]
        if not wanting:
            break
        given[wanting[0] if wanting[0] == 0 else min(wanting, key=given.__getitem__)] += 1
    return given


def format_metric(metric: str, value: float | None) -> str:
    """A value of a metric in its own format; a dash where it cannot be computed."""
    return numbers.show(value, METRICS[metric].number_format)
