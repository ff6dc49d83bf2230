"""Candidates to plans, and every closed bar of their positions to an exit probability."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dipmaster.core import stage, store
from dipmaster.core.panel import Panel, aligned
from dipmaster.core.parallel import in_threads
from dipmaster.core.tables import BARS, EXIT_PLANS, EXIT_ROWS
from dipmaster.exits import (
    FEATURE_COLUMNS,
    VOLATILITY_COLUMNS,
    ExitDataset,
    ExitMarket,
    build_exit_dataset,
    build_exit_market,
    build_rows_table,
    evaluate_exit_scores,
    serialize_metadata,
    serialize_models,
)
from dipmaster.results import write_result

BARS_FOLDER = Path("data/ingest/bars")
MARKET = Path("data/ingest/market.json")
FEATURES_FOLDER = Path("data/features/panel")
VOLATILITY_FOLDER = Path("data/volatility")
SCORES_FILE = Path("data/confidence/scores.parquet")
OUT = Path("data/exits")
METRICS = Path("reports/metrics/exits.json")
SCORE_COLUMNS = ["candidate_id", "symbol", "open_time", "regime", "confidence"]


def main() -> None:
    """Write data/exits whole, then how good exit models and exit probability were out of sample."""
    params = store.read_params(
        "execution",
        "exits.boundary_from_phase2",
        "exits.boundary_min_net_frac",
        "exits.cap_bars",
        "exits.dynamic_target",
        "exits.models",
        "exits.stop_frac",
        "exits.target_combination",
        "exits.target_frac",
        "exits.trailing",
        "split",
    )
    market = read_market()
    panel = market.panel
    scores = store.read_table(SCORES_FILE, columns=SCORE_COLUMNS)
    dataset = build_exit_dataset(scores, market, params.execution, params.exits, params.split)
    write(dataset, panel)
    bars_ms = int(panel.open_time[0]), int(panel.open_time[-1])
    with stage.telling("judging the exit models"):
        results = evaluate_exit_scores(
            dataset.scores, bars_ms, params.split, params.exits.models.judging
        )
    write_result(results, METRICS)


def read_market() -> ExitMarket:
    """Bars, features and volatility of all symbols on one grid."""
    symbols = store.symbols_in(BARS_FOLDER)
    bars = in_threads(read_bars, symbols, "reading bars")
    fallback = float(store.read_json(MARKET)["fallback_half_spread_bps"])
    panel = aligned(dict(zip(symbols, bars, strict=True)), fallback)
    return build_exit_market(
        panel,
        read_columns(FEATURES_FOLDER, symbols, FEATURE_COLUMNS),
        read_columns(VOLATILITY_FOLDER, symbols, VOLATILITY_COLUMNS),
    )


def read_bars(symbol: str) -> pd.DataFrame:
    """Bars of one symbol."""
    return store.read_table(BARS_FOLDER / f"{symbol}.parquet", table=BARS)


def read_columns(
    folder: Path, symbols: Sequence[str], columns: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """Some columns of a table, a frame a symbol."""
    columns_read = ["open_time", *columns]
    frames = in_threads(
        lambda symbol: store.read_table(folder / f"{symbol}.parquet", columns=columns_read),
        symbols,
        f"reading {folder.name}",
    )
    return dict(zip(symbols, frames, strict=True))


def write(dataset: ExitDataset, panel: Panel) -> None:
    """Plans, rows, and every fitted model in a format that other programs read."""
    scores = dataset.scores
    with store.staged(OUT) as folder:
        store.write_table(dataset.plans, EXIT_PLANS, folder / "plans.parquet")
        rows = build_rows_table(scores, panel.open_time)
        store.write_table(rows, EXIT_ROWS, folder / "rows.parquet")
        for name, text in serialize_models(scores).items():
            store.write_text(text, folder / "models" / name)
        for name, metadata in serialize_metadata(scores).items():
            store.write_json(metadata, folder / "models" / name)


if __name__ == "__main__":
    stage.run("exits", main)
