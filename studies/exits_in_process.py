"""Exits of one market in one process: plans, rows and models, as the stage makes them."""

from dipmaster.confidence import Scores, table_of
from dipmaster.core import store
from dipmaster.core.params import Params
from dipmaster.evaluation.phases.exits.inputs import READ_ROWS, ExitInputs
from dipmaster.exits import leaving_of, market_of, models_of, record_of, rows_table
from dipmaster.results import ExitModelResults, from_json
from studies.in_process import Scored


def exits_of(market: Scored, scores: Scores, params: Params) -> tuple[ExitModelResults, ExitInputs]:
    """How the exit models did, and what the `exits` stage would write of the candidates.

    Parameters
    ----------
    scores
        The market's own, or its candidates scored in another way.
    """
    exits = params.exits
    exit_market = market_of(market.panel, market.features, market.volatility)
    made = leaving_of(table_of(scores), exit_market, params.execution, exits, params.split)
    record = record_of(made.scored, market.bars_ms, params.split, exits.models.judging)
    measured = from_json(ExitModelResults, store.plain(record))
    inputs = ExitInputs(
        exit_market,
        made.plans,
        rows_table(made.scored, market.panel.open_time)[list(READ_ROWS)],
        models_of(made.scored),
        measured.folds,
        exits.cap_bars,
    )
    return measured, inputs
