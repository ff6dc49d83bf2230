"""Candidates to plans, and every closed bar of their positions to an exit probability."""

from dipmaster.core import catalog, stage, store
from dipmaster.core.panel import Panel
from dipmaster.core.tables import CANDIDATES, EXIT_PLANS, EXIT_ROWS, SCORES
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
from dipmaster.learning.model_store import write_models
from dipmaster.results.market import Market
from dipmaster.results.serialisation import read_result, write_result

SCORE_COLUMNS = ["candidate_id", "symbol", "open_time", "regime", "confidence"]


def main() -> None:
    """Write data/exits whole, then how good exit models and exit probability were out of sample."""
    params = store.read_params(
        "execution",
        "exits.quarter_hour_exit_from_phase_2",
        "exits.boundary_min_net_frac",
        "exits.max_holding_bars",
        "exits.decision",
        "exits.dynamic_target",
        "exits.models",
        "exits.stop_frac",
        "exits.target_combination",
        "exits.target_frac",
        "exits.trailing",
        "split",
    )
    market = read_exit_market()
    panel = market.panel
    candidates = store.read_table(catalog.CANDIDATES, CANDIDATES)
    scores = catalog.check_scores(store.read_table(catalog.SCORES, SCORES), candidates)
    dataset = build_exit_dataset(
        scores[SCORE_COLUMNS], market, params.execution, params.exits, params.split
    )
    write(dataset, panel)
    bars_ms = int(panel.open_time[0]), int(panel.open_time[-1])
    with stage.progress_step("judging the exit models"):
        results = evaluate_exit_scores(
            dataset.scores,
            bars_ms,
            params.split,
            params.exits.models.evaluation,
            params.exits.decision,
        )
    write_result(results, catalog.EXITS_METRICS)


def read_exit_market() -> ExitMarket:
    """Bars, features and volatility of all symbols on one grid."""
    facts = read_result(catalog.MARKET, Market)
    panel = catalog.read_panel(facts.fallback_half_spread_bps)
    return build_exit_market(
        panel,
        catalog.read_symbols(catalog.FEATURE_PANEL, panel.symbols, FEATURE_COLUMNS),
        catalog.read_symbols(catalog.VOLATILITY, panel.symbols, VOLATILITY_COLUMNS),
    )


def write(dataset: ExitDataset, panel: Panel) -> None:
    """Plans, rows, and every fitted model in a format that other programs read."""
    scores = dataset.scores
    with store.atomic_folder(catalog.EXITS) as folder:
        store.write_table(dataset.plans, EXIT_PLANS, folder / "plans.parquet")
        rows = build_rows_table(scores, panel.open_time)
        store.write_table(rows, EXIT_ROWS, folder / "rows.parquet")
        write_models(serialize_models(scores), serialize_metadata(scores), folder / "models")


if __name__ == "__main__":
    stage.run("exits", main, reads=("ingest", "features", "volatility", "confidence"))
