"""The frozen trade of every candidate: what labels are made of, the same in all phases."""

import numpy as np
import pandas as pd

from dipmaster.backtest.outcomes import Outcomes, outcomes
from dipmaster.backtest.rules import ExitRules
from dipmaster.foundation.panel import Panel, epoch_ms
from dipmaster.params import Execution, Exits


def frozen_outcomes(
    candidates: pd.DataFrame, panel: Panel, execution: Execution, exits: Exits
) -> Outcomes:
    """Each candidate traded alone by phase 0's rules, without limits; rows as in the table.

    Parameters
    ----------
    candidates
        Table CANDIDATES.
    panel
        The bars they were found on.
    """
    symbol = np.searchsorted(panel.symbols, candidates["symbol"].to_numpy(dtype=str))
    return outcomes(
        panel,
        symbol.astype(np.int64),
        panel.index_of(epoch_ms(candidates["open_time"])),
        execution,
        ExitRules.phase_0(exits),
        exits.target_frac,
        exits.stop_frac,
        exits.cap_bars,
    )
