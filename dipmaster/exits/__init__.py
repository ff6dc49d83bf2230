"""Exits of phase 2: targets, trailing distances, and models on (position, closed bar) rows.

What a position aims at is settled when it is bought (`plans`). From then on every
closed bar of its life is a row (`rows`); three exit models and a calibrator (`exit_models`,
`scores`) turn a row into the share of the money at stake that says sell at the next open
rather than hold under the rules that are not models. The engine decides, and acts on a score
only where that had earned (`licence`).
"""

from dipmaster.exits.arrays import ExitLabels, ExitRows, Positions
from dipmaster.exits.dataset import ExitDataset, build_exit_dataset
from dipmaster.exits.evaluation import evaluate_exit_scores
from dipmaster.exits.labels import build_exit_labels
from dipmaster.exits.market import (
    FEATURE_COLUMNS,
    VOLATILITY_COLUMNS,
    ExitMarket,
    build_exit_market,
)
from dipmaster.exits.model_files import (
    StoredModels,
    collect_models,
    read_models,
    serialize_metadata,
    serialize_models,
)
from dipmaster.exits.plans import (
    build_hold_rules,
    build_plans_table,
    build_positions,
    compute_targets,
    simulate_hold,
)
from dipmaster.exits.rows import build_exit_rows
from dipmaster.exits.scores import ExitScores, build_rows_table, build_score_matrix, fit_exit_scores

__all__ = [
    "FEATURE_COLUMNS", "VOLATILITY_COLUMNS", "ExitDataset", "ExitLabels", "ExitMarket",
    "ExitRows", "ExitScores", "Positions", "StoredModels", "build_exit_dataset",
    "build_exit_labels", "build_exit_market", "build_exit_rows", "build_hold_rules",
    "build_plans_table", "build_positions", "build_rows_table", "build_score_matrix",
    "collect_models", "compute_targets", "evaluate_exit_scores", "fit_exit_scores", "read_models",
    "serialize_metadata", "serialize_models", "simulate_hold",
]  # fmt: skip
