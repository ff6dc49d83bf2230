"""Trades that only one of two phases made."""

from collections.abc import Mapping, Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column, Table, table
from dipmaster.results.evaluation.sizing import DisplacedBy, Displacement, MovedTrade

LISTED = 10
REASONS: Mapping[DisplacedBy, str] = {
    "kelly_zero": "Kelly fraction 0",
    "below_min_notional": "below the minimum order",
    "account_limits": "limits of the account",
}


def count_reasons(found: Displacement) -> list[tuple[str, int]]:
    """Reason in print to number, those of none left out."""
    counts = {key: getattr(found, key) for key in REASONS}
    return [(REASONS[key], n) for key, n in counts.items() if n]


def is_cut(found: Displacement) -> bool:
    """Whether there are more than are listed."""
    displaced = found.kelly_zero + found.below_min_notional + found.account_limits
    return max(displaced, found.n_added) > LISTED


def list_first(heading: str, trades: Sequence[MovedTrade]) -> Table | None:
    """The first of them under a heading; None where there is none."""
    columns: tuple[Column[MovedTrade], ...] = (
        Column(heading, lambda row: numbers.minute(row.signal_time), "l n"),
        Column("Coin", lambda row: row.symbol, "l"),
        Column("Reason", lambda row: REASONS[row.by], "l"),
    )
    return table(columns, trades[:LISTED]) if trades else None
