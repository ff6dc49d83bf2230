"""Speed of the rows of the exit models: ``python -m benchmarks.bench_exit_rows``.

20,000 positions of 36 bars on ten symbols and two years of random bars: what holding
brings, a row for every closed bar, and labels. Nothing outside does the same, so there
is no contender; medians of several rounds.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from dipmaster.exits import labels_of, paths_of, positions_of, rows_of
from dipmaster.exits.market import MARKET_COLUMNS, ExitMarket
from dipmaster.foundation import store
from dipmaster.foundation.panel import Panel

SYMBOLS, LENGTH, POSITIONS, SEED, ROUNDS = 10, 210_240, 20_000, 11, 7


def market() -> ExitMarket:
    """Random walks with columns at random."""
    rng = np.random.default_rng(SEED)
    shape = (SYMBOLS, LENGTH)
    close = 100.0 * np.exp(np.cumsum(0.002 * rng.normal(size=shape), axis=1))
    open_ = np.concatenate([np.full((SYMBOLS, 1), 100.0), close[:, :-1]], axis=1)
    body = np.stack([open_, close])
    high, low = 1.001 * body.max(axis=0), 0.999 * body.min(axis=0)
    times = 1_672_531_200_000 + 300_000 * np.arange(LENGTH)
    names = tuple(f"C{i:02d}" for i in range(SYMBOLS))
    flat = np.ones(shape)
    panel = Panel(names, times, open_, high, low, close, flat, flat)
    return ExitMarket(panel, {name: rng.uniform(0.01, 0.05, shape) for name in MARKET_COLUMNS})


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Print the median of the rounds; return what the work returns."""
    made, seconds = work(), []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        made = work()
        seconds.append(time.perf_counter() - started)
    print(f"{name:<8} {1000.0 * statistics.median(seconds):8.1f} ms")
    return made


def main() -> None:
    """Print the time of each step."""
    params = store.read_params("execution", "exits")
    execution, exits = params.execution, params.exits
    rng, world = np.random.default_rng(SEED), market()
    symbol = rng.integers(0, SYMBOLS, POSITIONS)
    signal = rng.integers(0, LENGTH - 50, POSITIONS)
    positions = positions_of(symbol, signal, rng.uniform(0.006, 0.011, POSITIONS), exits)
    paths = timed("paths", lambda: paths_of(world, positions, execution, exits))
    rows = timed("rows", lambda: rows_of(world, positions, execution, exits))
    timed("labels", lambda: labels_of(world, positions, rows, paths, execution))
    print(f"{POSITIONS:,} positions, {len(rows):,} rows, one thread")


if __name__ == "__main__":
    main()
