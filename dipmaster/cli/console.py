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


def format_metric(metric: str, value: float | None) -> str:
    """A value of a metric in its own format; a dash where it cannot be computed."""
    return numbers.show(value, METRICS[metric].number_format)
