"""Exits of one market in one process: plans, rows and models, as the stage makes them."""

from dipmaster.confidence import Scores, table_of
from dipmaster.core.params import Params
from dipmaster.evaluation.phases.exits.inputs import READ_ROWS, ExitInputs
from dipmaster.exits import leaving_of, market_of, models_of, record_of, rows_table
from studies.in_process import Scored


def exits_of(market: Scored, scores: Scores, params: Params) -> ExitInputs:
    """What the `exits` stage would write of this market's candidates.

    Parameters
    ----------
    scores
        The market's own, or its candidates scored in another way.
    """
    around = market_of(market.panel, market.features, market.volatility)
    found = leaving_of(table_of(scores), around, params.execution, params.exits, params.split)
    return ExitInputs(
        around,
        found.plans,
        rows_table(found.scored, market.panel.open_time)[list(READ_ROWS)],
        models_of(found.scored),
        record_of(found.scored, market.bars_ms, params.split, params.exits.models.judging),
        params.exits.cap_bars,
    )
