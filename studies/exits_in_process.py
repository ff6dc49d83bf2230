"""Exits of one market in one process: plans, rows and models, as the stage makes them."""

from functools import partial

from dipmaster.confidence import Scores, build_scores_table
from dipmaster.core.params import Params
from dipmaster.evaluation.phases.exits.inputs import READ_ROWS, ExitInputs
from dipmaster.exits import (
    build_exit_dataset,
    build_exit_market,
    build_rows_table,
    collect_models,
    evaluate_exit_scores,
)
from dipmaster.results.exits.record import ExitModelResults
from studies.scores_in_process import ScoredMarket


def compute_exits(
    market: ScoredMarket, scores: Scores, params: Params
) -> tuple[ExitModelResults, ExitInputs]:
    """How the exit models did, and what the `exits` stage would write of the candidates.

    Parameters
    ----------
    scores
        The market's own, or its candidates scored in another way.
    """
    exits = params.exits
    exit_market = build_exit_market(market.panel, market.features, market.volatility)
    computed_exits = build_exit_dataset(
        build_scores_table(scores), exit_market, params.execution, exits, params.split
    )
    figures = evaluate_exit_scores(
        computed_exits.scores, market.bars_ms, params.split, exits.models.evaluation, exits.decision
    )
    inputs = ExitInputs(
        exit_market,
        computed_exits.plans,
        build_rows_table(computed_exits.scores, market.panel.open_time)[list(READ_ROWS)],
        partial(collect_models, computed_exits.scores),
        figures.folds,
        figures.licences,
        exits.max_holding_bars,
    )
    return figures, inputs
