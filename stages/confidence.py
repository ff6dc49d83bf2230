"""Candidates to calibrated probabilities that their phase-0 baseline trade wins."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from dipmaster.backtest import triple_barrier_labels
from dipmaster.confidence import (
    VOLATILITY_COLUMNS,
    Scores,
    build_events,
    build_scores_table,
    build_training_schedule,
    collect_candidate_rows,
    compute_uniqueness,
    evaluate_scores,
    fit_scores,
    serialize_metadata,
    serialize_models,
)
from dipmaster.core import catalog, stage, store
from dipmaster.core.tables import CANDIDATES, FEATURES, SCORES, VOLATILITY
from dipmaster.learning.model_store import write_models
from dipmaster.results import write_result


def main() -> None:
    """Write data/confidence whole, then how good every step was out of sample."""
    params = store.read_params(
        "confidence.family",
        "confidence.min_train",
        "confidence.trees",
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
        "split",
        "volatility.regime",
    )
    panel = catalog.read_panel()
    candidates = store.read_table(catalog.CANDIDATES, CANDIDATES)
    labels = triple_barrier_labels(candidates, panel, params.execution, params.exits)
    events = build_events(candidates, panel.open_time, labels)
    bars_ms = int(panel.open_time[0]), int(panel.open_time[-1])
    schedule = build_training_schedule(
        events,
        compute_uniqueness(events, panel, params.confidence.correlation_days),
        bars_ms,
        params.split,
        params.exits.max_holding_bars,
        params.confidence.min_train,
    )
    features, volatility = (
        reader(catalog.FEATURE_PANEL),
        reader(catalog.VOLATILITY, VOLATILITY_COLUMNS),
    )
    scores = fit_scores(
        events,
        schedule,
        collect_candidate_rows(features, panel.symbols, events, FEATURES),
        collect_candidate_rows(volatility, panel.symbols, events, VOLATILITY),
        params.confidence,
        params.volatility.regime.no_new_trades_daily_frac,
    )
    write(scores)
    with stage.progress_step("judging the scores"):
        results = evaluate_scores(scores, bars_ms, params.split, params.confidence.evaluation)
    write_result(results, catalog.CONFIDENCE_METRICS)


def reader(folder: Path, columns: list[str] | None = None) -> Callable[[str], pd.DataFrame]:
    """Symbol to its frame of a table."""
    columns_read = None if columns is None else ["open_time", *columns]
    return lambda symbol: store.read_table(folder / f"{symbol}.parquet", columns=columns_read)


def write(scores: Scores) -> None:
    """Scores, and every fitted model in a format that other programs read."""
    with store.atomic_folder(catalog.CONFIDENCE) as folder:
        store.write_table(build_scores_table(scores), SCORES, folder / "scores.parquet")
        write_models(serialize_models(scores), serialize_metadata(scores), folder / "models")


if __name__ == "__main__":
    stage.run("confidence", main, reads=("ingest", "features", "volatility"))
