"""Rolling correlations of all pairs: kernels beside pandas, interleaved; only ratios carry over.

``python -m benchmarks.bench_correlation [COINS]``

A year of 5-minute bars, window a week (2,016 bars). pandas is called as the roadmap calls it,
``frame.rolling(2016).corr()``, and gives every pair twice and each coin with itself; we give each
pair once, as float32. Both run on one thread. Values are compared, and the peak memory of a run
of each is measured in a process of its own.
"""

import multiprocessing
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats
from dipmaster.volatility.spillover.block_pairs import Correlations
from dipmaster.volatility.spillover.correlation import correlate_with_later

BARS, WINDOW, ROUNDS = 105_120, 2_016, 7
GOAL = 34.0
MEGABYTE = 1e6


def make_values(coins: int, gaps: bool, bars: int = BARS) -> Floats:
    """Volatilities that move together; with gaps a coin starts late and one has an outage."""
    rng = np.random.default_rng(7)
    common = np.cumsum(rng.normal(0.0, 0.01, bars))
    common -= np.linspace(0.0, common[-1], bars)
    values = np.exp(common + 0.4 * rng.standard_normal((coins, bars))) / 500.0
    if gaps:
        values[1, : bars // 5] = np.nan
        values[2, bars // 2 : bars // 2 + 16] = np.nan
        values[:, :6] = np.nan
    return np.asarray(values)


def correlate(values: Floats) -> Correlations:
    """Every pair once, shape (pairs, bars)."""
    return correlate_with_later(values, range(len(values)), WINDOW)


def correlate_by_pandas(values: Floats) -> pd.DataFrame:
    """As the roadmap's code does."""
    return pd.DataFrame(values.T).rolling(WINDOW, min_periods=WINDOW // 2).corr()


CONTENDERS: dict[str, Callable[[Floats], object]] = {
    "own": correlate,
    "pandas": correlate_by_pandas,
}


def largest_difference(values: Floats) -> float:
    """Between the two, over all pairs and bars; both must be missing at the same bars."""
    coins = len(values)
    oracle = correlate_by_pandas(values).to_numpy().reshape(values.shape[1], coins, coins)
    first, second = np.triu_indices(coins, 1)
    ours, theirs = correlate(values), oracle[:, first, second].T
    if not np.array_equal(np.isnan(ours), np.isnan(theirs)):
        raise SystemExit("bench_correlation: the two are not missing at the same bars")
    return float(np.nanmax(np.abs(ours - theirs)))


def peak_of(work: str, coins: int, answer: "multiprocessing.Queue[float]") -> None:
    """Put the rise of this process's peak memory by one run, in MB."""
    values = make_values(coins, gaps=True)
    correlate(
        make_values(3, True, 3 * WINDOW)
    )  # compiled, so that the compiler's memory is in both
    before = read_peak()
    CONTENDERS[work](values)
    answer.put(read_peak() - before)


def read_peak() -> float:
    """Peak memory of this process so far, in MB (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / MEGABYTE


def measure_peak(work: str, coins: int) -> float:
    """Peak memory of one run in a process of its own, in MB above what it started with."""
    context = multiprocessing.get_context("spawn")
    answer: multiprocessing.Queue[float] = context.Queue()
    process = context.Process(target=peak_of, args=(work, coins, answer))
    process.start()
    megabytes = answer.get()
    process.join()
    return megabytes


def compare(name: str, values: Floats) -> None:
    """Print medians, the ratio and the largest difference."""
    difference = largest_difference(values)  # compiles
    timings: dict[str, list[float]] = {contender: [] for contender in CONTENDERS}
    for _ in range(ROUNDS):
        for contender, work in CONTENDERS.items():
            started = time.perf_counter()
            work(values)
            timings[contender].append(time.perf_counter() - started)
    own, pandas = (float(np.median(timings[contender])) for contender in CONTENDERS)
    cells = len(values) * (len(values) - 1) // 2 * BARS
    print(f"{name}: largest difference {difference:.1e}")
    print(f"  kernels {1e3 * own:9.1f} ms   {1e9 * own / cells:6.2f} ns a pair and bar")
    print(f"  pandas  {1e3 * pandas:9.1f} ms   {pandas / own:6.1f} x   (goal {GOAL:.0f} x)")


def main() -> None:
    """Compare without and with missing bars, then print peak memory."""
    coins = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 10
    pairs = coins * (coins - 1) // 2
    print(f"{coins} coins, {pairs} pairs, {BARS:,} bars, window {WINDOW:,}; median of {ROUNDS}")
    compare("no bar missing", make_values(coins, gaps=False))
    compare("a late coin, an outage", make_values(coins, gaps=True))
    print(f"output {pairs * BARS * 4 / MEGABYTE:.0f} MB; peak above the start: ", end="")
    print(", ".join(f"{name} {measure_peak(name, coins):.0f} MB" for name in CONTENDERS))


if __name__ == "__main__":
    main()
