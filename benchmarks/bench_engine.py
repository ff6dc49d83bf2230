"""Speed of the engine beside vectorbt: ``python -m benchmarks.bench_engine``.

Contenders run in one process, taking turns, and the medians' ratio is what counts:
absolute figures belong to the machine and to what else runs on it. Both trade the
same signals; that they make the same trades is checked before anything is timed.
"""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

os.environ.setdefault("DIPMASTER_WORKERS", "2")

import numpy as np

from benchmarks import record_vectorbt as peer
from dipmaster.backtest import Entries, ExitRules, ScoreExits, Trailing, one_at_a_time, run
from dipmaster.backtest.engine import simulated
from dipmaster.backtest.outcomes import chained
from dipmaster.panel import Panel
from dipmaster.parallel import workers
from dipmaster.params import Execution

SYMBOLS, LENGTH, SEED, ROUNDS = 10, 105_120, 7, 9
SPARSE, DENSE = 0.003, 0.1  # signals a symbol-bar: phase 0's density, and always invested
NEVER = 10**9  # bars: no time limit


@dataclass(frozen=True)
class Row:
    """One line of the printed table."""

    name: str
    seconds: list[float]

    @property
    def median(self) -> float:
        """Median seconds a round."""
        return statistics.median(self.seconds)


def taking_turns(contenders: dict[str, Callable[[], Any]]) -> dict[str, Row]:
    """Time every contender `ROUNDS` times, one after the other in each round."""
    for work in contenders.values():
        work()
    rows = {name: Row(name, []) for name in contenders}
    for _ in range(ROUNDS):
        for name, work in contenders.items():
            started = time.perf_counter()
            work()
            rows[name].seconds.append(time.perf_counter() - started)
    return rows


def panel_of(market: dict[str, Any]) -> Panel:
    """The peer's bars as a panel."""
    symbols, length = market["open"].shape
    open_time = (peer.FIRST_SLOT + np.arange(length)) * 300_000
    prices = (market[name] for name in ("open", "high", "low", "close"))
    flat = np.ones((symbols, length))
    names = tuple(f"C{i:02d}" for i in range(symbols))
    return Panel(names, open_time, *prices, flat, 0.0 * flat)


def execution(**changes: float) -> Execution:
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


def entries_at(share: float) -> Entries:
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
    ).sorted()


def against_vectorbt(market: dict[str, Any], panel: Panel) -> None:
    """Stop + target, one position a symbol, a signal on every fifth bar."""
    cash, off = execution(), ExitRules(None)
    symbol, entry, exit_ = (
        peer.simulated(market, market["signals"], None, np.inf)[:, :3].astype(np.int64).T
    )
    signals = peer.kept(market["signals"], symbol, entry + 1, exit_)

    plan = (panel, signals, cash, off, peer.TARGET, peer.STOP, NEVER)
    call = peer.prepared(market, signals)
    theirs = peer.closed_trades(call())
    ours = one_at_a_time(*plan)
    closed = ~ours.open_at_end
    bars = np.stack([ours.entry_index[closed] - 1, ours.exit_index[closed]], axis=1)
    if not np.array_equal(bars, theirs[:, 1:3]):
        raise SystemExit("the trades differ: a comparison of speed would mean nothing")
    rows = taking_turns(
        {
            "vectorbt, order records": call,
            "ours, round-trip records": lambda: chained(*plan),
            "ours, with money": lambda: one_at_a_time(*plan),
        }
    )
    print(
        f"stop + target, one position a symbol, {len(theirs):,} equal trades, "
        f"ours with {workers()} threads:"
    )
    peers = rows["vectorbt, order records"]
    for row in rows.values():
        shown(row, peers)


def work_of(
    panel: Panel, entries: Entries, cases: dict[str, ExitRules]
) -> dict[str, Callable[[], Any]]:
    """Every case with and without the tables."""
    work: dict[str, Callable[[], Any]] = {}
    for name, rules in cases.items():
        world = (panel, entries, execution(), rules)
        work[f"{name}, kernels"] = partial(simulated, *world)
        work[f"{name}, with tables"] = partial(run, *world)
    return work


def engine_alone(panel: Panel) -> None:
    """The account with all rules on; one thread."""
    rng = np.random.default_rng(SEED)
    distance = rng.uniform(0.002, 0.009, panel.open.shape)
    for words, share in (("phase-0 density", SPARSE), ("dense", DENSE)):
        entries = entries_at(share)
        score = rng.random((len(entries), 37)) ** 4
        cases = {
            "phase-0 rules": ExitRules(0.0025),
            "all rules": ExitRules(0.0025, Trailing(distance), ScoreExits(score)),
        }
        trades = len(run(panel, entries, execution(), cases["phase-0 rules"]).trades)
        print(f"{words}, {trades:,} trades under phase-0 rules, one thread:")
        for row in taking_turns(work_of(panel, entries, cases)).values():
            shown(row)


def shown(row: Row, beside: Row | None = None) -> None:
    """Print a line: milliseconds, million symbol-bars a second, ratio."""
    speed = SYMBOLS * LENGTH / row.median / 1e6
    ratio = f"  {beside.median / row.median:6.1f} x {beside.name}" if beside else ""
    print(f"  {row.name:28s} {1e3 * row.median:9.1f} ms {speed:8.1f} M symbol-bars/s{ratio}")


def main() -> None:
    """Print the engine's table."""
    market = peer.bars(SYMBOLS, LENGTH, SEED)
    panel = panel_of(market)
    print(f"{SYMBOLS} symbols x {LENGTH:,} bars, medians of {ROUNDS} rounds, taking turns")
    against_vectorbt(market, panel)
    engine_alone(panel)


if __name__ == "__main__":
    main()
