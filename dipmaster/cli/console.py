"""How results look in a terminal: tables of at most 120 columns, one format a quantity."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dipmaster.report.kit import numbers
from dipmaster.results.metrics import METRICS

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod
    from rich.table import Table

MAX_WIDTH = 120


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


def fit_words(table: "Table", width: int) -> None:
    """Narrow a table that is wider than `width` between words, not inside them.

    Columns of numbers keep their width. The others get what their longest word takes; the first
    of them is widened before the rest. Where even that is too much, the widest is narrowed, and
    its longest words break.
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
    for column, given in zip(table.columns, share_width(widths, whole, spare), strict=True):
        column.width = given


def share_width(widths: list[int], whole: list[int], spare: int) -> list[int]:
    """Give what is spare to the first column that has use for it, then to the narrowest.

    What is lacking is taken from the widest.
    """
    given = list(widths)
    for _ in range(-spare):
        given[given.index(max(given))] -= max(given) > 1
    for _ in range(spare):
        wanting = [n for n, (now, full) in enumerate(zip(given, whole, strict=True)) if now < full]
        if not wanting:
            break
        given[wanting[0] if wanting[0] == 0 else min(wanting, key=given.__getitem__)] += 1
    return given


def format_metric(metric: str, value: float | None) -> str:
    """A value of a metric in its own format; a dash where it cannot be computed."""
    return numbers.show(value, METRICS[metric].number_format)
