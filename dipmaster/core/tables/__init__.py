"""The tables that stages pass to each other: column, type, unit, meaning.

Packages of one layer never import each other; they share these tables. A table is a
pandas frame whose columns fit one of the `TableSchema` constants below; `TableSchema.check` raises
where one does not. Times are UTC with millisecond resolution, prices are in the quote
currency, ``_frac`` is a fraction (0.01 = 1 %), ``_bps`` is 1/10,000.
"""

from dipmaster.core.tables.alternative import (
    ALTERNATIVE_VALUES,
    EVIDENCE,
    EVIDENCE_INPUTS,
    EVIDENCE_SCORES,
)
from dipmaster.core.tables.exits import (
    EXIT_FEATURES,
    EXIT_PLANS,
    EXIT_ROWS,
    PRICE_LEVEL_FEATURES,
    ROADMAP_FEATURES,
)
from dipmaster.core.tables.ledger import EQUITY, FILLS, TRADES
from dipmaster.core.tables.market import BARS, FUNDING, ON_CHAIN, ORDER_BOOK, SENTIMENT, TRUTH
from dipmaster.core.tables.schema import I8, ColumnSchema, TableSchema
from dipmaster.core.tables.signals import (
    CANDIDATES,
    FEATURES,
    FILTER_RESULTS,
    LEFT_OUT,
    SCORES,
    VOLATILITY,
)

__all__ = [
    "ALTERNATIVE_VALUES",
    "BARS",
    "CANDIDATES",
    "EQUITY",
    "EVIDENCE",
    "EVIDENCE_INPUTS",
    "EVIDENCE_SCORES",
    "EXIT_FEATURES",
    "EXIT_PLANS",
    "EXIT_ROWS",
    "FEATURES",
    "FILLS",
    "FILTER_RESULTS",
    "FUNDING",
    "I8",
    "LEFT_OUT",
    "ON_CHAIN",
    "ORDER_BOOK",
    "PRICE_LEVEL_FEATURES",
    "ROADMAP_FEATURES",
    "SCORES",
    "SENTIMENT",
    "TRADES",
    "TRUTH",
    "VOLATILITY",
    "ColumnSchema",
    "TableSchema",
]
