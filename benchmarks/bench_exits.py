"""Speed of phase 2: ``python -m benchmarks.bench_exits``.

Rows and labels of 20,000 positions of 36 bars beside the plain pandas way of making
them, which must say the same before anything is timed; then the account under phase 2's
rules. Contenders run in one process, taking turns; ratios carry over to other machines.
"""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from dipmaster.exits.layout import ExitLabels, Positions
from dipmaster.exits.trail import compute_trailing_distance

from benchmarks import record_vectorbt as peer
from benchmarks.bench_engine import (
    DENSE,
    LENGTH,
    SPARSE,
    SYMBOLS,
    entries_at,
    execution,
    panel_of,
    shown,
    taking_turns,
    work_of,
)
from benchmarks.pandas_exits import labels_by_pandas, rows_by_pandas
from dipmaster.backtest import Entries, ExitRules, ScoreExits, Trailing, run
from dipmaster.core import store
from dipmaster.core.kernels import Floats
from dipmaster.core.params import AdaptiveExits
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.exits import build_exit_labels, build_exit_rows, build_positions, simulate_hold
from dipmaster.exits.market import MARKET_COLUMNS, ExitMarket

POSITIONS, SEED, ROUNDS, HOLES = 20_000, 11, 7, 0.001
TARGETS = 0.00588, 0.01124  # least and largest dynamic target of the default params


def market() -> ExitMarket:
    """The engine benchmark's bars with holes, and columns at random."""
    rng = np.random.default_rng(SEED)
    panel = panel_of(peer.bars(SYMBOLS, LENGTH, SEED))
    gone = rng.random(panel.open.shape) < HOLES
    prices = {
        name: np.where(gone, np.nan, getattr(panel, name))
        for name in ("open", "high", "low", "close")
    }
    spread = np.where(gone, np.nan, rng.uniform(0.5, 3.0, gone.shape))
    columns = {name: rng.uniform(0.01, 0.05, gone.shape) for name in MARKET_COLUMNS}
    return ExitMarket(replace(panel, **prices, half_spread_bps=spread), columns)


def positions_at_random(exits: AdaptiveExits) -> Positions:
    """Signals anywhere, also where the entry's bar does not exist."""
    rng = np.random.default_rng(SEED)
    symbol = rng.integers(0, SYMBOLS, POSITIONS)
    signal = rng.integers(0, LENGTH - 1, POSITIONS)
    return build_positions(symbol, signal, rng.uniform(*TARGETS, POSITIONS), exits)


def demand_same(what: str, ours: Floats, theirs: Floats) -> None:
    """Stop where a column differs by more than the last digits."""
    if not np.allclose(ours, theirs, rtol=1e-5, atol=1e-7, equal_nan=True):
        raise SystemExit(f"{what} differs: a comparison of speed would mean nothing")


def rows_and_labels() -> None:
    """Kernels beside pandas, one thread."""
    params = store.read_params("execution", "exits")
    costs, exits = params.execution, params.exits
    world, positions = market(), positions_at_random(exits)
    made = (world, positions, costs, exits)
    paths = simulate_hold(*made)
    rows, theirs = build_exit_rows(*made), rows_by_pandas(*made)
    if not np.array_equal(rows.bar, theirs["bar"]):
        raise SystemExit("the rows differ: a comparison of speed would mean nothing")
    for place, name in enumerate(EXIT_FEATURES):
        demand_same(name, rows.features[:, place], theirs[name].to_numpy())
    labelled = (world, positions, rows, paths, costs)
    ours, plain = build_exit_labels(*labelled), labels_by_pandas(*labelled)
    for name in ExitLabels.__dataclass_fields__:
        demand_same(name, getattr(ours, name), plain[name].to_numpy())
    print(f"{POSITIONS:,} positions of {exits.cap_bars} bars, {len(rows):,} rows, one thread:")
    timed_beside_pandas(made, labelled)


def timed_beside_pandas(made: tuple[Any, ...], labelled: tuple[Any, ...]) -> None:
    """Print medians, and ratios of CPU time."""
    took = taking_turns(
        {
            "how holding ends": partial(simulate_hold, *made),
            "rows, pandas": partial(rows_by_pandas, *made),
            "rows, ours": partial(build_exit_rows, *made),
            "labels, pandas": partial(labels_by_pandas, *labelled),
            "labels, ours": partial(build_exit_labels, *labelled),
        },
        ROUNDS,
    )
    for name, row in took.items():
        ratio = ""
        if name.endswith("ours"):
            plain = took[name.replace("ours", "pandas")]
            ratio = f"  {plain.cpu_median / row.cpu_median:5.1f} x pandas"
        clock, cpu = 1e3 * row.median, 1e3 * row.cpu_median
        print(f"  {name:28s} {clock:9.1f} ms, {cpu:8.1f} ms of CPU{ratio}")


def phase_2(entries: Entries, world: ExitMarket, exits: AdaptiveExits) -> ExitRules:
    """Trailing stop by bar and exit scores at random; no boundary, as in the default params."""
    trail, decision = exits.trailing, exits.decision
    score = np.random.default_rng(SEED).random((len(entries), exits.cap_bars)) ** 4
    return ExitRules(
        None,
        Trailing(
            compute_trailing_distance(world, trail), trail.activation_frac, trail.break_even_floor
        ),
        ScoreExits(
            score, decision.full_probability, decision.partial_probability, decision.partial_frac
        ),
    )


def account() -> None:
    """The engine under phase 2's rules, at the density of its trades and always invested."""
    exits, world = store.read_params("exits").exits, market()
    for words, share in (("sparse, as phases trade", SPARSE), ("dense", DENSE)):
        orders = entries_at(share)
        target = np.random.default_rng(SEED).uniform(*TARGETS, len(orders))
        entries = replace(orders, target_frac=target)
        cases = {
            "phase-0 rules": ExitRules.phase_0(exits),
            "phase-2 rules": phase_2(entries, world, exits),
        }
        for name, rules in cases.items():
            trades = len(run(world.panel, entries, execution(), rules).trades)
            print(f"{words}, {trades:,} trades under {name}, one thread:")
        for row in taking_turns(work_of(world.panel, entries, cases), ROUNDS).values():
            shown(row)


def main() -> None:
    """Print both tables."""
    rows_and_labels()
    account()


if __name__ == "__main__":
    main()
