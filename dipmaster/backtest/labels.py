"""Triple-barrier labels: the baseline trade of every candidate, the same in all phases.

Profit target, stop loss and time limit are the three barriers (Lopez de Prado 2018,
Advances in Financial Machine Learning, chapter 3); the quarter-hour exit of phase 0 is
a fourth exit. The label is the net return at the barrier that is met first.
"""

import pandas as pd

from dipmaster.backtest.entries import panel_indices
from dipmaster.backtest.outcomes import TradeOutcomes
from dipmaster.backtest.rules import ExitRules
from dipmaster.backtest.standalone import simulate_independent_trades
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
        exits.max_holding_bars,
    )
