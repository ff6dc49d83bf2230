"""Exits of one market in one process: plans, rows and models, as the stage makes them."""

import numpy as np

from dipmaster.backtest.entries import places_of
from dipmaster.confidence import Scores, table_of
from dipmaster.exits import (
    labels_of,
    market_of,
    models_of,
    paths_of,
    plans_of,
    plans_table,
    positions_of,
    record_of,
    rows_of,
    rows_table,
    schooling_of,
    scored_of,
)
from dipmaster.foundation.panel import epoch_ms
from dipmaster.foundation.params import Params
from dipmaster.validation.adaptive import READ_ROWS, ExitInputs
from studies.in_process import Scored


def exits_of(market: Scored, scores: Scores, params: Params) -> ExitInputs:
    """What the `exits` stage would write of this market's candidates.

    Parameters
    ----------
    scores
        The market's own, or its candidates scored in another way.
    """
    exits, execution, panel = params.exits, params.execution, market.panel
    around = market_of(panel, market.features, market.volatility)
    table = table_of(scores)
    signal_ms, places = epoch_ms(table["open_time"]), places_of(table, panel)
    targets = plans_of(
        around,
        *places,
        table["confidence"].to_numpy(np.float64),
        signal_ms,
        table["regime"].to_numpy(np.int8),
        exits,
    )
    positions = positions_of(*places, targets.target_frac, exits)
    paths = paths_of(around, positions, execution, exits)
    rows = rows_of(around, positions, execution, exits)
    school = schooling_of(
        rows,
        labels_of(around, positions, rows, paths, execution),
        paths,
        table["candidate_id"].to_numpy(np.int64),
        signal_ms,
        panel.open_time,
        exits.cap_bars,
        params.split,
        exits.models,
    )
    made = scored_of(school, exits.models.trees)
    return ExitInputs(
        around,
        plans_table(table, around, positions, targets, paths),
        rows_table(made, panel.open_time)[list(READ_ROWS)],
        models_of(made),
        record_of(made, market.bars_ms, params.split, exits.models.judging),
    )
