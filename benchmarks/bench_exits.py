"""Speed of phase 2: ``python -m benchmarks.bench_exits``.

Rows and labels of 20,000 positions of 36 bars beside the plain pandas way of making
them, whose equality is checked before anything is timed; then the account under phase 2's
rules. Contenders run in one process, taking turns; ratios carry over to other machines.
"""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from benchmarks import record_vectorbt as peer
from benchmarks.bench_engine import (
    DENSE,
    LENGTH,
    SPARSE,
    SYMBOLS,
    build_panel,
    make_entries,
    make_execution,
    prepare_work,
    print_row,
    time_interleaved,
)
from benchmarks.pandas_exits import build_labels_by_pandas, build_rows_by_pandas
from dipmaster.backtest import Entries, ExitRules, ScoreExitRule, TrailingStopRule, run_backtest
from dipmaster.core import store
from dipmaster.core.kernels import Floats
from dipmaster.core.params import AdaptiveExits
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.exits import build_exit_labels, build_exit_rows, build_positions, simulate_hold
from dipmaster.exits.arrays import ExitLabels, Positions
from dipmaster.exits.market import MARKET_COLUMNS, ExitMarket
from dipmaster.exits.trailing import compute_trailing_distance

POSITIONS, SEED, ROUNDS, HOLES = 20_000, 11, 7, 0.001
TARGETS = 0.00588, 0.01124  # least and largest dynamic target of the default params


def make_exit_market() -> ExitMarket:
    """The engine benchmark's bars with holes, and columns at random."""
    rng = np.random.default_rng(SEED)
    panel = build_panel(peer.make_bars(SYMBOLS, LENGTH, SEED))
    missing = rng.random(panel.open.shape) < HOLES
    prices = {
        name: np.where(missing, np.nan, getattr(panel, name))
        for name in ("open", "high", "low", "close")
    }
    spread = np.where(missing, np.nan, rng.uniform(0.5, 3.0, missing.shape))
    columns = {name: rng.uniform(0.01, 0.05, missing.shape) for name in MARKET_COLUMNS}
    return ExitMarket(replace(panel, **prices, half_spread_bps=spread), columns)


def draw_positions(exits: AdaptiveExits) -> Positions:
    """Signals anywhere, also where the entry's bar does not exist."""
    rng = np.random.default_rng(SEED)
    symbol = rng.integers(0, SYMBOLS, POSITIONS)
    signal = rng.integers(0, LENGTH - 1, POSITIONS)
    return build_positions(symbol, signal, rng.uniform(*TARGETS, POSITIONS), exits)


def require_equal(what: str, ours: Floats, theirs: Floats) -> None:
    """Stop where a column differs by more than the last digits."""
    if not np.allclose(ours, theirs, rtol=1e-5, atol=1e-7, equal_nan=True):
        raise SystemExit(f"{what} differs: a comparison of speed would mean nothing")


def compare_rows_and_labels() -> None:
    """Kernels beside pandas, one thread."""
    params = store.read_params("execution", "exits")
    costs, exits = params.execution, params.exits
    exit_market, positions = make_exit_market(), draw_positions(exits)
    row_arguments = (exit_market, positions, costs, exits)
    paths = simulate_hold(*row_arguments)
    rows, pandas_rows = build_exit_rows(*row_arguments), build_rows_by_pandas(*row_arguments)
    if not np.array_equal(rows.bar, pandas_rows["bar"]):
        raise SystemExit("the rows differ: a comparison of speed would mean nothing")
    for column, name in enumerate(EXIT_FEATURES):
        require_equal(name, rows.features[:, column], pandas_rows[name].to_numpy())
    label_arguments = (exit_market, positions, rows, paths, costs)
    our_labels, pandas_labels = (
        build_exit_labels(*label_arguments),
        build_labels_by_pandas(*label_arguments),
    )
    for name in ExitLabels.__dataclass_fields__:
        require_equal(name, getattr(our_labels, name), pandas_labels[name].to_numpy())
    print(
        f"{POSITIONS:,} positions of {exits.max_holding_bars} bars, {len(rows):,} rows, one thread:"
    )
    time_beside_pandas(row_arguments, label_arguments)


def time_beside_pandas(row_arguments: tuple[Any, ...], label_arguments: tuple[Any, ...]) -> None:
    """Print medians, and ratios of CPU time."""
    timings = time_interleaved(
        {
            "how holding ends": partial(simulate_hold, *row_arguments),
            "rows, pandas": partial(build_rows_by_pandas, *row_arguments),
            "rows, ours": partial(build_exit_rows, *row_arguments),
            "labels, pandas": partial(build_labels_by_pandas, *label_arguments),
            "labels, ours": partial(build_exit_labels, *label_arguments),
        },
        ROUNDS,
    )
    for name, row in timings.items():
        ratio = ""
        if name.endswith("ours"):
            pandas_row = timings[name.replace("ours", "pandas")]
            ratio = f"  {pandas_row.cpu_median / row.cpu_median:5.1f} x pandas"
        clock, cpu = 1e3 * row.median, 1e3 * row.cpu_median
        print(f"  {name:28s} {clock:9.1f} ms, {cpu:8.1f} ms of CPU{ratio}")


def make_phase_2_rules(
    entries: Entries, exit_market: ExitMarket, exits: AdaptiveExits
) -> ExitRules:
    """Trailing stop by bar and exit scores at random; no boundary, as in the default params."""
    trailing, decision = exits.trailing, exits.decision
    score = np.random.default_rng(SEED).random((len(entries), exits.max_holding_bars)) ** 4
    return ExitRules(
        None,
        TrailingStopRule(
            compute_trailing_distance(exit_market, trailing),
            trailing.activation_frac,
            trailing.break_even_floor,
        ),
        ScoreExitRule(
            score, decision.full_probability, decision.partial_probability, decision.partial_frac
        ),
    )


def time_account() -> None:
    """The engine under phase 2's rules, at the density of its trades and always invested."""
    exits, exit_market = store.read_params("exits").exits, make_exit_market()
    for density, share in (("sparse, as phases trade", SPARSE), ("dense", DENSE)):
        orders = make_entries(share)
        target = np.random.default_rng(SEED).uniform(*TARGETS, len(orders))
        entries = replace(orders, target_frac=target)
        cases = {
            "phase-0 rules": ExitRules.phase_0(exits),
            "phase-2 rules": make_phase_2_rules(entries, exit_market, exits),
        }
        for name, rules in cases.items():
            trades = len(run_backtest(exit_market.panel, entries, make_execution(), rules).trades)
            print(f"{density}, {trades:,} trades under {name}, one thread:")
        for row in time_interleaved(
            prepare_work(exit_market.panel, entries, cases), ROUNDS
        ).values():
            print_row(row)


def main() -> None:
    """Print both tables."""
    compare_rows_and_labels()
    time_account()


if __name__ == "__main__":
    main()
