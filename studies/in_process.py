"""The whole chain in one process: parameters to evaluated phases, without DVC or files.

What the studies of many markets use. The same functions as the stages, in the
same order, so the figures are those that `dvc repro` writes. `evaluate_market`
stops at phase 0, with features in float64, which the pipeline stores as float32
(candidates are found in float64 there as well). `score_market` and `evaluate_all_phases`
go on to phase 1 with every table in the precision it is stored in, and to phase 2
with what `exits_in_process` makes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dipmaster import backtest, exits
from dipmaster.altdata.layer import PAST_DAY
from dipmaster.backtest import ExitRules, Ledger, triple_barrier_labels
from dipmaster.confidence import (
    VOLATILITY_COLUMNS,
    Events,
    Scores,
    build_events,
    build_scores_table,
    build_training_set,
    collect_candidate_rows,
    evaluate_scores,
    fit_scores,
)
from dipmaster.core.errors import PipelineError
from dipmaster.core.panel import Panel, align_bars
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params import Params, ParamsFile
from dipmaster.core.store import PARAMS_FILE, read_params, read_yaml
from dipmaster.core.tables import FEATURES, VOLATILITY
from dipmaster.evaluation.phase import Phase
from dipmaster.evaluation.phase_evaluation import EntryUniverse, PhaseEvaluation, evaluate_phase
from dipmaster.evaluation.phases.alternative_data import AlternativeDataPhase
from dipmaster.evaluation.phases.alternative_data.inputs import EvidenceInputs
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.baseline.orders import (
    baseline_exit_returns,
    build_baseline_entries,
)
from dipmaster.evaluation.phases.exits import ExitsPhase
from dipmaster.evaluation.phases.exits.inputs import ExitInputs
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.phases.sizing import SizingPhase
from dipmaster.evaluation.phases.sizing.inputs import SIZING_VOLATILITY, build_sizing_inputs
from dipmaster.evaluation.reading import MATCHED_ON, build_covariates, build_inputs
from dipmaster.evaluation.run import EvaluationResult, evaluate_phases
from dipmaster.evaluation.statistics.period import Period, split_period
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from dipmaster.features import (
    CANDIDATE_COLUMNS,
    add_training_bars,
    build_market_bars,
    compute_features,
    find_candidates,
)
from dipmaster.features.feature_table import build_feature_table
from dipmaster.market.simulator import simulate_market
from dipmaster.results import to_json
from dipmaster.signal_filter import INPUT_COLUMNS
from dipmaster.volatility import build_volatility_table as volatility_table
from dipmaster.volatility import compute_volatility as volatility_of

SECTIONS = tuple(name for name in ParamsFile.model_fields if name != "report")
Record = dict[str, Any]


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


@dataclass(frozen=True)
class ScoredMarket:
    """One market up to its scores.

    Attributes
    ----------
    features
        By symbol, what validation and exits read of table FEATURES.
    volatility
        By symbol, what exits and sizes read of table VOLATILITY.
    """

    panel: Panel
    features: dict[str, pd.DataFrame]
    volatility: dict[str, pd.DataFrame]
    candidates: pd.DataFrame
    scores: Scores

    @property
    def bars_ms(self) -> tuple[int, int]:
        """Open times of the first and last bar."""
        return int(self.panel.open_time[0]), int(self.panel.open_time[-1])


def read_all_params() -> Params:
    """params.yaml with every section that the chain needs."""
    return read_params(*SECTIONS)


def override_params(changes: Mapping[str, Any]) -> Params:
    """The same with some values changed, by path as in ``dvc exp run -S``."""
    values = read_yaml(PARAMS_FILE)
    for path, value in changes.items():
        *sections, name = path.split(".")
        section_values = values
        for section in sections:
            section_values = section_values[section]
        if name not in section_values:
            raise PipelineError(f"params.yaml has no {path}")
        section_values[name] = value
    return Params.parse(values, SECTIONS)


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


def keep_outcomes(events: Events) -> Events:
    """What is learned from, as it happened."""
    return events


def score_market(
    params: Params,
    change_outcomes: Callable[[Events], Events] = keep_outcomes,
    **dials: float | int,
) -> ScoredMarket:
    """Simulate with some dials changed, and score every candidate.

    Parameters
    ----------
    change_outcomes
        Puts other outcomes in place of those that the models learn from.
    """
    bars = simulate_bars(params, **dials)
    return score_bars(bars, params.ingest.raw.half_spread_bps, params, change_outcomes)


def simulate_bars(params: Params, **dials: float | int) -> Mapping[str, pd.DataFrame]:
    """Bars of the market of params.yaml with some dials changed."""
    return simulate_market(params.ingest.simulated.model_copy(update=dials)).bars


def score_bars(
    bars: Mapping[str, pd.DataFrame],
    fallback_half_spread_bps: float,
    params: Params,
    change_outcomes: Callable[[Events], Events] = keep_outcomes,
) -> ScoredMarket:
    """Bars of any source to scores: features, candidates, volatility, confidence."""
    coins = build_market_bars(bars)
    feature_tables = map_in_threads(
        lambda name: build_feature_table(name, coins, params.features), list(bars), "features"
    )
    features = {name: stored for name, (stored, _) in zip(bars, feature_tables, strict=True)}
    base = {name: columns for name, (_, columns) in zip(bars, feature_tables, strict=True)}
    found_candidates = find_candidates(base, params.signal)
    panel = align_bars(bars, fallback_half_spread_bps)
    volatility = _compute_volatility_tables(panel, params)
    scores = _compute_scores(found_candidates, panel, features, volatility, params, change_outcomes)
    columns_read = [
        "open_time",
        *dict.fromkeys((*MATCHED_ON, *INPUT_COLUMNS, *exits.FEATURE_COLUMNS, *PAST_DAY)),
    ]
    features_read = {name: frame[columns_read] for name, frame in features.items()}
    return ScoredMarket(panel, features_read, volatility, found_candidates, scores)


def _compute_volatility_tables(panel: Panel, params: Params) -> dict[str, pd.DataFrame]:
    market_volatility = volatility_of(panel, params.volatility, params.ingest.source)
    needed = (*VOLATILITY_COLUMNS, *exits.VOLATILITY_COLUMNS, *SIZING_VOLATILITY)
    columns_read = ["open_time", *dict.fromkeys(needed)]
    return {
        name: volatility_table(name, market_volatility, params.volatility)[columns_read]
        for name in panel.symbols
    }


def _compute_scores(
    candidates: pd.DataFrame,
    panel: Panel,
    features: Mapping[str, pd.DataFrame],
    volatility: Mapping[str, pd.DataFrame],
    params: Params,
    change_outcomes: Callable[[Events], Events],
) -> Scores:
    bars = add_training_bars(candidates, features, params.signal, params.confidence.training_rule)
    labels = triple_barrier_labels(bars, panel, params.execution, params.exits)
    rows = change_outcomes(build_events(bars, panel.open_time, labels))
    training = build_training_set(
        rows, len(candidates), panel, params.confidence, params.split, params.exits.max_holding_bars
    )
    return fit_scores(
        training,
        collect_candidate_rows(features.__getitem__, panel.symbols, rows, FEATURES),
        collect_candidate_rows(volatility.__getitem__, panel.symbols, rows, VOLATILITY),
        params.confidence,
        params.volatility.regime.no_new_trades_daily_frac,
    )


def evaluate_all_phases(
    market: ScoredMarket,
    scores: Scores,
    params: Params,
    exit_inputs: ExitInputs | None = None,
    evidence: EvidenceInputs | None = None,
) -> tuple[Record, EvaluationResult]:
    """Evaluate the scores out of sample, and trade and evaluate all phases on them.

    Parameters
    ----------
    scores
        The market's own, or its candidates scored in another way.
    exit_inputs
        Of `exits_in_process.compute_exits`; without it phase 1 is the last.
    evidence
        Of `evidence_in_process.build_evidence_inputs`; without it phase 3 is the last.
    """
    evaluation = params.confidence.evaluation
    figures = evaluate_scores(scores, market.bars_ms, params.split, evaluation)
    # Truth and volatility's own report serve figures beside the gates, which are not asked for.
    table, features = build_scores_table(scores), market.features
    inputs = build_inputs(market.panel, market.candidates, table, features, None, figures, None)
    phases: tuple[Phase, ...] = (BaselinePhase(), SelectionPhase())
    if exit_inputs is not None:
        sizing = build_sizing_inputs(market.panel, market.candidates, market.volatility)
        phases = (*phases, ExitsPhase(exit_inputs), SizingPhase(sizing))
        if evidence is not None:
            phases = (*phases, AlternativeDataPhase(evidence))
    return to_json(figures), evaluate_phases(inputs, params, phases)
