"""Runs on slices: no shock is the untouched window, deeper is never better, cash adds up."""

from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dipmaster import backtest
from dipmaster.backtest import ExitRules, Ledger
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.core.params import Stress
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.stress.account import (
    Controls,
    WindowRun,
    run_slice,
    slice_controls,
    switch_off,
)
from dipmaster.stress.run import remake_bars
from dipmaster.stress.scenarios import SCENARIOS
from dipmaster.stress.window import join_each, join_panels, slice_panel
from tests.stress.test_shocks import ZERO
from tests.stress.world import (
    World,
    execution,
    random_entries,
    random_panel,
    stress,
    trade,
    window,
    world,
)

BY_NAME = {one.name: one for one in SCENARIOS}
LONGEST = 36  # bars a position is held at most
BARS = st.integers(4 * BARS_PER_DAY, 9 * BARS_PER_DAY)
SOME = settings(max_examples=12, deadline=None, derandomize=True)


class Slice(NamedTuple):
    """A slice with a shock in it: its bars, orders, capital, and first bar on the panel."""

    panel: Panel
    controls: Controls
    capital: float
    begin: int


def cut(of: World, name: str, bar: int, section: Stress, on: bool = True) -> Slice:
    begin = of.account.last_flat_bar(bar)
    sliced = slice_controls(of.account.controls, begin, bar + section.window_days * BARS_PER_DAY)
    sliced = sliced if on else switch_off(sliced)
    costs = BY_NAME[name].change_execution(sliced.execution, section)
    remade = remake_bars(window(of, bar, section), BY_NAME[name], section)
    bars = join_panels(slice_panel(of.history.panel, begin, bar), remade)
    return Slice(bars, replace(sliced, execution=costs), float(of.account.equity[begin]), begin)


def run(of: World, name: str, bar: int, section: Stress, on: bool = True) -> tuple[WindowRun, int]:
    """The run, and the bar of the panel with which its slice begins."""
    one = cut(of, name, bar, section, on)
    return run_slice(one.panel, one.controls, one.capital, bar - one.begin), one.begin


def tables(one: Slice) -> Ledger:
    """What the engine writes for the same run."""
    account = one.controls.execution.model_copy(update={"capital": one.capital})
    return backtest.run_backtest(one.panel, one.controls.entries, account, one.controls.rules)


@cache
def uncontrolled(scored: bool) -> World:
    """The same market traded from its first bar without risk controls."""
    of = world(scored=scored)
    return trade(of.panel, switch_off(of.account.controls))


@pytest.mark.parametrize("name", ["untouched", *ZERO])
@SOME
@given(bar=BARS, scored=st.booleans(), on=st.booleans())
def test_no_shock_gives_the_untouched_window_back_trade_for_trade(
    name: str, bar: int, scored: bool, on: bool
) -> None:
    """Entries, exits, exit types and net fractions, and equity while both have the orders.

    With risk controls beside the untouched run, without them beside an untouched run that never
    had any.
    """
    of, section = (world if on else uncontrolled)(scored=scored), stress(**ZERO.get(name, {}))
    one = cut(of, name, bar, section, on)
    end, after = bar + section.window_days * BARS_PER_DAY, one.controls.entries
    theirs, ours = of.ledger.trades, tables(one).trades
    entry = of.panel.index_of(to_epoch_ms(theirs["entry_time"]))
    ordered = (entry > one.begin) & (entry + LONGEST < end)
    theirs = theirs[ordered].reset_index(drop=True)
    assert len(ours) == len(theirs) > 10
    assert int(after.signal_index.max()) + 1 + LONGEST < one.panel.bars
    # Only what missing bars kept open beyond the window leaves otherwise: at its last bar.
    closed = to_epoch_ms(theirs["exit_time"]) < of.panel.open_time[end - 1]
    assert closed.mean() > 0.95
    for column in ("symbol", "entry_time", "exit_time", "exit_type"):
        assert ours[column][closed].equals(theirs[column][closed])
    for column in ("return_frac", "weight_frac", "mfe_frac", "mae_frac"):
        np.testing.assert_allclose(ours[column][closed], theirs[column][closed], atol=1e-9)
    until = end - LONGEST - 1
    found, _ = run(of, name, bar, section, on)
    np.testing.assert_allclose(
        found.equity[: until - bar + 1], of.account.equity[bar - 1 : until], rtol=1e-9
    )


@SOME
@given(bar=BARS)
def test_positions_open_at_the_shock_are_those_of_the_untouched_run(bar: int) -> None:
    of = world()
    found, _ = run(of, "market_crash", bar, stress())
    held = sum(one.entry_bar < bar <= one.exit_bar for one in of.account.positions)
    assert found.open_at_shock == held


def test_the_account_is_flat_where_a_slice_begins() -> None:
    of = world()
    exposure = of.ledger.equity["exposure_frac"].to_numpy()
    np.testing.assert_array_equal(of.account.is_flat, exposure == 0.0)
    bars = [of.account.last_flat_bar(bar) for bar in range(1, of.panel.bars, 97)]
    assert all(exposure[bar] == 0.0 for bar in bars)


@pytest.mark.parametrize("name", [one.name for one in SCENARIOS])
@pytest.mark.parametrize("on", [True, False])
def test_the_ledger_stays_whole(name: str, on: bool) -> None:
    """The tables of the same run: cash and positions are the equity, every entry leaves once.

    Delisted, halted and frozen coins included: what they leave is marked at the last price.
    """
    of, bar = world(), 6 * BARS_PER_DAY + 40
    one = cut(of, name, bar, stress(), on)
    found, ledger = run(of, name, bar, stress(), on)[0], tables(one)
    equity = ledger.equity["equity"].to_numpy()
    np.testing.assert_allclose(found.equity, equity[bar - one.begin - 1 :], rtol=1e-12)
    fills = ledger.fills
    held = fills.assign(signed=np.where(fills["side"] == "buy", 1.0, -1.0) * fills["quantity"])
    assert held.groupby("trade_id")["signed"].sum().abs().max() < 1e-6
    assert ledger.equity["cash"].iloc[-1] == pytest.approx(ledger.equity["equity"].iloc[-1])
    net = ledger.trades["net_pnl"].sum()
    assert ledger.equity["equity"].iloc[-1] == pytest.approx(one.capital + net)
    assert (ledger.equity["equity"] > 0).all()


def test_a_delisted_coin_is_worth_its_last_price() -> None:
    """Bought before the shock, without a stop: 99 % of the position are lost, to the cost."""
    panel = random_panel(5, gaps=False)
    bar = 6 * BARS_PER_DAY
    entries = random_entries(panel, 1).take(np.array([0]))
    entries = replace(
        entries, symbol_index=np.array([0]), signal_index=np.array([bar - 3]),
        size_frac=np.array([0.1]), target_frac=np.array([np.inf]),
        stop_frac=np.array([np.inf]), max_holding_bars=np.array([200]),
    )  # fmt: skip
    of = trade(panel, Controls(entries, ExitRules(None), execution()))
    found, begin = run(of, "delisting", bar, stress())
    trip = found.trips[0]
    remade = remake_bars(window(of, bar, stress()), BY_NAME["delisting"], stress())
    assert trip["exit_bar"] + begin == bar + stress().window_days * BARS_PER_DAY - 1
    assert trip["exit_reference"] == remade.close[0, 71]
    lost = 0.1 * (1.0 - trip["exit_reference"] / trip["entry_reference"])
    assert found.equity[-1] / of.account.equity[begin] - 1.0 == pytest.approx(-lost, abs=5e-4)


@SOME
@given(bar=BARS, depths=st.lists(st.floats(0.01, 0.8), min_size=2, max_size=4, unique=True))
def test_a_deeper_crash_is_never_better_for_a_book_that_is_held(bar: int, depths: Any) -> None:
    """Long, bought before the shock, no stop and no target, held to the end of the window."""
    panel = random_panel(2, gaps=False)
    entries = random_entries(panel, 8).take(np.arange(4))
    entries = replace(
        entries, symbol_index=np.arange(4), signal_index=np.full(4, bar - 3),
        priority=np.zeros(4), size_frac=np.full(4, 0.2), target_frac=np.full(4, np.inf),
        stop_frac=np.full(4, np.inf), max_holding_bars=np.full(4, 2 * BARS_PER_DAY),
    )  # fmt: skip
    of = trade(panel, Controls(entries, ExitRules(None), execution()))
    for name, part in (("market_crash_scaled", "market_crash"), ("outage_crash", "outage")):
        key = "crash_return_frac" if part == "outage" else "return_frac"
        ends = [
            run(of, name, bar, stress(**{part: {key: -depth}}))[0].equity[-1]
            for depth in sorted(depths)
        ]
        assert np.all(np.diff(ends) < 0)


@SOME
@given(bar=BARS, fracs=st.lists(st.floats(1e-6, 1.0), min_size=2, max_size=4, unique=True))
def test_a_lower_last_price_is_never_better_for_who_holds_the_coin(bar: int, fracs: Any) -> None:
    panel = random_panel(2, gaps=False)
    entries = random_entries(panel, 8).take(np.arange(1))
    entries = replace(
        entries, symbol_index=np.zeros(1, np.int64), signal_index=np.full(1, bar - 3),
        size_frac=np.full(1, 0.2), target_frac=np.full(1, np.inf), stop_frac=np.full(1, np.inf),
        max_holding_bars=np.full(1, 2 * BARS_PER_DAY),
    )  # fmt: skip
    of = trade(panel, Controls(entries, ExitRules(None), execution()))
    ends = [
        run(of, "delisting", bar, stress(delisting={"last_price_frac": frac}))[0].equity[-1]
        for frac in sorted(fracs)
    ]
    assert np.all(np.diff(ends) > 0)


@SOME
@given(bar=BARS, multiples=st.tuples(st.floats(1, 20), st.floats(1, 20)), on=st.booleans())
def test_a_wider_spread_is_never_better_where_rules_do_not_see_it(
    bar: int, multiples: tuple[float, float], on: bool
) -> None:
    """Without the exits that look at net profit: those may wait for more, and gain by it."""
    of = world(scored=False)
    rules = replace(of.account.controls.rules, boundary_min_net_frac=None)
    fixed = replace(of.account.controls, rules=rules)
    plain = trade(of.panel, fixed)
    ends = [
        run(plain, "liquidity_drought", bar, stress(liquidity_drought={"multiple": m}), on)[0]
        for m in sorted(multiples)
    ]
    assert ends[1].equity[-1] <= ends[0].equity[-1] * (1 + 1e-12)


@SOME
@given(bar=BARS)
def test_dearer_fees_are_never_better_where_rules_do_not_see_them(bar: int) -> None:
    of = world(scored=False)
    rules = replace(of.account.controls.rules, boundary_min_net_frac=None)
    plain = trade(of.panel, replace(of.account.controls, rules=rules))
    ends = [run(plain, "fees_raised", bar, stress(fee_multiple=m))[0] for m in (1.0, 2.0, 3.0)]
    assert ends[0].equity[-1] > ends[1].equity[-1] > ends[2].equity[-1]


def test_switched_off_means_no_stop_no_trail_no_model_no_cap() -> None:
    controls = world().account.controls
    off = switch_off(controls)
    assert np.isinf(off.entries.stop_frac).all()
    assert (off.rules.trailing, off.rules.score) == (None, None)
    assert off.rules.boundary_min_net_frac == controls.rules.boundary_min_net_frac
    for name in ("target_frac", "max_holding_bars", "size_frac"):
        np.testing.assert_array_equal(getattr(off.entries, name), getattr(controls.entries, name))
    assert off.execution.max_exposure_frac == 1.0
    assert off.execution.max_position_frac == 1.0


def test_without_orders_the_account_stands_still() -> None:
    of, section = world(), stress()
    controls = of.account.controls
    none = slice_controls(replace(controls, entries=controls.entries.take(np.arange(0)),
                                  rules=ExitRules(None)), 100, 1000)  # fmt: skip
    found = run_slice(slice_panel(of.history.panel, 100, 1000), none, 5.0, 200)
    assert found.open_at_shock == 0
    np.testing.assert_array_equal(found.equity, np.full(701, 5.0))
    assert section.window_days > 0


def test_windows_joined_one_after_the_other_are_those_joined_alone() -> None:
    of, section, bar = world(), stress(), 6 * BARS_PER_DAY
    before, untouched = slice_panel(of.history.panel, bar - 40, bar), window(of, bar, section)
    remade = [remake_bars(untouched, BY_NAME[name], section) for name in sorted(BY_NAME)]
    joined = 0
    for panel, after in zip(join_each(before, remade), remade, strict=True):
        alone = join_panels(before, after)
        for name in ("open_time", "open", "high", "low", "close", "volume", "half_spread_bps"):
            np.testing.assert_array_equal(getattr(panel, name), getattr(alone, name))
        joined += 1
    assert joined == len(SCENARIOS)
    np.testing.assert_array_equal(untouched.panel.close, window(of, bar, section).panel.close)
