"""Candidates to calibrated probabilities that their frozen phase-0 trade wins."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from dipmaster.backtest import frozen_outcomes
from dipmaster.confidence import (
    VOLATILITY_COLUMNS,
    Scores,
    events_of,
    record_of,
    records_of,
    rows_of,
    schooling_of,
    scores_of,
    table_of,
    texts_of,
    uniqueness_of,
)
from dipmaster.core import catalog, stage, store
from dipmaster.core.tables import CANDIDATES, FEATURES, SCORES, VOLATILITY


def main() -> None:
    """Write data/confidence whole, then how good every step was out of sample."""
    params = store.read_params(
        "confidence.family",
        "confidence.min_train",
        "confidence.trees",
        "confidence.correlation_days",
        "confidence.weights",
        "confidence.strength",
        "confidence.regime_scores",
        "confidence.prior_candidates",
        "confidence.calibrator",
        "confidence.judging",
        "execution",
        "exits.target_frac",
        "exits.stop_frac",
        "exits.boundary_min_net_frac",
        "exits.cap_bars",
        "split",
        "volatility.regime",
    )
    panel = catalog.read_panel()
    candidates = store.read_table(catalog.CANDIDATES, CANDIDATES)
    labels = frozen_outcomes(candidates, panel, params.execution, params.exits)
    events = events_of(candidates, panel.open_time, labels)
    first, last = int(panel.open_time[0]), int(panel.open_time[-1])
    school = schooling_of(
        events,
        uniqueness_of(events, panel, params.confidence.correlation_days),
        (first, last),
        params.split,
        params.exits.cap_bars,
        params.confidence.min_train,
    )
    scores = scores_of(
        school,
        rows_of(reader(catalog.FEATURE_PANEL), panel.symbols, events, FEATURES),
        rows_of(reader(catalog.VOLATILITY, VOLATILITY_COLUMNS), panel.symbols, events, VOLATILITY),
        params.confidence,
        params.volatility.regime.no_new_trades_daily_frac,
    )
    write(scores)
    with stage.telling("judging the scores"):
        record = record_of(scores, (first, last), params.split, params.confidence.judging)
    store.write_json(record, catalog.CONFIDENCE_METRICS)


def reader(folder: Path, columns: list[str] | None = None) -> Callable[[str], pd.DataFrame]:
    """Symbol to its frame of a table."""
    wanted = None if columns is None else ["open_time", *columns]
    return lambda symbol: store.read_table(folder / f"{symbol}.parquet", columns=wanted)


def write(scores: Scores) -> None:
    """Scores, and every fitted model in a format that other programs read."""
    with store.staged(catalog.CONFIDENCE) as folder:
        store.write_table(table_of(scores), SCORES, folder / "scores.parquet")
        for name, text in texts_of(scores).items():
            store.write_text(text, folder / "models" / name)
        for name, record in records_of(scores).items():
            store.write_json(record, folder / "models" / name)


if __name__ == "__main__":
    stage.run("confidence", main)
