"""Candidates to phases: the orders of each, its ledger, its evaluation.

A phase is data: its number, its orders, its exit rules, its targets, and how a bar
that is no order of its own would be left. Phase 0, "Current, measured", orders every
candidate and is held against the final targets for information; it never counts in
the verdict. Phase 1 orders what was admitted, the surest first, with the same exits,
costs and fixed size. Phase 2 is in `adaptive`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dipmaster import backtest
from dipmaster.backtest import Entries, ExitRules, Ledger
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import Panel, epoch_ms
from dipmaster.core.params import Execution, Exits, Gates
from dipmaster.evaluation.integrity import Check
from dipmaster.evaluation.phase_evaluation import Market, PhaseEvaluation, evaluate_phase
from dipmaster.evaluation.statistics.period import Period, drop_boundary_crossings
from dipmaster.evaluation.statistics.random_entry.portfolios import ExitSimulator
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from dipmaster.results.evaluation.phase import LostAt

SURROUNDINGS = ("volatility_class", "volatility_5m_daily_frac")


@dataclass(frozen=True)
class Phase:
    """What distinguishes one phase from another.

    Attributes
    ----------
    orders
        Of the whole period, burn-in included; none may cross the boundary.
    rules
        Arrays by entry in them are aligned to `orders`.
    targets
        win_rate, sharpe, profit_factor, max_drawdown.
    alone
        From symbol rows and signal bars to net returns under the phase's exits,
        without portfolio limits: how random entries are left.
    abstained
        Why no candidate out of sample is ordered; empty where one is.
    """

    number: int
    orders: Entries
    rules: ExitRules
    targets: Mapping[str, float]
    alone: ExitSimulator
    abstained: str = ""


def phase_0(
    candidates: pd.DataFrame,
    panel: Panel,
    period: Period,
    execution: Execution,
    exits: Exits,
    gates: Gates,
) -> Phase:
    """Every candidate, fixed size and exits, held against the final targets."""
    kept = drop_boundary_crossings(candidates, panel, period, exits.cap_bars)
    orders = backtest.entries_from_candidates(kept, panel, execution, exits)
    rules, final = ExitRules.phase_0(exits), gates.targets.phase_4.model_dump()
    return Phase(0, orders, rules, final, left_by_rules(panel, execution, exits, rules))


def left_by_rules(
    panel: Panel, execution: Execution, exits: Exits, rules: ExitRules
) -> ExitSimulator:
    """How any bar is left by rules that need nothing made for it, its target the fixed one."""

    def net(symbol: Ints, bar: Ints) -> Floats:
        levels = (exits.target_frac, exits.stop_frac, exits.cap_bars)
        return backtest.outcomes(panel, symbol, bar, execution, rules, *levels).net_frac

    return net


def in_regimes(phase: Phase, scores: pd.DataFrame) -> Phase:
    """The same orders, named in the ledger by the regime that every phase goes by.

    Nothing is filled or matched by it: "by regime" only has to mean one thing.
    """
    regime = scores["regime"].to_numpy(np.int8)[phase.orders.candidate_id]
    return replace(phase, orders=replace(phase.orders, regime=regime))


def phase_1(
    first: Phase,
    scores: pd.DataFrame,
    admission: pd.DataFrame,
    gates: Gates,
    abstained: str,
) -> Phase:
    """The orders of phase 0 that were admitted, with confidence and regime of their scores.

    Parameters
    ----------
    first
        Phase 0 of the same candidates.
    scores, admission
        Tables SCORES and ADMISSION, row by row the candidates.
    abstained
        From `why_abstained`.
    """
    admitted = admission["admitted"].to_numpy() == 1
    orders = first.orders.take(admitted[first.orders.candidate_id])
    scored = orders.scored(
        admission["confidence"].to_numpy(dtype=np.float64), scores["regime"].to_numpy(np.int8)
    )
    return Phase(1, scored, first.rules, gates.targets.phase_1.model_dump(), first.alone, abstained)


def why_abstained(
    candidates: pd.DataFrame, admission: pd.DataFrame, period: Period, unscored: str
) -> str:
    """Why no candidate out of sample was admitted, in words; empty where one was.

    Parameters
    ----------
    unscored
        Why there is no score, where the confidence stage says so.
    """
    seen = _late(candidates, admission, period)
    at, of = abstained_at(candidates, admission, period), len(seen)
    if at in ("candidates", "score"):
        return f"0 of {of} candidates have a score" + (f": {unscored}" if unscored else "")
    reached = int((seen["passes_threshold"] == 1).sum())
    words = f"{reached} of {of} candidates reached the threshold"
    return {"threshold": words, "steps": f"{words}, none of them was admitted"}.get(at, "")


def abstained_at(candidates: pd.DataFrame, admission: pd.DataFrame, period: Period) -> LostAt:
    """Where the last candidate out of sample was lost; empty where one was admitted.

    Returns
    -------
    LostAt
        "candidates" (there was none), "score", "threshold", or "steps" behind it.
    """
    seen = _late(candidates, admission, period)
    if (seen["admitted"] == 1).any():
        return ""
    if seen.empty:
        return "candidates"
    if not seen["confidence"].notna().any():
        return "score"
    return "steps" if (seen["passes_threshold"] == 1).any() else "threshold"


def _late(candidates: pd.DataFrame, admission: pd.DataFrame, period: Period) -> pd.DataFrame:
    return admission[epoch_ms(candidates["open_time"]) >= period.out_of_sample_ms]


def trade_phase(phase: Phase, panel: Panel, execution: Execution) -> Ledger:
    """Run the engine once over the whole period, flat at the boundary."""
    return backtest.run(panel, phase.orders, execution, phase.rules)


def judge_phase(
    phase: Phase,
    ledger: Ledger,
    panel: Panel,
    around: MatchingCovariates,
    period: Period,
    execution: Execution,
    gates: Gates,
    proofs: tuple[Check, ...] = (),
) -> PhaseEvaluation:
    """Judge a phase's ledger against its targets, and against chance under the same exits.

    Parameters
    ----------
    proofs
        What must hold beside the checks of the ledger, else no verdict is given.
    """
    return evaluate_phase(
        phase.number,
        ledger,
        Market(panel, around, phase.alone),
        period,
        phase.targets,
        execution,
        gates,
        phase.abstained,
        proofs,
    )


def surroundings_on(panel: Panel, features: Mapping[str, pd.DataFrame]) -> MatchingCovariates:
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
    return MatchingCovariates(np.nan_to_num(classes, nan=-1.0).astype(np.int8), recent)
