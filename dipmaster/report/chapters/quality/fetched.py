"""Sets that `dipmaster fetch` brought, and what of them was missing, as tables."""

from collections.abc import Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column, Table, table, texts
from dipmaster.results.ingest import FetchedSet

MARKETS = {"spot": "spot", "um": "futures", "exchange": "exchange"}

FETCHED: tuple[Column[FetchedSet], ...] = (
    Column("Set", lambda one: one.set, "l any"),
    Column("Source", lambda one: f"{one.source}, {MARKETS.get(one.market, one.market)}", "l any"),
    Column("Last fetched", lambda one: one.fetched_on, "l n"),
    Column("Files", lambda one: numbers.count(one.files)),
    Column("MB", lambda one: numbers.plain(one.bytes / 1e6, 1)),
    Column("Coins", lambda one: one.choice, "l"),
)
MISSING = texts(
    ("Set", "l any"), ("Missing because", "l", "30%"), ("Files", ""), ("First", "l any")
)


def describe_fetched(sets: Sequence[FetchedSet]) -> Table | None:
    """A row a set; None where no set was fetched."""
    return table(FETCHED, sets, "data") if sets else None


def describe_missing(sets: Sequence[FetchedSet]) -> Table:
    """A row a set and reason, with the name of the first file."""
    rows = [
        (one.set, reason, numbers.count(files.count), files.files[0])
        for one in sets
        for reason, files in one.missing.items()
    ]
    return table(MISSING, rows, "data")
