"""Candidates to the orders of phase 0, and how it leaves them."""

import numpy as np
import pandas as pd

from dipmaster import backtest
from dipmaster.backtest import Entries, ExitRules
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution, Exits
from dipmaster.evaluation.standalone import ExitPolicy
from dipmaster.evaluation.statistics.period import Period, drop_crossing_candidates
from dipmaster.evaluation.statistics.random_entry.portfolios import ExitSimulator


def build_baseline_entries(
    candidates: pd.DataFrame, panel: Panel, period: Period, execution: Execution, exits: Exits
) -> Entries:
    """Every candidate whose position cannot cross the out-of-sample start, deepest dip first."""
    orders = drop_crossing_candidates(candidates, panel, period, exits.max_holding_bars)
    return backtest.build_entries(orders, panel, execution, exits)


def build_baseline_policy(exits: Exits, candidates: int) -> ExitPolicy:
    """The fixed target and rules: what labels are made of."""
    return ExitPolicy(np.full(candidates, exits.target_frac), ExitRules.phase_0(exits))


def baseline_exit_returns(panel: Panel, execution: Execution, exits: Exits) -> ExitSimulator:
    """How any bar is left by the fixed exits."""
    rules = ExitRules.phase_0(exits)

    def net(symbol: Ints, bar: Ints) -> Floats:
        levels = (exits.target_frac, exits.stop_frac, exits.max_holding_bars)
        return backtest.simulate_independent_trades(
            panel, symbol, bar, execution, rules, *levels
        ).net_frac

    return net
