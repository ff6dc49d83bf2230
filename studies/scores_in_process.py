"""Scores of one market in one process: bars to scored candidates, without DVC or files.

The same functions as the stages, in the same order, with every table in the precision
it is stored in, so the scores are those that `dvc repro` writes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from dipmaster import exits
from dipmaster.altdata.layer import PAST_DAY
from dipmaster.backtest import triple_barrier_labels
from dipmaster.confidence import (
    VOLATILITY_COLUMNS,
    Events,
    Scores,
    build_events,
    build_training_set,
    collect_candidate_rows,
    fit_scores,
)
from dipmaster.core.panel import Panel, align_bars
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params import Params
from dipmaster.core.tables import FEATURES, VOLATILITY
from dipmaster.evaluation.phases.sizing.inputs import SIZING_VOLATILITY
from dipmaster.evaluation.reading import MATCHED_ON
from dipmaster.features import add_training_bars, build_market_bars, find_candidates
from dipmaster.features.feature_table import build_feature_table
from dipmaster.signal_filter import INPUT_COLUMNS
from dipmaster.volatility import build_volatility_table as volatility_table
from dipmaster.volatility import compute_volatility as volatility_of
from studies.changed_params import simulate_bars


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
