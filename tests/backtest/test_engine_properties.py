"""What holds on any market: money is conserved, no overlap, no fill outside its bar, no future."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dipmaster.backtest import (
    Entries,
    ExitRules,
    Ledger,
    ScoreExitRule,
    TrailingStopRule,
    compute_equity,
    run_backtest,
    simulate_orders,
    trade_account,
)
from dipmaster.core.panel import Panel, to_timestamps

pytestmark = pytest.mark.slow

COSTS = {"taker_fee_bps": 10.0, "slippage_bps": 1.0}
SEEDS = st.integers(0, 2**32 - 1)
ANY_MARKET = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _world(make: Any, seed: int) -> tuple[Panel, Entries, ExitRules]:
    rng = np.random.default_rng(seed)
    panel = make.random_panel(seed, symbols=4, bars=250, funding=rng.random() < 0.5)
    cells = make.random_cells(seed, panel, 0.1)
    rows = len(cells)
    entries = make.entries(
        cells,
        max_holding_bars=rng.integers(1, 20, rows),
        size_frac=rng.uniform(0, 0.5, rows),
        target_frac=rng.choice([0.004, 0.01, np.inf], rows),
        stop_frac=rng.choice([0.004, 0.01, np.inf], rows),
    )
    trailing = TrailingStopRule(rng.uniform(0.001, 0.01, panel.open.shape), 0.004)
    score = ScoreExitRule(np.where(rng.random((rows, 9)) < 0.8, np.nan, rng.random((rows, 9))))
    rules = ExitRules(
        0.001 if rng.random() < 0.5 else None,
        trailing if rng.random() < 0.5 else None,
        score if rng.random() < 0.5 else None,
    )
    return panel, entries, rules


def _tight(make: Any) -> Any:
    return make.execution(**COSTS, max_position_frac=0.4, max_exposure_frac=0.9, max_positions=3)


def _bars(panel: Panel, times: Any) -> Any:
    return panel.index_of(times.astype("int64").to_numpy())


def _held(panel: Panel, fills: pd.DataFrame) -> Any:
    """Quantity of each symbol after the fills of each bar, from the fills alone."""
    held = np.zeros(panel.open.shape)
    for fill, u in zip(fills.itertuples(), _bars(panel, fills["time"]), strict=True):
        sign = 1.0 if fill.side == "buy" else -1.0
        held[panel.symbols.index(fill.symbol), u:] += sign * fill.quantity
    return held


def _funding_paid(panel: Panel, fills: pd.DataFrame) -> Any:
    """Paid up to the open of each bar: rate x price x what was held before it."""
    if panel.funding_frac is None:
        return np.zeros(panel.bars)
    traded = panel.volume > 0
    last = pd.DataFrame(np.where(traded, panel.close, np.nan).T).ffill().shift(1).to_numpy().T
    price = np.where(traded, panel.open, last)
    before = np.concatenate([np.zeros((len(panel.symbols), 1)), _held(panel, fills)[:, :-1]], 1)
    owed = np.where(np.abs(before) < 1e-9, 0.0, before * panel.funding_frac * price)
    return owed.sum(axis=0).cumsum()


@ANY_MARKET
@given(SEEDS)
def test_money_is_conserved(make: Any, seed: int) -> None:
    panel, entries, rules = _world(make, seed)
    ledger = run_backtest(panel, entries, _tight(make), rules)
    trades, fills, equity = ledger.trades, ledger.fills, ledger.equity
    net = trades["gross_pnl"] - trades["fees"] - trades["slippage"] - trades["funding"]
    np.testing.assert_allclose(trades["net_pnl"], net, atol=1e-9)
    np.testing.assert_allclose(equity["equity"].iloc[-1] - 1e5, trades["net_pnl"].sum(), atol=1e-6)
    side = np.where(fills["side"] == "buy", -1.0, 1.0)
    flow = side * fills["quantity"] * fills["price"] - fills["fee"]
    paid, bar = _funding_paid(panel, fills), _bars(panel, fills["time"])
    np.testing.assert_allclose(fills["cash_after"], 1e5 + flow.cumsum() - paid[bar], atol=1e-6)
    np.testing.assert_allclose(equity["cash"].iloc[-1], 1e5 + flow.sum() - paid[-1], atol=1e-6)
    np.testing.assert_allclose(trades["funding"].sum(), paid[-1], atol=1e-6)
    assert (fills["cash_after"] > -1e-6).all()
    assert len(trades) + sum(ledger.rejected.values()) == len(entries)


@ANY_MARKET
@given(SEEDS)
def test_cash_and_positions_are_the_equity_at_every_bar(make: Any, seed: int) -> None:
    """Quantities held come from the fills alone, prices from the bars alone."""
    panel, entries, rules = _world(make, seed)
    ledger = run_backtest(panel, entries, _tight(make), rules)
    held = _held(panel, ledger.fills)
    assert (held > -1e-9).all()
    traded = np.where(panel.volume > 0, panel.close, np.nan)
    known = pd.DataFrame(traded.T).ffill().to_numpy().T
    worth = np.nansum(np.where(np.abs(held) < 1e-9, 0.0, held * known), axis=0)
    np.testing.assert_allclose(ledger.equity["cash"] + worth, ledger.equity["equity"], atol=1e-6)
    np.testing.assert_allclose(
        ledger.equity["exposure_frac"], worth / ledger.equity["equity"], atol=1e-9
    )


@ANY_MARKET
@given(seed=SEEDS)
def test_equity_without_tables_is_that_of_the_table(make: Any, seed: int) -> None:
    """To the last bit, with partial sales and funding."""
    panel, entries, rules = _world(make, seed)
    execution = _tight(make)
    ledger = run_backtest(panel, entries, execution, rules)
    output = simulate_orders(panel, entries, execution, rules)
    equity = compute_equity(execution, output)
    np.testing.assert_array_equal(equity, ledger.equity["equity"].to_numpy())


@ANY_MARKET
@given(seed=SEEDS)
def test_an_account_without_tables_is_that_of_the_tables(make: Any, seed: int) -> None:
    """To the last bit, with partial sales and funding."""
    panel, entries, rules = _world(make, seed)
    ledger = run_backtest(panel, entries, _tight(make), rules)
    account = trade_account(panel, entries, _tight(make), rules)
    for name in ("gross_pnl", "net_pnl", "return_frac"):
        np.testing.assert_array_equal(getattr(account, name), ledger.trades[name].to_numpy())
    np.testing.assert_array_equal(account.equity, ledger.equity["equity"].to_numpy())
    np.testing.assert_array_equal(to_timestamps(account.entry_time), ledger.trades["entry_time"])
    names = [panel.symbols[row] for row in account.symbol_index]
    assert names == ledger.trades["symbol"].tolist()
    bought = ledger.fills[ledger.fills["side"] == "buy"].set_index("trade_id")
    notional = (bought["quantity"] * bought["reference_price"]).reindex(ledger.trades["trade_id"])
    np.testing.assert_array_equal(account.notional, notional.to_numpy())


@ANY_MARKET
@given(SEEDS)
def test_one_position_a_symbol_and_every_entry_leaves_whole(make: Any, seed: int) -> None:
    panel, entries, rules = _world(make, seed)
    ledger = run_backtest(panel, entries, _tight(make), rules)
    for _, trades in ledger.trades.groupby("symbol"):
        before, after = trades["exit_time"].iloc[:-1], trades["entry_time"].iloc[1:]
        assert (before.to_numpy() <= after.to_numpy()).all()
    signed = ledger.fills["quantity"].where(
        ledger.fills["side"] == "sell", -ledger.fills["quantity"]
    )
    remaining_quantity = signed.groupby(ledger.fills["trade_id"]).sum()
    np.testing.assert_allclose(remaining_quantity, 0.0, atol=1e-9)
    assert sorted(remaining_quantity.index) == ledger.trades["trade_id"].tolist()


@ANY_MARKET
@given(SEEDS)
def test_no_fill_outside_its_bar(make: Any, seed: int) -> None:
    panel, entries, rules = _world(make, seed)
    ledger = run_backtest(panel, entries, _tight(make), rules)
    fills = ledger.fills[ledger.fills["exit_type"] != "end_of_data"]
    k = pd.Index(panel.symbols).get_indexer(pd.Index(fills["symbol"]))
    u = panel.index_of(fills["time"].astype("int64").to_numpy())
    price = fills["reference_price"].to_numpy()
    assert (price >= panel.low[k, u] - 1e-9).all()
    assert (price <= panel.high[k, u] + 1e-9).all()
    assert (panel.volume[k, u] > 0).all(), "nothing fills where nobody trades"
    at_open = fills["exit_type"].isin(
        ["entry", "time_limit", "quarter_hour", "optimal_timing", "profit_taking"]
    )
    np.testing.assert_array_equal(price[at_open], panel.open[k, u][at_open])
    trades = ledger.trades[ledger.trades["exit_type"] == "target"]
    k = pd.Index(panel.symbols).get_indexer(pd.Index(trades["symbol"]))
    u = panel.index_of(trades["exit_time"].astype("int64").to_numpy())
    stop = entries.stop_frac[pd.Index(entries.candidate_id).get_indexer(trades["candidate_id"])]
    entry = panel.open[k, panel.index_of(trades["entry_time"].astype("int64").to_numpy())]
    assert (panel.low[k, u] > entry * (1 - stop)).all(), "the stop goes first"


def _until(ledger: Ledger, time: pd.Timestamp) -> pd.DataFrame:
    fills = ledger.fills
    return fills[(fills["time"] <= time) & (fills["exit_type"] != "end_of_data")]


@ANY_MARKET
@given(SEEDS, st.integers(20, 230))
def test_the_future_changes_nothing_before_it(make: Any, seed: int, cut: int) -> None:
    panel, entries, rules = _world(make, seed)
    other_panel = make.random_panel(seed + 1, symbols=4, bars=250)

    def changed(ours: Any, theirs: Any) -> Any:
        return np.concatenate([ours[:, : cut + 1], 3.0 * theirs[:, cut + 1 :]], axis=1)

    fields = ("open", "high", "low", "close", "volume", "half_spread_bps")
    later = replace(
        panel, **{f: changed(getattr(panel, f), getattr(other_panel, f)) for f in fields}
    )
    execution = _tight(make)
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
    panel, entries, rules = _world(make, seed)
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
    full = run_backtest(panel, entries, _tight(make), rules)
    part = run_backtest(
        short, entries.take(known), _tight(make), replace(rules, trailing=trailing, score=score)
    )
    time = to_timestamps(panel.open_time[[cut - 1]])[0]
    pd.testing.assert_frame_equal(_until(full, time), _until(part, time), rtol=0, atol=0)


@ANY_MARKET
@given(SEEDS, st.integers(1, 400))
def test_a_shift_by_whole_quarters_changes_only_times(make: Any, seed: int, quarters: int) -> None:
    panel, entries, rules = _world(make, seed)
    shift = quarters * 900_000
    later = replace(panel, open_time=panel.open_time + shift)
    before, after = (run_backtest(p, entries, _tight(make), rules).trades for p in (panel, later))
    times = ["signal_time", "entry_time", "exit_time"]
    moved = before.assign(**{t: before[t] + pd.Timedelta(shift, "ms") for t in times})
    pd.testing.assert_frame_equal(moved, after, check_dtype=False)


@ANY_MARKET
@given(SEEDS)
def test_the_order_of_symbols_is_irrelevant_where_no_limit_binds(make: Any, seed: int) -> None:
    panel, entries, rules = _world(make, seed)
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


@ANY_MARKET
@given(SEEDS, st.floats(0, 50), st.floats(0, 20))
def test_more_cost_is_never_more_profit(make: Any, seed: int, fee: float, slip: float) -> None:
    """With exits that do not look at costs (no boundary, no break-even) the trades are the same."""
    panel, entries, rules = _world(make, seed)
    trailing = replace(rules.trailing, break_even_floor=False) if rules.trailing else None
    rules = ExitRules(None, trailing, rules.score)
    entries = replace(entries, size_frac=np.full(len(entries), 0.01))
    free = run_backtest(panel, entries, make.execution(), rules).trades
    dear = run_backtest(
        panel, entries, make.execution(taker_fee_bps=fee, slippage_bps=slip), rules
    ).trades
    same = ["candidate_id", "entry_time", "exit_time", "exit_type"]
    pd.testing.assert_frame_equal(free[same], dear[same])
    assert (dear["return_frac"] <= free["return_frac"] + 1e-12).all()


def test_two_runs_give_the_same_bytes(make: Any) -> None:
    panel, entries, rules = _world(make, 77)
    first, second = (run_backtest(panel, entries, _tight(make), rules) for _ in range(2))
    for a, b in zip(
        (first.trades, first.fills, first.equity),
        (second.trades, second.fills, second.equity),
        strict=True,
    ):
        pd.testing.assert_frame_equal(a, b, rtol=0, atol=0)
