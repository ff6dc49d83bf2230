"""Candidates to calibrated probabilities that their frozen trade wins, all out of sample.

inputs (rows of the tables) -> two families of trees, LightGBM and XGBoost each -> stack ->
components -> logistic layer -> calibrator; beside them a plain reference. `record_of` judges
every step from the out-of-sample boundary on.
"""

from dipmaster.confidence.correlation import past_correlation
from dipmaster.confidence.events import Events, events_of
from dipmaster.confidence.inputs import VOLATILITY_COLUMNS, joined, rows_at
from dipmaster.confidence.levels import schooling_of
from dipmaster.confidence.record import record_of
from dipmaster.confidence.scores import Scores, scores_of, table_of
from dipmaster.confidence.stored import records_of, texts_of

__all__ = [
    "VOLATILITY_COLUMNS",
    "Events",
    "Scores",
    "events_of",
    "joined",
    "past_correlation",
    "record_of",
    "records_of",
    "rows_at",
    "schooling_of",
    "scores_of",
    "table_of",
    "texts_of",
]
