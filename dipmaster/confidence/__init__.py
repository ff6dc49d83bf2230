"""Candidates to calibrated probabilities that their frozen trade wins, all out of sample.

inputs (rows of the tables) -> two families of trees, LightGBM and XGBoost each -> stack ->
components -> logistic layer -> calibrator; beside them a plain reference. `record_of` judges
every step from the out-of-sample boundary on.
"""

from dipmaster.confidence.correlation import uniqueness_of
from dipmaster.confidence.events import Events, events_of
from dipmaster.confidence.inputs import VOLATILITY_COLUMNS, rows_of
from dipmaster.confidence.levels import schooling_of
from dipmaster.confidence.record import record_of
from dipmaster.confidence.scores import Scores, combined_by, scores_of, table_of
from dipmaster.confidence.stored import records_of, texts_of

__all__ = [
    "VOLATILITY_COLUMNS",
    "Events",
    "Scores",
    "combined_by",
    "events_of",
    "record_of",
    "records_of",
    "rows_of",
    "schooling_of",
    "scores_of",
    "table_of",
    "texts_of",
    "uniqueness_of",
]
