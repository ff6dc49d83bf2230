"""Bars to features and candidates."""

from pathlib import Path
from typing import Any

import pandas as pd

from dipmaster.core import catalog, stage, store
from dipmaster.core.parallel import in_threads
from dipmaster.core.params import Features
from dipmaster.core.tables import BARS, CANDIDATES, FEATURES
from dipmaster.features import AllCoins, all_coins, candidates
from dipmaster.features.panel import coin_facts, panel_of, summary


def main() -> None:
    """Write data/features whole, then the facts about it."""
    params = store.read_params("features", "signal")
    bars = catalog.read_symbols(catalog.BARS, table=BARS)
    symbols, coins = list(bars), all_coins(bars)
    with store.staged(catalog.FEATURES) as folder:
        written = in_threads(
            lambda symbol: _write_panel(symbol, coins, params.features, folder), symbols, "features"
        )
        base = {symbol: columns for symbol, (columns, _) in zip(symbols, written, strict=True)}
        found = candidates(base, params.signal)
        store.write_table(found, CANDIDATES, folder / "candidates.parquet")
    facts = {symbol: fact for symbol, (_, fact) in zip(symbols, written, strict=True)}
    store.write_json(summary(facts, coins, found), catalog.FEATURES_METRICS)


def _write_panel(
    symbol: str, coins: AllCoins, params: Features, folder: Path
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Write one coin's panel; return what candidates need, in full precision, and its facts."""
    panel, base = panel_of(symbol, coins, params)
    store.write_table(panel, FEATURES, folder / "panel" / f"{symbol}.parquet")
    return base, coin_facts(panel, base)


if __name__ == "__main__":
    stage.run("features", main, reads=("ingest",))
