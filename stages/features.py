"""Bars to features and candidates."""

from pathlib import Path

import pandas as pd

from dipmaster.core import catalog, stage, store
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params import Features
from dipmaster.core.tables import BARS, CANDIDATES, FEATURES
from dipmaster.features import MarketBars, build_market_bars, find_candidates
from dipmaster.features.feature_table import (
    CoinSummary,
    build_feature_table,
    summarize_coin,
    summarize_features,
)
from dipmaster.results.serialisation import write_result


def main() -> None:
    """Write data/features whole, then the facts about it."""
    params = store.read_params("features", "signal")
    bars = catalog.read_symbols(catalog.BARS, table=BARS)
    symbols, coins = list(bars), build_market_bars(bars)
    with store.atomic_folder(catalog.FEATURES) as folder:
        written = map_in_threads(
            lambda symbol: _write_panel(symbol, coins, params.features, folder), symbols, "features"
        )
        base = {symbol: columns for symbol, (columns, _) in zip(symbols, written, strict=True)}
        candidates = find_candidates(base, params.signal)
        store.write_table(candidates, CANDIDATES, folder / "candidates.parquet")
    facts = {symbol: fact for symbol, (_, fact) in zip(symbols, written, strict=True)}
    write_result(summarize_features(facts, coins, candidates), catalog.FEATURES_METRICS)


def _write_panel(
    symbol: str, coins: MarketBars, params: Features, folder: Path
) -> tuple[pd.DataFrame, CoinSummary]:
    """Write one coin's panel; return what candidates need, in full precision, and its facts."""
    panel, base = build_feature_table(symbol, coins, params)
    store.write_table(panel, FEATURES, folder / "panel" / f"{symbol}.parquet")
    return base, summarize_coin(panel, base)


if __name__ == "__main__":
    stage.run("features", main, reads=("ingest",))
