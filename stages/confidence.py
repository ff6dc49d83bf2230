"""Candidates to calibrated probabilities that their phase-0 baseline trade wins."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from dipmaster.backtest import triple_barrier_labels
from dipmaster.confidence import (
    VOLATILITY_COLUMNS,
    Scores,
    build_events,
    build_left_out_table,
    build_scores_table,
    build_training_set,
    collect_candidate_rows,
    evaluate_scores,
    fit_scores,
    serialize_metadata,
    serialize_models,
)
from dipmaster.core import catalog, stage, store
from dipmaster.core.panel import Panel
from dipmaster.core.params import Params
from dipmaster.core.tables import CANDIDATES, FEATURES, LEFT_OUT, SCORES, VOLATILITY
from dipmaster.features import CANDIDATE_COLUMNS, add_training_bars
from dipmaster.learning.model_store import write_models
from dipmaster.results.market import Market
from dipmaster.results.serialisation import read_result, write_result


def main() -> None:
    """Write data/confidence whole, then how good every step was out of sample."""
    params = store.read_params(
        "confidence.family",
        "confidence.min_train",
        "confidence.trees",
        "confidence.cross_fitting",
        "confidence.training_rule",
        "confidence.correlation_days",
        "confidence.weights",
        "confidence.feature_weights",
        "confidence.regime_scores",
        "confidence.prior_candidates",
        "confidence.calibrator",
        "confidence.evaluation",
        "execution",
        "exits.target_frac",
        "exits.stop_frac",
        "exits.boundary_min_net_frac",
        "exits.max_holding_bars",
        "signal",
        "split",
        "volatility.regime",
    )
    panel = catalog.read_panel(read_result(catalog.MARKET, Market).fallback_half_spread_bps)
    scores = score_candidates(panel, params)
    write(scores)
    with stage.progress_step("judging the scores"):
        bars_ms = int(panel.open_time[0]), int(panel.open_time[-1])
        results = evaluate_scores(scores, bars_ms, params.split, params.confidence.evaluation)
    write_result(results, catalog.CONFIDENCE_METRICS)


def score_candidates(panel: Panel, params: Params) -> Scores:
    """Label candidates and training bars, fit at every refit, and score what comes after it."""
    candidates = store.read_table(catalog.CANDIDATES, CANDIDATES)
    bars = add_training_bars(
        candidates, read_rule_inputs(panel.symbols), params.signal, params.confidence.training_rule
    )
    labels = triple_barrier_labels(bars, panel, params.execution, params.exits)
    rows = build_events(bars, panel.open_time, labels)
    training = build_training_set(
        rows, len(candidates), panel, params.confidence, params.split, params.exits.max_holding_bars
    )
    features, volatility = (
        reader(catalog.FEATURE_PANEL),
        reader(catalog.VOLATILITY, VOLATILITY_COLUMNS),
    )
    return fit_scores(
        training,
        collect_candidate_rows(features, panel.symbols, rows, FEATURES),
        collect_candidate_rows(volatility, panel.symbols, rows, VOLATILITY),
        params.confidence,
        params.volatility.regime.no_new_trades_daily_frac,
    )


def read_rule_inputs(symbols: Sequence[str]) -> dict[str, pd.DataFrame]:
    """By symbol what a rule for candidates looks at, in the precision it is stored in."""
    read_columns = reader(catalog.FEATURE_PANEL, list(CANDIDATE_COLUMNS))
    return {symbol: read_columns(symbol) for symbol in symbols}


def reader(folder: Path, columns: list[str] | None = None) -> Callable[[str], pd.DataFrame]:
    """Symbol to its frame of a table."""
    columns_read = None if columns is None else ["open_time", *columns]
    return lambda symbol: store.read_table(folder / f"{symbol}.parquet", columns=columns_read)


def write(scores: Scores) -> None:
    """Scores, what was left out, and every fitted model in a format that other programs read."""
    with store.atomic_folder(catalog.CONFIDENCE) as folder:
        store.write_table(build_scores_table(scores), SCORES, folder / catalog.SCORES.name)
        store.write_table(build_left_out_table(scores), LEFT_OUT, folder / catalog.LEFT_OUT.name)
        write_models(serialize_models(scores), serialize_metadata(scores), folder / "models")


if __name__ == "__main__":
    stage.run("confidence", main, reads=("ingest", "features", "volatility"))
