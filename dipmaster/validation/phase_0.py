"""Candidates to phase 0, "Current, measured": its ledger and its evaluation.

Every candidate is an order of fixed size with fixed exits. Phase 0 is held
against the final targets for information and never counts in the verdict.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dipmaster import backtest
from dipmaster.backtest import ExitRules, Ledger
from dipmaster.numerics import Floats, Ints
from dipmaster.panel import Panel, epoch_ms
from dipmaster.params import Execution, Exits, Gates
from dipmaster.validation.phase import Market, PhaseEvaluation, evaluate_phase
from dipmaster.validation.random_entry import Classes
from dipmaster.validation.splits import Period, without_crossing

PHASE = 0


def classes_on(panel: Panel, features: Mapping[str, pd.DataFrame]) -> Classes:
    """Volatility class of every bar of the panel, -1 where not known; shape (symbols, bars).

    Parameters
    ----------
    features
        By symbol, a frame with columns open_time and volatility_class.
    """
    classes = np.full((len(panel.symbols), panel.bars), -1, dtype=np.int8)
    for row, symbol in enumerate(panel.symbols):
        at = panel.index_of(epoch_ms(features[symbol]["open_time"]))
        known = features[symbol]["volatility_class"].to_numpy(dtype=np.float64)
        classes[row, at] = np.nan_to_num(known, nan=-1.0).astype(np.int8)
    return classes


def trade_phase_0(
    panel: Panel, candidates: pd.DataFrame, period: Period, execution: Execution, exits: Exits
) -> Ledger:
    """Run the engine once over the whole period, flat at the boundary."""
    kept = without_crossing(candidates, panel, period, exits.cap_bars)
    entries = backtest.entries_from_candidates(kept, panel, execution, exits)
    return backtest.run(panel, entries, execution, ExitRules.phase_0(exits))


def judge_phase_0(
    panel: Panel,
    volatility_class: Classes,
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
        Market(panel, volatility_class, alone),
        period,
        gates.targets.phase_4.model_dump(),
        execution,
        gates,
    )
