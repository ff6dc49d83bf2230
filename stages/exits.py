"""Candidates to plans, and every closed bar of their positions to an exit probability."""

from dipmaster.core import catalog, stage, store
from dipmaster.core.panel import Panel
from dipmaster.core.tables import EXIT_PLANS, EXIT_ROWS
from dipmaster.exits import (
    FEATURE_COLUMNS,
    VOLATILITY_COLUMNS,
    ExitMarket,
    Leaving,
    leaving_of,
    market_of,
    record_of,
    records_of,
    rows_table,
    texts_of,
)

SCORE_COLUMNS = ["candidate_id", "symbol", "open_time", "regime", "confidence"]


def main() -> None:
    """Write data/exits whole, then how good heads and exit probability were out of sample."""
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
    scores = store.read_table(catalog.SCORES, columns=SCORE_COLUMNS)
    found = leaving_of(scores, market, params.execution, params.exits, params.split)
    write(found, panel)
    bars_ms = int(panel.open_time[0]), int(panel.open_time[-1])
    with stage.telling("judging the exit models"):
        record = record_of(found.scored, bars_ms, params.split, params.exits.models.judging)
    store.write_json(record, catalog.EXITS_METRICS)


def read_market() -> ExitMarket:
    """Bars, features and volatility of all symbols on one grid."""
    panel = catalog.read_panel()
    return market_of(
        panel,
        catalog.read_symbols(catalog.FEATURE_PANEL, panel.symbols, FEATURE_COLUMNS),
        catalog.read_symbols(catalog.VOLATILITY, panel.symbols, VOLATILITY_COLUMNS),
    )


def write(found: Leaving, panel: Panel) -> None:
    """Plans, rows, and every fitted model in a format that other programs read."""
    scored = found.scored
    with store.staged(catalog.EXITS) as folder:
        store.write_table(found.plans, EXIT_PLANS, folder / "plans.parquet")
        store.write_table(rows_table(scored, panel.open_time), EXIT_ROWS, folder / "rows.parquet")
        for name, text in texts_of(scored).items():
            store.write_text(text, folder / "models" / name)
        for name, record in records_of(scored).items():
            store.write_json(record, folder / "models" / name)


if __name__ == "__main__":
    stage.run("exits", main)
