"""Exits of one market in one process: plans, rows and models, as the stage makes them."""

from dipmaster.confidence import Scores, build_scores_table
from dipmaster.core.params import Params
from dipmaster.evaluation.phases.exits.orders import READ_ROWS, ExitInputs
from dipmaster.exits import (
    build_exit_dataset,
    build_exit_market,
    build_rows_table,
    collect_models,
    evaluate_exit_scores,
)
from dipmaster.results import to_json
from studies.in_process import Scored


def exits_of(market: Scored, scores: Scores, params: Params) -> ExitInputs:
    """What the `exits` stage would write of this market's candidates.

    Parameters
    ----------
    scores
        The market's own, or its candidates scored in another way.
    """
    around = build_exit_market(market.panel, market.features, market.volatility)
    found = build_exit_dataset(
        build_scores_table(scores), around, params.execution, params.exits, params.split
    )
    return ExitInputs(
        around,
        found.plans,
        build_rows_table(found.scores, market.panel.open_time)[list(READ_ROWS)],
        collect_models(found.scores),
        to_json(
            evaluate_exit_scores(
                found.scores, market.bars_ms, params.split, params.exits.models.judging
            )
        ),
    )
