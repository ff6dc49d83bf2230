"""Bars to measures of volatility, forecasts and regimes, and how good they were."""

import numpy as np

from dipmaster.core import catalog, stage, store
from dipmaster.core.panel import align_bars
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.tables import BARS, TRUTH, VOLATILITY
from dipmaster.results.serialisation import write_result
from dipmaster.volatility import (
    LatentRegimes,
    MarketVolatility,
    build_volatility_table,
    compute_volatility,
    evaluate_volatility,
)

NO_SPREAD = 0.0  # volatility is measured on prices alone


def main() -> None:
    """Write data/volatility whole, then how forecasts and regimes were judged."""
    params = store.read_params("volatility", "split", "ingest.source")
    panel = align_bars(catalog.read_symbols(catalog.BARS, table=BARS), NO_SPREAD)
    volatility = compute_volatility(panel, params.volatility, params.ingest.source)
    with store.atomic_folder(catalog.VOLATILITY) as folder:
        map_in_threads(
            lambda symbol: store.write_table(
                build_volatility_table(symbol, volatility, params.volatility),
                VOLATILITY,
                folder / f"{symbol}.parquet",
            ),
            panel.symbols,
            "volatility",
        )
    known = store.read_json_key(catalog.TRUTH_ABOUT, "known", bool)
    truth = _truth(volatility) if known else None
    results = evaluate_volatility(volatility, truth, params.volatility, params.split)
    write_result(results, catalog.VOLATILITY_METRICS)


def _truth(found: MarketVolatility) -> LatentRegimes:
    """Latent states on the grid, -1 where a coin has no bar."""
    coins = np.full(found.returns.shape, -1, dtype=np.int8)
    market = np.full(found.returns.shape[1], -1, dtype=np.int8)
    episode = np.zeros(found.returns.shape[1], dtype=np.bool_)
    frames = catalog.read_symbols(catalog.TRUTH, found.symbols, table=TRUTH)
    for row, frame in enumerate(frames.values()):
        bars = found.index_of(frame["open_time"])
        coins[row, bars] = frame["coin_regime"].to_numpy()
        market[bars] = frame["regime"].to_numpy()
        episode[bars] = frame["correlation_episode"].to_numpy()
    return LatentRegimes(market, coins, episode)


if __name__ == "__main__":
    stage.run("volatility", main, reads=("ingest",))
