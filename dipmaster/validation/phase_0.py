"""Candidates to phase 0, "Current, measured": its ledger and its evaluation.

Every candidate is an order of fixed size with fixed exits. Phase 0 is held
against the final targets for information and never counts in the verdict.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dipmaster import backtest
from dipmaster.backtest import ExitRules, Ledger
from dipmaster.foundation.numerics import Floats, Ints
from dipmaster.foundation.panel import Panel, epoch_ms
from dipmaster.params import Execution, Exits, Gates
from dipmaster.validation.phase import Market, PhaseEvaluation, evaluate_phase
from dipmaster.validation.splits import Period, without_crossing
from dipmaster.validation.strata import Surroundings

PHASE = 0
SURROUNDINGS = ("volatility_class", "volatility_5m_daily_frac")


def surroundings_on(panel: Panel, features: Mapping[str, pd.DataFrame]) -> Surroundings:
    """What random entries are matched on, for every bar of the panel.

    Parameters
    ----------
    features
        By symbol, a frame with open_time and `SURROUNDINGS`.
    """
    shape = (len(panel.symbols), panel.bars)
    found = {name: np.full(shape, np.nan) for name in SURROUNDINGS}
    for row, symbol in enumerate(panel.symbols):
        at = panel.index_of(epoch_ms(features[symbol]["open_time"]))
        for name, values in found.items():
            values[row, at] = features[symbol][name].to_numpy(dtype=np.float64)
    classes, recent = (found[name] for name in SURROUNDINGS)
    return Surroundings(np.nan_to_num(classes, nan=-1.0).astype(np.int8), recent)


def trade_phase_0(
    panel: Panel, candidates: pd.DataFrame, period: Period, execution: Execution, exits: Exits
) -> Ledger:
    """Run the engine once over the whole period, flat at the boundary."""
    kept = without_crossing(candidates, panel, period, exits.cap_bars)
    entries = backtest.entries_from_candidates(kept, panel, execution, exits)
    return backtest.run(panel, entries, execution, ExitRules.phase_0(exits))


def judge_phase_0(
    panel: Panel,
    around: Surroundings,
    ledger: Ledger,
    period: Period,
    execution: Execution,
    exits: Exits,
    gates: Gates,
) -> PhaseEvaluation:
    """Judge phase 0 against the final phase's targets."""

    def alone(symbol: Ints, bar: Ints) -> Floats:
        return backtest.outcomes(
            panel,
            symbol,
            bar,
            execution,
            ExitRules.phase_0(exits),
            exits.target_frac,
            exits.stop_frac,
            exits.cap_bars,
        ).net_frac

    return evaluate_phase(
        PHASE,
        ledger,
        Market(panel, around, alone),
        period,
        gates.targets.phase_4.model_dump(),
        execution,
        gates,
    )
