"""Bars to measures of volatility, forecasts and regimes, and how good they were."""

from pathlib import Path

import numpy as np

from dipmaster.core import stage, store
from dipmaster.core.panel import Panel, aligned
from dipmaster.core.parallel import in_threads
from dipmaster.core.tables import BARS, TRUTH, VOLATILITY
from dipmaster.volatility import Truth, VolatilityOf, compute, report_of, table_of

BARS_FOLDER = Path("data/ingest/bars")
TRUTH_FOLDER = Path("data/ingest/truth")
OUT = Path("data/volatility")
METRICS = Path("reports/metrics/volatility.json")
COLUMNS = ["open_time", "open", "high", "low", "close", "volume"]


def main() -> None:
    """Write data/volatility whole, then how forecasts and regimes were judged."""
    params = store.read_params("volatility", "split")
    panel = _panel(store.symbols_in(BARS_FOLDER))
    found = compute(panel, params.volatility)
    with store.staged(OUT) as folder:
        in_threads(
            lambda symbol: store.write_table(
                table_of(symbol, found, params.volatility), VOLATILITY, folder / f"{symbol}.parquet"
            ),
            panel.symbols,
            "volatility",
        )
    known = store.read_json(TRUTH_FOLDER / "about.json")["known"]
    truth = _truth(found) if known else None
    store.write_json(report_of(found, truth, params.volatility, params.split), METRICS)


def _panel(symbols: list[str]) -> Panel:
    """All bars on one grid; the half-spread is not used here."""
    bars = {s: store.read_table(BARS_FOLDER / f"{s}.parquet", BARS) for s in symbols}
    return aligned({s: frame[COLUMNS] for s, frame in bars.items()}, 0.0)


def _truth(found: VolatilityOf) -> Truth:
    """Latent states on the grid, -1 where a coin has no bar."""
    coins = np.full(found.returns.shape, -1, dtype=np.int8)
    market = np.full(found.returns.shape[1], -1, dtype=np.int8)
    for row, symbol in enumerate(found.symbols):
        frame = store.read_table(TRUTH_FOLDER / f"{symbol}.parquet", TRUTH)
        bars = found.rows_of(frame["open_time"])
        coins[row, bars] = frame["coin_regime"].to_numpy()
        market[bars] = frame["regime"].to_numpy()
    return Truth(market, coins)


if __name__ == "__main__":
    stage.run("volatility", main, reads=("ingest",))
