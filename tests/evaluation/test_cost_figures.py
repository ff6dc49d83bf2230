"""Costs a side, break-even and capacity: the engine's own ledgers in pandas, and few trades."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import ExitRules, build_entries, run_backtest
from dipmaster.core.panel import Panel, to_timestamps
from dipmaster.core.params import Execution, Exits
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.figures.costs import build_costs
from dipmaster.evaluation.figures.money import build_exposure, build_money, build_per_trade
from dipmaster.evaluation.figures.returns import annualise_return
from dipmaster.evaluation.statistics.period import Period
from tests.made.params import read_params

BARS = 60 * 288


@pytest.fixture(scope="module")
def panel(period: Period) -> Panel:
    rng = np.random.default_rng(11)
    close = 50 * np.exp(np.cumsum(0.002 * rng.standard_normal((2, BARS)), axis=1))
    opened = np.concatenate([np.full((2, 1), 50.0), close[:, :-1]], axis=1)
    high, low = 1.001 * np.maximum(opened, close), 0.999 * np.minimum(opened, close)
    time = period.first_ms + BAR_MS * np.arange(BARS, dtype=np.int64)
    volume, spread = rng.gamma(2.0, 500.0, (2, BARS)), 1.0 + rng.random((2, BARS))
    return Panel(("AUSDT", "BUSDT"), time, opened, high, low, close, volume, spread)


@pytest.fixture(scope="module")
def execution(project) -> Execution:
    return read_params("execution").execution


@pytest.fixture(scope="module")
def exits(project) -> Exits:
    return read_params("exits").exits


def trade(panel: Panel, execution: Execution, exits: Exits, count: int = 100):
    """So many candidates out of sample, all of them filled."""
    bar = np.arange(20 * 288 + 10, BARS - 100, 70)[:count]
    candidates = pd.DataFrame(
        {
            "candidate_id": np.arange(bar.size),
            "symbol": np.array(panel.symbols)[np.arange(bar.size) % 2],
            "open_time": to_timestamps(panel.open_time[bar]),
            "dip_z": 1.0,
            "volatility_class": np.int8(1),
        }
    )
    entries = build_entries(candidates, panel, execution, exits)
    return run_backtest(panel, entries, execution, ExitRules.phase_0(exits))


@pytest.fixture(scope="module")
def ledger(panel, execution, exits):
    return trade(panel, execution, exits)


def test_gross_to_net_adds_up(ledger, period) -> None:
    """In money over all trades, and in bps as means of the trades."""
    money = build_money(ledger.trades, ledger.fills, ledger.equity, period)
    costs = money.fees + money.half_spread_cost + money.slippage_cost + money.funding
    assert money.gross_pnl - costs == pytest.approx(money.net_pnl, rel=1e-9)
    assert money.slippage == pytest.approx(ledger.trades["slippage"].sum())
    assert min(money.fees, money.half_spread_cost, money.slippage_cost) > 0.0
    per = build_per_trade(ledger.trades, ledger.fills)
    parts = (per.mean_fees_bps, per.mean_half_spread_bps, per.mean_slippage_bps)
    assert sum(parts) + per.mean_funding_bps == pytest.approx(per.mean_cost_bps)
    assert per.mean_gross_bps - per.mean_cost_bps == pytest.approx(per.mean_net_bps)
    fills = ledger.fills.assign(value=ledger.fills["quantity"] * ledger.fills["reference_price"])
    bought = fills[fills["side"] == "buy"].set_index("trade_id")["value"]
    spread = fills.groupby("trade_id")["half_spread_cost"].sum()
    assert per.mean_half_spread_bps == pytest.approx(1e4 * (spread / bought).mean())


def test_the_mean_loss_leaves_out_what_broke_even(ledger) -> None:
    """A break-even trade is no loss, but counts where the win rate counts it: as not won."""
    returns = ledger.trades["return_frac"].to_numpy().copy()
    returns[:3] = 0.02, 0.0, -0.01
    trades, net = ledger.trades.assign(return_frac=returns), 1e4 * returns
    per = build_per_trade(trades, ledger.fills)
    win, loss, rest = net[net > 0].mean(), net[net < 0].mean(), net[net <= 0].mean()
    assert loss < rest
    assert per.mean_loss_bps == pytest.approx(loss)
    assert per.payoff == pytest.approx(win / -loss)
    assert per.break_even_win_rate == pytest.approx(-rest / (win - rest))


def test_turnover_and_return_of_a_year(ledger, period) -> None:
    """40 days out of sample are no year: turnover is scaled, the return is not."""
    money = build_money(ledger.trades, ledger.fills, ledger.equity, period)
    assert money.turnover_annual == pytest.approx(money.turnover * 365 / 40)
    assert money.annualised_return_frac is None


@pytest.mark.parametrize(
    ("total", "days", "expected"),
    [
        (0.21, 730.0, 0.10),
        (0.10, 365.0, 0.10),
        (0.10, 364.9, None),
        (None, 730.0, None),
        (-1.0, 730.0, -1.0),
        (-1.2, 730.0, -1.0),
        (0.0, 550.0, 0.0),
    ],
)
def test_a_year_of_a_return(total, days, expected) -> None:
    assert annualise_return(total, days) == (None if expected is None else pytest.approx(expected))


def test_exposure_again_from_the_trades(ledger, period) -> None:
    """Open at a close: entered in that bar or before, left in a later one."""
    equity = ledger.equity.set_index("time")["equity"]
    late = equity[pd.Timestamp(period.out_of_sample_ms, unit="ms", tz="UTC") :]
    is_open = pd.Series(False, index=late.index)
    for trade_ in ledger.trades.itertuples():
        is_open |= (late.index >= trade_.entry_time) & (late.index < trade_.exit_time)
    exposure = build_exposure(ledger.equity, period)
    assert 0.0 < exposure.time_in_market_frac == pytest.approx(is_open.mean())
    share = ledger.equity.set_index("time")["exposure_frac"][late.index]
    assert exposure.mean_frac == pytest.approx(share.mean())
    assert exposure.peak_frac == pytest.approx(share.max())


def test_days_without_bars_are_no_time_out_of_the_market(ledger, period) -> None:
    empty = tuple(range(30, 40))
    holed = replace(period, empty_days=empty)
    some = ledger.equity["exposure_frac"].to_numpy()[20 * 288 : 50 * 288]
    found = build_exposure(ledger.equity, holed)
    assert found.time_in_market_frac == pytest.approx(np.mean(some > 0))
    assert found.mean_frac == pytest.approx(some.mean())


def test_at_break_even_costs_nothing_is_left(ledger, panel) -> None:
    """The same trades charged that much on the value of every fill net nothing on average."""
    costs = build_costs(ledger.trades, ledger.fills, panel)
    fills = ledger.fills.assign(value=ledger.fills["quantity"] * ledger.fills["reference_price"])
    bought = fills[fills["side"] == "buy"].set_index("trade_id")["value"]
    traded = fills.groupby("trade_id")["value"].sum()
    trades = ledger.trades.set_index("trade_id")
    charged = 1e-4 * costs.break_even_bps_per_side * traded
    assert ((trades["gross_pnl"] - charged) / bought).mean() == pytest.approx(0.0, abs=1e-12)
    charged = 1e-4 * costs.cost_bps_per_side * traded
    net = ((trades["gross_pnl"] - charged) / bought).mean()
    assert net == pytest.approx(trades["return_frac"].mean(), rel=1e-9)
    # 10 bps fee, 1 bp slippage, 1.5 bps half-spread on average
    assert costs.cost_bps_per_side == pytest.approx(12.5, abs=0.1)


def test_capacity_in_pandas(ledger, panel) -> None:
    capacity = build_costs(ledger.trades, ledger.fills, panel).capacity
    trades = ledger.trades
    volume = pd.DataFrame(panel.volume.T, to_timestamps(panel.open_time), panel.symbols)
    rate = np.array(
        [one.quantity / volume.loc[one.entry_time, one.symbol] for one in trades.itertuples()]
    )
    assert (capacity.trades, capacity.reason) == (len(trades), "")
    assert capacity.participation_p50_frac == pytest.approx(np.median(rate))
    assert capacity.participation_p95_frac == pytest.approx(np.quantile(rate, 0.95))
    assert capacity.participation_max_frac == pytest.approx(rate.max())


def test_an_account_of_that_size_reaches_the_level(ledger, panel, execution, exits) -> None:
    """Traded again with it, five of a hundred orders take more than 1 % of their bar."""
    low, high = build_costs(ledger.trades, ledger.fills, panel).capacity.levels
    assert (low.participation_frac, high.participation_frac) == (0.01, 0.05)
    assert high.account_size == pytest.approx(5 * low.account_size)
    sized = execution.model_copy(update={"capital": low.account_size, "min_notional": 0.0})
    again = trade(panel, sized, exits)
    rate = build_costs(again.trades, again.fills, panel).capacity.participation_p95_frac
    assert rate == pytest.approx(0.01, rel=0.03)  # the account moved a little meanwhile


def test_a_coin_without_volume_is_left_out(ledger, panel) -> None:
    silent = replace(panel, volume=panel.volume * np.array([[0.0], [1.0]]))
    capacity = build_costs(ledger.trades, ledger.fills, silent).capacity
    assert capacity.trades == int((ledger.trades["symbol"] == "BUSDT").sum())
    unknown = replace(panel, volume=0.0 * panel.volume)
    capacity = build_costs(ledger.trades, ledger.fills, unknown).capacity
    assert (capacity.trades, capacity.reason) == (0, "volume not known")
    assert [one.account_size for one in capacity.levels] == [None, None]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_trades(panel, execution, exits, period, count: int) -> None:
    few = trade(panel, execution, exits, count)
    assert len(few.trades) == count
    costs = build_costs(few.trades, few.fills, panel)
    figures = (
        costs.cost_bps_per_side,
        costs.break_even_bps_per_side,
        costs.capacity.participation_p95_frac,
        costs.capacity.levels[0].account_size,
        build_per_trade(few.trades, few.fills).mean_half_spread_bps,
    )
    assert [figure is None for figure in figures] == [not count] * 5
    assert (costs.capacity.reason == "no trades") == (not count)
    money = build_money(few.trades, few.fills, few.equity, period)
    assert (money.turnover_annual > 0.0) == bool(count)
    exposure = build_exposure(few.equity, period)
    assert (exposure.peak_frac > 0.0) == (exposure.time_in_market_frac > 0.0) == bool(count)
