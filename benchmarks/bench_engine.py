"""Speed of the engine beside vectorbt: ``python -m benchmarks.bench_engine``.

Contenders run in one process, taking turns, and the medians' ratios are what counts:
absolute figures belong to the machine and to what else runs on it. The ratio of CPU
time is printed too: where other work keeps the cores busy, a second thread gains
nothing by the clock. Both trade the same signals; that they make the same trades is
checked before anything is timed.
"""

import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

os.environ.setdefault("DIPMASTER_WORKERS", "2")

import numpy as np

from benchmarks import record_vectorbt as peer
from dipmaster.backtest import (
    Entries,
    ExitRules,
    ScoreExitRule,
    TrailingStopRule,
    run_backtest,
    simulate_sequential_trades,
)
from dipmaster.backtest.costs import build_costs
from dipmaster.backtest.engine import simulate_orders
from dipmaster.backtest.fills import simulate_sequence
from dipmaster.backtest.layouts import ROUND_TRIP, Order, build_market_arrays
from dipmaster.backtest.rules import build_rule_arrays, build_rule_scalars
from dipmaster.backtest.standalone import simulate_round_trips, split_evenly
from dipmaster.core.panel import Panel
from dipmaster.core.parallel import count_workers
from dipmaster.core.params import Execution

SYMBOLS, LENGTH, SEED, ROUNDS = 10, 105_120, 7, 15
SPARSE, DENSE = 0.003, 0.1  # signals a symbol-bar: phase 0's density, and always invested
NEVER = 10**9  # bars: no time limit


@dataclass(frozen=True)
class TimingRow:
    """One line of the printed table."""

    name: str
    seconds: list[float]
    cpu_seconds: list[float]

    @property
    def median(self) -> float:
        """Median seconds a round."""
        return statistics.median(self.seconds)

    @property
    def cpu_median(self) -> float:
        """Median CPU seconds a round, all threads."""
        return statistics.median(self.cpu_seconds)


def time_interleaved(
    contenders: dict[str, Callable[[], Any]], rounds: int = ROUNDS
) -> dict[str, TimingRow]:
    """Time every contender `rounds` times, one after the other in each round."""
    for work in contenders.values():
        work()
    rows = {name: TimingRow(name, [], []) for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            started, cpu = time.perf_counter(), time.process_time()
            work()
            rows[name].seconds.append(time.perf_counter() - started)
            rows[name].cpu_seconds.append(time.process_time() - cpu)
    return rows


def build_panel(market: dict[str, Any]) -> Panel:
    """The peer's bars as a panel."""
    symbols, length = market["open"].shape
    open_time = (peer.FIRST_SLOT + np.arange(length)) * 300_000
    prices = (market[name] for name in ("open", "high", "low", "close"))
    flat = np.ones((symbols, length))
    names = tuple(f"C{i:02d}" for i in range(symbols))
    return Panel(names, open_time, *prices, flat, 0.0 * flat)


def make_execution(**changes: float) -> Execution:
    """Costs of the recorded comparison, limits of phase 0."""
    values = {
        "capital": 1e5,
        "taker_fee_bps": 1e4 * peer.FEES,
        "slippage_bps": 1e4 * peer.SLIPPAGE,
        "size_frac": 0.05,
        "max_positions": 10,
        "max_position_frac": 0.1,
        "max_exposure_frac": 1.0,
        "min_notional": 0.0,
    }
    return Execution(**{**values, **changes})  # type: ignore[arg-type]


def make_entries(share: float) -> Entries:
    """Orders at random bars, with phase 0's target, stop and time limit."""
    rng = np.random.default_rng(SEED)
    signal, symbol = np.nonzero(rng.random((LENGTH, SYMBOLS)) < share)
    rows = signal.size

    def every(value: float) -> Any:
        return np.full(rows, value)

    return Entries(
        np.arange(rows),
        symbol,
        signal,
        every(0.05),
        every(0.008),
        every(0.015),
        np.full(rows, 36),
        every(0.0),
        every(np.nan),
        np.ones(rows, np.int8),
    ).sort_orders()


def prepare_kernel(panel: Panel, signals: Any, pool: ThreadPoolExecutor) -> Callable[[], Any]:
    """The kernel over symbols, its inputs laid out before as vectorbt's are."""
    rules, costs, market = (
        ExitRules(None),
        build_costs(make_execution()),
        build_market_arrays(panel),
    )
    numbers, arrays = build_rule_scalars(rules), build_rule_arrays(rules, 0, panel.open.shape)
    plan, trip_counts = Order(0, 0, 0, peer.TARGET, peer.STOP, NEVER), np.zeros(SYMBOLS, np.int64)
    shares = []
    for symbols in split_evenly(SYMBOLS, count_workers()):
        trips = np.zeros(np.count_nonzero(signals[slice(*symbols)]), ROUND_TRIP)
        shares.append((symbols, trips))

    def simulate_share(symbols: tuple[int, int], trips: Any) -> int:
        kernel_args = (market, symbols, signals.reshape(-1), plan, numbers, costs, arrays)
        return simulate_sequence(*kernel_args, trip_counts, trips)

    return lambda: list(pool.map(simulate_share, *zip(*shares, strict=True)))


def compare_with_vectorbt(market: dict[str, Any], panel: Panel) -> None:
    """Stop + target, one position a symbol, a signal on every fifth bar."""
    costs, rules = make_execution(), ExitRules(None)
    symbol, entry, exit_ = (
        peer.simulate_by_vectorbt(market, market["signals"], None, np.inf)[:, :3].astype(np.int64).T
    )
    signals = peer.drop_lost_signals(market["signals"], symbol, entry + 1, exit_)

    arguments = (panel, signals, costs, rules, peer.TARGET, peer.STOP, NEVER)
    call = peer.prepare_call(market, signals)
    peer_trades = peer.extract_closed_trades(call())
    our_trades = simulate_sequential_trades(*arguments)
    closed = ~our_trades.open_at_end
    bars = np.stack([our_trades.entry_index[closed] - 1, our_trades.exit_index[closed]], axis=1)
    if not np.array_equal(bars, peer_trades[:, 1:3]):
        raise SystemExit("the trades differ: a comparison of speed would mean nothing")
    with ThreadPoolExecutor(count_workers()) as pool:
        rows = time_interleaved(
            {
                "vectorbt, order records": call,
                "ours, kernel": prepare_kernel(panel, signals, pool),
                "ours, from signals": lambda: simulate_round_trips(*arguments),
                "ours, from signals to money": lambda: simulate_sequential_trades(*arguments),
            }
        )
    print(
        f"stop + target, one position a symbol, {len(peer_trades):,} equal trades, "
        f"ours with {count_workers()} threads:"
    )
    peer_row = rows["vectorbt, order records"]
    for row in rows.values():
        print_row(row, peer_row)


def prepare_work(
    panel: Panel, entries: Entries, cases: dict[str, ExitRules]
) -> dict[str, Callable[[], Any]]:
    """Every case with and without the tables."""
    work: dict[str, Callable[[], Any]] = {}
    for name, rules in cases.items():
        arguments = (panel, entries, make_execution(), rules)
        work[f"{name}, kernels"] = partial(simulate_orders, *arguments)
        work[f"{name}, with tables"] = partial(run_backtest, *arguments)
    return work


def time_engine(panel: Panel) -> None:
    """The account with all rules on; one thread."""
    rng = np.random.default_rng(SEED)
    distance = rng.uniform(0.002, 0.009, panel.open.shape)
    for density, share in (("phase-0 density", SPARSE), ("dense", DENSE)):
        entries = make_entries(share)
        score = rng.random((len(entries), 37)) ** 4
        cases = {
            "phase-0 rules": ExitRules(0.0025),
            "all rules": ExitRules(0.0025, TrailingStopRule(distance), ScoreExitRule(score)),
        }
        for name, rules in cases.items():
            trades = len(run_backtest(panel, entries, make_execution(), rules).trades)
            print(f"{density}, {trades:,} trades under {name}, one thread:")
        for row in time_interleaved(prepare_work(panel, entries, cases)).values():
            print_row(row)


def print_row(row: TimingRow, beside: TimingRow | None = None) -> None:
    """Print a line: milliseconds, million symbol-bars a second, ratios."""
    bars = SYMBOLS * LENGTH / 1e6
    speed, speed_by_cpu = bars / row.median, bars / row.cpu_median
    ratio = ""
    if beside:
        by_clock, by_cpu = beside.median / row.median, beside.cpu_median / row.cpu_median
        ratio = f"  {by_clock:6.1f} x the first, {by_cpu:6.1f} x by CPU time"
    print(
        f"  {row.name:28s} {1e3 * row.median:9.1f} ms {speed:8.1f} M symbol-bars/s, "
        f"{speed_by_cpu:6.1f} M a CPU second{ratio}"
    )


def main() -> None:
    """Print the engine's table."""
    market = peer.make_bars(SYMBOLS, LENGTH, SEED)
    panel = build_panel(market)
    print(f"{SYMBOLS} symbols x {LENGTH:,} bars, medians of {ROUNDS} rounds, taking turns")
    compare_with_vectorbt(market, panel)
    time_engine(panel)


if __name__ == "__main__":
    main()
