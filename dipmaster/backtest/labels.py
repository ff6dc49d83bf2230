"""The frozen trade of every candidate: what labels are made of, the same in all phases."""

import pandas as pd

from dipmaster.backtest.entries import panel_indices
from dipmaster.backtest.outcomes import TradeOutcomes, simulate_independent_trades
from dipmaster.backtest.rules import ExitRules
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution, Exits


def triple_barrier_labels(
    candidates: pd.DataFrame, panel: Panel, execution: Execution, exits: Exits
) -> TradeOutcomes:
    """Each candidate traded alone by phase 0's rules, without limits; rows as in the table.

    Parameters
    ----------
    candidates
        Table CANDIDATES.
    panel
        The bars they were found on.

    Raises
    ------
    DataError
        Where a candidate's symbol or bar is not in the panel.
    """
    return simulate_independent_trades(
        panel,
        *panel_indices(candidates, panel),
        execution,
        ExitRules.phase_0(exits),
        exits.target_frac,
        exits.stop_frac,
        exits.cap_bars,
    )
