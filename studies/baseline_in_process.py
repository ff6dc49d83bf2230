"""Phase 0 of one market in one process: bars to an evaluated phase, without DVC or files.

The same functions as the stages, in the same order, so the figures are those that
`dvc repro` writes. Features are float64, which the pipeline stores as float32
(candidates are found in float64 there as well).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dipmaster import backtest
from dipmaster.backtest import ExitRules, Ledger
from dipmaster.core.panel import Panel, align_bars
from dipmaster.core.params import Params
from dipmaster.evaluation.phase_evaluation import EntryUniverse, PhaseEvaluation, evaluate_phase
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.baseline.orders import (
    baseline_exit_returns,
    build_baseline_entries,
)
from dipmaster.evaluation.reading import MATCHED_ON, build_covariates
from dipmaster.evaluation.statistics.period import Period, split_period
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from dipmaster.features import CANDIDATE_COLUMNS, compute_features, find_candidates
from studies.changed_params import simulate_bars


@dataclass(frozen=True)
class TradedMarket:
    """Phase 0 of one market before it is evaluated."""

    panel: Panel
    features: dict[str, pd.DataFrame]
    candidates: pd.DataFrame
    ledger: Ledger
    period: Period


@dataclass(frozen=True)
class EvaluatedMarket:
    """Phase 0 of one market, evaluated, with the inputs of the evaluation."""

    panel: Panel
    covariates: MatchingCovariates
    candidates: pd.DataFrame
    ledger: Ledger
    period: Period
    evaluation: PhaseEvaluation

    @property
    def values(self) -> dict[str, float | None]:
        """Value of every gate."""
        return {row.metric: row.value for row in self.evaluation.gates.rows}


def trade_bars(
    bars: Mapping[str, pd.DataFrame],
    fallback_half_spread_bps: float,
    params: Params,
    period: Period | None = None,
) -> TradedMarket:
    """Bars of any source to phase 0's ledger.

    Parameters
    ----------
    period
        Where the split is fixed already; else it follows from the bars.
    """
    columns = tuple(dict.fromkeys((*CANDIDATE_COLUMNS, *MATCHED_ON)))
    features = compute_features(bars, params.features, columns)
    found_candidates = find_candidates(features, params.signal)
    panel = align_bars(bars, fallback_half_spread_bps)
    split = period or split_period(panel, params.split, params.gates.block_days)
    return TradedMarket(
        panel,
        features,
        found_candidates,
        trade_baseline(found_candidates, panel, split, params),
        split,
    )


def trade_baseline(
    candidates: pd.DataFrame, panel: Panel, period: Period, params: Params
) -> Ledger:
    """Phase 0 traded, whatever the scores."""
    entries = build_baseline_entries(candidates, panel, period, params.execution, params.exits)
    return backtest.run_backtest(panel, entries, params.execution, ExitRules.phase_0(params.exits))


def evaluate_baseline(
    ledger: Ledger, panel: Panel, covariates: MatchingCovariates, period: Period, params: Params
) -> PhaseEvaluation:
    """Phase 0 judged against the final targets, random entries matched on the covariates."""
    phase, execution, gates = BaselinePhase(), params.execution, params.gates
    returns = baseline_exit_returns(panel, execution, params.exits)
    universe = EntryUniverse(panel, covariates, returns)
    targets = phase.targets(gates)
    return evaluate_phase(phase.number, ledger, universe, period, targets, execution, gates)


def evaluate_bars(
    bars: Mapping[str, pd.DataFrame], fallback_half_spread_bps: float, params: Params
) -> EvaluatedMarket:
    """Bars of any source to an evaluated phase 0."""
    traded = trade_bars(bars, fallback_half_spread_bps, params)
    panel, ledger, period = traded.panel, traded.ledger, traded.period
    covariates = build_covariates(panel, traded.features)
    evaluation = evaluate_baseline(ledger, panel, covariates, period, params)
    return EvaluatedMarket(panel, covariates, traded.candidates, ledger, period, evaluation)


def evaluate_market(params: Params, **dials: float | int) -> EvaluatedMarket:
    """Simulate with some dials changed, e.g. ``edge=0.0, seed=5``, and evaluate phase 0."""
    bars = simulate_bars(params, **dials)
    return evaluate_bars(bars, params.ingest.raw.half_spread_bps, params)
