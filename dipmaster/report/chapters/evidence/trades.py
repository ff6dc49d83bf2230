"""Trades that alternative data kept, gained and lost, on the whole and by feed."""

from collections.abc import Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.evidence_names import name_feed
from dipmaster.report.kit.table import Column
from dipmaster.results.evaluation.alternative_data import AlternativeDataFigures, MovedTrades

MovedRow = tuple[str, MovedTrades]

TRADES: Sequence[Column[MovedRow]] = (
    Column("Trades", lambda row: row[0], "l"),
    Column("Number", lambda row: numbers.count(row[1].n), "n"),
    Column("Won", lambda row: numbers.count(row[1].wins), "n"),
    Column("Win rate", lambda row: _win_rate(row[1]), "n"),
    Column("Mean net return", lambda row: numbers.bps(row[1].mean_net_bps), "n"),
)


def _win_rate(one: MovedTrades) -> str:
    return numbers.percent(one.wins / one.n) if one.n else numbers.MISSING


def list_moved(figures: AlternativeDataFigures) -> list[MovedRow]:
    """In both phases; gained and lost, each followed by its feeds."""
    gained = [(f"– by {name_feed(feed)}", one.gained) for feed, one in figures.by_feed.items()]
    lost = [(f"– by {name_feed(feed)}", one.lost) for feed, one in figures.by_feed.items()]
    return [
        ("Kept: in both phases", figures.kept),
        ("Gained: in phase 4 alone", figures.gained),
        *gained,
        ("Lost: in phase 3 alone", figures.lost),
        *lost,
    ]
