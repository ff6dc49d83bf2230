"""The whole chain in one process: dials to a judged phase 0, without DVC and without files.

What the studies of many markets use. The same functions as the stages, in the
same order, so the figures are those that `dvc repro` writes, but for the
features, which the pipeline stores as float32 (candidates are found in float64
there as well).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dipmaster.backtest import Ledger
from dipmaster.features import CANDIDATE_COLUMNS, candidates, compute
from dipmaster.foundation.panel import Panel, aligned
from dipmaster.market.simulator import simulate
from dipmaster.params import Params
from dipmaster.store import read_params
from dipmaster.validation.chance.strata import Surroundings
from dipmaster.validation.phase import PhaseEvaluation
from dipmaster.validation.phases import (
    SURROUNDINGS,
    Phase,
    judge_phase,
    phase_0,
    surroundings_on,
    trade_phase,
)
from dipmaster.validation.splits import Period, split_period

SECTIONS = ("ingest", "features", "signal", "execution", "exits", "split", "gates")


@dataclass(frozen=True)
class Traded:
    """Phase 0 of one market before it is judged."""

    panel: Panel
    features: dict[str, pd.DataFrame]
    candidates: pd.DataFrame
    phase: Phase
    ledger: Ledger
    period: Period


@dataclass(frozen=True)
class Judged:
    """Phase 0 of one market, and what it was judged on."""

    panel: Panel
    around: Surroundings
    candidates: pd.DataFrame
    phase: Phase
    ledger: Ledger
    period: Period
    evaluation: PhaseEvaluation

    @property
    def values(self) -> dict[str, float | None]:
        """Value of every gate."""
        return {row.metric: row.value for row in self.evaluation.gates.rows}


def all_params() -> Params:
    """params.yaml with every section that the chain needs."""
    return read_params(*SECTIONS)


def traded_bars(
    bars: Mapping[str, pd.DataFrame],
    fallback_half_spread_bps: float,
    params: Params,
    period: Period | None = None,
) -> Traded:
    """Bars of any source to phase 0's ledger.

    Parameters
    ----------
    period
        Where the split is fixed already; else it follows from the bars.
    """
    columns = tuple(dict.fromkeys((*CANDIDATE_COLUMNS, *SURROUNDINGS)))
    features = compute(bars, params.features, columns)
    found = candidates(features, params.signal)
    panel = aligned(bars, fallback_half_spread_bps)
    first, last = int(panel.open_time[0]), int(panel.open_time[-1])
    split = period or split_period(first, last, params.split, params.gates.block_days)
    phase = phase_0(found, panel, split, params.execution, params.exits, params.gates)
    ledger = trade_phase(phase, panel, params.execution)
    return Traded(panel, features, found, phase, ledger, split)


def judged_bars(
    bars: Mapping[str, pd.DataFrame], fallback_half_spread_bps: float, params: Params
) -> Judged:
    """Bars of any source to a judged phase 0."""
    traded = traded_bars(bars, fallback_half_spread_bps, params)
    panel, ledger, period = traded.panel, traded.ledger, traded.period
    around = surroundings_on(panel, traded.features)
    phase = traded.phase
    evaluation = judge_phase(
        phase, ledger, panel, around, period, params.execution, params.exits, params.gates
    )
    return Judged(panel, around, traded.candidates, phase, ledger, period, evaluation)


def judged_market(params: Params, **dials: float | int) -> Judged:
    """Simulate with some dials changed, e.g. ``edge=0.0, seed=5``, and judge phase 0."""
    simulated = params.ingest.simulated.model_copy(update=dials)
    bars = simulate(simulated).bars
    return judged_bars(bars, params.ingest.raw.half_spread_bps, params)
