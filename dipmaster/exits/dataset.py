"""Scored candidates to everything the package makes of them: plans, and scored rows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.backtest.entries import panel_indices
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import AdaptiveExits, Execution, Split
from dipmaster.exits.labels import build_exit_labels
from dipmaster.exits.market import ExitMarket
from dipmaster.exits.plans import build_plans_table, build_positions, compute_targets, simulate_hold
from dipmaster.exits.rows import build_exit_rows
from dipmaster.exits.scores import ExitScores, fit_exit_scores
from dipmaster.exits.training_set import build_training_set


@dataclass(frozen=True)
class ExitDataset:
    """Plans of all candidates, and the models that decide when to leave.

    Attributes
    ----------
    plans
        Table EXIT_PLANS.
    scores
        Every closed bar of their positions, and the models.
    """

    plans: pd.DataFrame
    scores: ExitScores


def build_exit_dataset(
    scores: pd.DataFrame,
    market: ExitMarket,
    execution: Execution,
    exits: AdaptiveExits,
    split: Split,
) -> ExitDataset:
    """Plan every candidate, follow it, and fit the models quarter by quarter.

    Parameters
    ----------
    scores
        Of table SCORES candidate_id, symbol, open_time, regime and confidence.

    Raises
    ------
    DataError
        Where a candidate's symbol or bar is not in the market's panel.
    """
    panel, signal_ms = market.panel, to_epoch_ms(scores["open_time"])
    indices = panel_indices(scores, panel)
    confidence = scores["confidence"].to_numpy(np.float64)
    regime = scores["regime"].to_numpy(np.int8)
    targets = compute_targets(market, *indices, confidence, signal_ms, regime, exits)
    positions = build_positions(*indices, targets.target_frac, exits)
    hold = simulate_hold(market, positions, execution, exits)
    rows = build_exit_rows(market, positions, execution, exits)
    training_set = build_training_set(
        rows,
        build_exit_labels(market, positions, rows, hold, execution),
        hold,
        scores["candidate_id"].to_numpy(np.int64),
        signal_ms,
        panel.open_time,
        exits.max_holding_bars,
        split,
        exits.models,
    )
    plans = build_plans_table(scores, market, positions, targets, hold)
    return ExitDataset(plans, fit_exit_scores(training_set, exits.models, exits.decision))
