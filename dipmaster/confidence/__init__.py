"""Candidates to calibrated probabilities that their baseline trade wins, all out of sample.

This is meta-labelling (Lopez de Prado 2018, section 3.6): a rule finds candidates, models say
which of them will win. inputs (rows of the tables) -> two families of trees, LightGBM and
XGBoost each, cross-fitted inside every refit -> calibrator on what was left out; beside them
five components with their weighted score, and a plain reference. `evaluate_scores` judges
every step from the start of the out-of-sample period on.
"""

from dipmaster.confidence.evaluation import evaluate_scores
from dipmaster.confidence.events import Events, build_events
from dipmaster.confidence.inputs import VOLATILITY_COLUMNS, collect_candidate_rows
from dipmaster.confidence.model_files import serialize_metadata, serialize_models
from dipmaster.confidence.scores import (
    Scores,
    build_left_out_table,
    build_scores_table,
    fit_scores,
)
from dipmaster.confidence.training_set import TrainingSet, build_training_set

__all__ = [
    "VOLATILITY_COLUMNS", "Events", "Scores", "TrainingSet", "build_events",
    "build_left_out_table", "build_scores_table",
    "build_training_set", "collect_candidate_rows", "evaluate_scores", "fit_scores",
    "serialize_metadata", "serialize_models",
]  # fmt: skip
