"""Exits of phase 2: targets, trailing distances, and models on (position, closed bar) rows.

What a position aims at is settled when it is bought (`plans`). From then on every
closed bar of its life is a row (`rows`); three heads and a calibrator (`heads`,
`levels`) turn a row into the probability that a sale at the next open nets at
least what holding nets under the rules that are not models. The engine decides.
"""

from dipmaster.exits.labels import labels_of
from dipmaster.exits.layout import Labels, Paths, Positions, Rows
from dipmaster.exits.leaving import Leaving, leaving_of
from dipmaster.exits.levels import Scored, scored_of
from dipmaster.exits.market import FEATURE_COLUMNS, VOLATILITY_COLUMNS, ExitMarket, market_of
from dipmaster.exits.matrix import score_matrix
from dipmaster.exits.plans import (
    paths_of,
    plans_of,
    plans_table,
    positions_of,
    rules_without_models,
)
from dipmaster.exits.record import record_of
from dipmaster.exits.rows import rows_of
from dipmaster.exits.schooling import Schooling, schooling_of
from dipmaster.exits.stored import StoredModels, models_of, read_models, records_of, texts_of
from dipmaster.exits.table import rows_table
from dipmaster.exits.target import Targets

__all__ = [
    "FEATURE_COLUMNS",
    "VOLATILITY_COLUMNS",
    "ExitMarket",
    "Labels",
    "Leaving",
    "Paths",
    "Positions",
    "Rows",
    "Schooling",
    "Scored",
    "StoredModels",
    "Targets",
    "labels_of",
    "leaving_of",
    "market_of",
    "models_of",
    "paths_of",
    "plans_of",
    "plans_table",
    "positions_of",
    "read_models",
    "record_of",
    "records_of",
    "rows_of",
    "rows_table",
    "rules_without_models",
    "schooling_of",
    "score_matrix",
    "scored_of",
    "texts_of",
]
