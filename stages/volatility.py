"""Bars to measures of volatility, forecasts and regimes, and how good they were."""

import numpy as np

from dipmaster.core import catalog, stage, store
from dipmaster.core.panel import aligned
from dipmaster.core.parallel import in_threads
from dipmaster.core.tables import BARS, TRUTH, VOLATILITY
from dipmaster.volatility import Truth, VolatilityOf, compute, report_of, table_of

NO_SPREAD = 0.0  # volatility is measured on prices alone


def main() -> None:
    """Write data/volatility whole, then how forecasts and regimes were judged."""
    params = store.read_params("volatility", "split")
    panel = aligned(catalog.read_symbols(catalog.BARS, table=BARS), NO_SPREAD)
    found = compute(panel, params.volatility)
    with store.staged(catalog.VOLATILITY) as folder:
        in_threads(
            lambda symbol: store.write_table(
                table_of(symbol, found, params.volatility), VOLATILITY, folder / f"{symbol}.parquet"
            ),
            panel.symbols,
            "volatility",
        )
    known = store.read_json(catalog.TRUTH_ABOUT)["known"]
    truth = _truth(found) if known else None
    store.write_json(
        report_of(found, truth, params.volatility, params.split), catalog.VOLATILITY_METRICS
    )


def _truth(found: VolatilityOf) -> Truth:
    """Latent states on the grid, -1 where a coin has no bar."""
    coins = np.full(found.returns.shape, -1, dtype=np.int8)
    market = np.full(found.returns.shape[1], -1, dtype=np.int8)
    frames = catalog.read_symbols(catalog.TRUTH, found.symbols, table=TRUTH)
    for row, frame in enumerate(frames.values()):
        bars = found.rows_of(frame["open_time"])
        coins[row, bars] = frame["coin_regime"].to_numpy()
        market[bars] = frame["regime"].to_numpy()
    return Truth(market, coins)


if __name__ == "__main__":
    stage.run("volatility", main, reads=("ingest",))
