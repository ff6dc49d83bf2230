"""What holds on any market: money is conserved, no overlap, no fill outside its bar."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.backtest import (
    ExitRules,
    compute_equity,
    run_backtest,
    simulate_orders,
    trade_account,
)
from dipmaster.core.panel import Panel, to_timestamps
from tests.backtest.made_worlds import ANY_MARKET, SEEDS, limit_account, make_world

pytestmark = pytest.mark.slow


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
    panel, entries, rules = make_world(make, seed)
    ledger = run_backtest(panel, entries, limit_account(make), rules)
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
    panel, entries, rules = make_world(make, seed)
    ledger = run_backtest(panel, entries, limit_account(make), rules)
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
    panel, entries, rules = make_world(make, seed)
    execution = limit_account(make)
    ledger = run_backtest(panel, entries, execution, rules)
    output = simulate_orders(panel, entries, execution, rules)
    equity = compute_equity(execution, output)
    np.testing.assert_array_equal(equity, ledger.equity["equity"].to_numpy())


@ANY_MARKET
@given(seed=SEEDS)
def test_an_account_without_tables_is_that_of_the_tables(make: Any, seed: int) -> None:
    """To the last bit, with partial sales and funding."""
    panel, entries, rules = make_world(make, seed)
    ledger = run_backtest(panel, entries, limit_account(make), rules)
    account = trade_account(panel, entries, limit_account(make), rules)
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
    panel, entries, rules = make_world(make, seed)
    ledger = run_backtest(panel, entries, limit_account(make), rules)
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
    panel, entries, rules = make_world(make, seed)
    ledger = run_backtest(panel, entries, limit_account(make), rules)
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


@ANY_MARKET
@given(SEEDS, st.floats(0, 50), st.floats(0, 20))
def test_more_cost_is_never_more_profit(make: Any, seed: int, fee: float, slip: float) -> None:
    """With exits that do not look at costs (no boundary, no break-even) the trades are the same."""
    panel, entries, rules = make_world(make, seed)
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
    panel, entries, rules = make_world(make, 77)
    first, second = (run_backtest(panel, entries, limit_account(make), rules) for _ in range(2))
    for a, b in zip(
        (first.trades, first.fills, first.equity),
        (second.trades, second.fills, second.equity),
        strict=True,
    ):
        pd.testing.assert_frame_equal(a, b, rtol=0, atol=0)
