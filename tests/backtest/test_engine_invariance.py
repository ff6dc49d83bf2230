"""What another market leaves alone: the past of a changed future, fills of a prefix, shifted times,
the order of coins."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.backtest import ExitRules, Ledger, run_backtest
from dipmaster.core.panel import to_timestamps
from tests.backtest.made_worlds import ANY_MARKET, COSTS, SEEDS, limit_account, make_world

pytestmark = pytest.mark.slow


def _until(ledger: Ledger, time: pd.Timestamp) -> pd.DataFrame:
    fills = ledger.fills
    return fills[(fills["time"] <= time) & (fills["exit_type"] != "end_of_data")]


@ANY_MARKET
@given(SEEDS, st.integers(20, 230))
def test_the_future_changes_nothing_before_it(make: Any, seed: int, cut: int) -> None:
    panel, entries, rules = make_world(make, seed)
    other_panel = make.random_panel(seed + 1, symbols=4, bars=250)

    def changed(ours: Any, theirs: Any) -> Any:
        return np.concatenate([ours[:, : cut + 1], 3.0 * theirs[:, cut + 1 :]], axis=1)

    fields = ("open", "high", "low", "close", "volume", "half_spread_bps")
    later = replace(
        panel, **{f: changed(getattr(panel, f), getattr(other_panel, f)) for f in fields}
    )
    execution = limit_account(make)
    before, after = (
        run_backtest(panel, entries, execution, rules),
        run_backtest(later, entries, execution, rules),
    )
    time = to_timestamps(panel.open_time[[cut]])[0]
    pd.testing.assert_frame_equal(_until(before, time), _until(after, time), rtol=0, atol=0)
    marks = slice(0, cut + 1)
    pd.testing.assert_frame_equal(before.equity[marks], after.equity[marks], rtol=1e-12)


@ANY_MARKET
@given(SEEDS)
def test_a_prefix_gives_the_same_fills(make: Any, seed: int) -> None:
    panel, entries, rules = make_world(make, seed)
    cut = 140
    fields = ("open", "high", "low", "close", "volume", "half_spread_bps")
    short = replace(
        panel,
        open_time=panel.open_time[:cut],
        **{f: np.ascontiguousarray(getattr(panel, f)[:, :cut]) for f in fields},
        funding_frac=None if panel.funding_frac is None else panel.funding_frac[:, :cut],
    )
    known = entries.signal_index < cut
    trailing, score = rules.trailing, rules.score
    if trailing:
        trailing = replace(trailing, distance_frac=trailing.distance_frac[:, :cut])
    if score:
        score = replace(score, score=score.score[known])
    full = run_backtest(panel, entries, limit_account(make), rules)
    part = run_backtest(
        short,
        entries.take(known),
        limit_account(make),
        replace(rules, trailing=trailing, score=score),
    )
    time = to_timestamps(panel.open_time[[cut - 1]])[0]
    pd.testing.assert_frame_equal(_until(full, time), _until(part, time), rtol=0, atol=0)


@ANY_MARKET
@given(SEEDS, st.integers(1, 400))
def test_a_shift_by_whole_quarters_changes_only_times(make: Any, seed: int, quarters: int) -> None:
    panel, entries, rules = make_world(make, seed)
    shift = quarters * 900_000
    later = replace(panel, open_time=panel.open_time + shift)
    before, after = (
        run_backtest(p, entries, limit_account(make), rules).trades for p in (panel, later)
    )
    times = ["signal_time", "entry_time", "exit_time"]
    moved = before.assign(**{t: before[t] + pd.Timedelta(shift, "ms") for t in times})
    pd.testing.assert_frame_equal(moved, after, check_dtype=False)


@ANY_MARKET
@given(SEEDS)
def test_the_order_of_symbols_is_irrelevant_where_no_limit_binds(make: Any, seed: int) -> None:
    panel, entries, rules = make_world(make, seed)
    rules = ExitRules(rules.boundary_min_net_frac)
    entries = replace(entries, size_frac=np.full(len(entries), 0.01))
    order = np.array([2, 0, 3, 1])
    fields = ("open", "high", "low", "close", "volume", "half_spread_bps")
    mixed = replace(
        panel,
        symbols=tuple(panel.symbols[i] for i in order),
        **{f: getattr(panel, f)[order] for f in fields},
        funding_frac=None if panel.funding_frac is None else panel.funding_frac[order],
    )
    moved = replace(entries, symbol_index=np.argsort(order)[entries.symbol_index]).sort_orders()
    before = run_backtest(panel, entries, make.execution(**COSTS), rules).trades
    after = run_backtest(mixed, moved, make.execution(**COSTS), rules).trades
    key = ["entry_time", "symbol"]
    columns = [c for c in before.columns if c != "trade_id"]
    pd.testing.assert_frame_equal(
        before.sort_values(key, ignore_index=True)[columns],
        after.sort_values(key, ignore_index=True)[columns],
        rtol=1e-9,
    )
