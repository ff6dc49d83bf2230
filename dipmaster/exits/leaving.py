"""Scored candidates to everything the room makes of them: plans, and scored rows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.backtest.entries import places_of
from dipmaster.core.panel import epoch_ms
from dipmaster.core.params import AdaptiveExits, Execution, Split
from dipmaster.exits.labels import labels_of
from dipmaster.exits.levels import Scored, scored_of
from dipmaster.exits.market import ExitMarket
from dipmaster.exits.plans import paths_of, plans_of, plans_table, positions_of
from dipmaster.exits.rows import rows_of
from dipmaster.exits.schooling import schooling_of


@dataclass(frozen=True)
class Leaving:
    """How all candidates would leave.

    Attributes
    ----------
    plans
        Table EXIT_PLANS.
    scored
        Every closed bar of their positions, and the models.
    """

    plans: pd.DataFrame
    scored: Scored


def leaving_of(
    scores: pd.DataFrame,
    market: ExitMarket,
    execution: Execution,
    exits: AdaptiveExits,
    split: Split,
) -> Leaving:
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
    panel, signal_ms = market.panel, epoch_ms(scores["open_time"])
    places = places_of(scores, panel)
    confidence = scores["confidence"].to_numpy(np.float64)
    regime = scores["regime"].to_numpy(np.int8)
    targets = plans_of(market, *places, confidence, signal_ms, regime, exits)
    positions = positions_of(*places, targets.target_frac, exits)
    paths = paths_of(market, positions, execution, exits)
    rows = rows_of(market, positions, execution, exits)
    school = schooling_of(
        rows,
        labels_of(market, positions, rows, paths, execution),
        paths,
        scores["candidate_id"].to_numpy(np.int64),
        signal_ms,
        panel.open_time,
        exits.cap_bars,
        split,
        exits.models,
    )
    plans = plans_table(scores, market, positions, targets, paths)
    return Leaving(plans, scored_of(school, exits.models.trees))
