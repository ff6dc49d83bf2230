"""Worst trades, tail of daily returns, concentration: by hand, in pandas, and of few trades."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.evaluation.figures.risk import (
    build_risk,
    find_days_held,
    find_worst_trades,
    measure_concentration,
    measure_daily_tail,
)
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import TradeSample, build_sample
from dipmaster.results.evaluation.risk import RiskFigures
from tests.made.params import read_params

BOUNDARY = 20 * 288
EXECUTION = read_params("execution").execution
EVERY = {"net_pnl_frac": 1.0, "absolute_pnl_frac": 1.0, "trades_frac": 1.0}


def trades_of(ledger_of: Callable, trip: Callable, period: Period, net: list[float]):
    """A trade every eight hours, and the sample of the account."""
    ledger = ledger_of([trip(BOUNDARY + 96 * k, 6, x) for k, x in enumerate(net)], period)
    return ledger.trades, build_sample(ledger.trades, ledger.equity, period)


def risk_of(trades: pd.DataFrame, sample: TradeSample, period: Period) -> RiskFigures:
    """With a stop at 1.5 % and fills of 500 a trade."""
    fills = pd.DataFrame(
        {
            "trade_id": trades["trade_id"],
            "side": "buy",
            "quantity": trades["quantity"],
            "reference_price": 100.0,
        }
    )
    return build_risk(trades, fills, sample, period, 0.015, EXECUTION)


def test_worst_trades_are_those_that_cost_most_of_the_equity(ledger_of, trip, period) -> None:
    """The smaller loss in bps is the larger loss of equity where the position was larger."""
    trades, _ = trades_of(ledger_of, trip, period, [5.0, -10.0, -8.0, 3.0])
    trades = trades.assign(weight_frac=[0.05, 0.05, 0.10, 0.05])
    worst = find_worst_trades(trades, 3)
    assert [one.trade_id for one in worst] == [2, 1, 3]
    assert worst[0].net_bps == pytest.approx(-160.0)
    assert worst[0].equity_frac == pytest.approx(-0.0016)
    assert (worst[0].symbol, worst[0].exit_type) == ("AUSDT", "stop")
    assert worst[0].entry_time == "2023-01-21T16:00:00Z"
    assert worst[0].exit_time == "2023-01-21T16:30:00Z"


@pytest.mark.parametrize("shown", [1, 10])
def test_worst_trades_in_pandas(ledger_of, trip, period, shown: int) -> None:
    net = np.random.default_rng(5).normal(0, 10, 40).round(2).tolist()
    trades, sample = trades_of(ledger_of, trip, period, net)
    expected = trades.assign(cost=trades["net_pnl"] / (trades["quantity"] * 100.0 / 0.05))
    expected = expected.nsmallest(shown, "cost")
    worst = find_worst_trades(trades, shown)
    assert [one.trade_id for one in worst] == expected["trade_id"].tolist()
    np.testing.assert_allclose([one.equity_frac for one in worst], expected["cost"])
    assert risk_of(trades, sample, period).worst_trades[:shown] == worst


@pytest.mark.parametrize("trades", [0, 1, 2])
def test_risk_of_few_trades(ledger_of, trip, period, trades: int) -> None:
    table, sample = trades_of(ledger_of, trip, period, [-5.0, 4.0][:trades])
    risk = risk_of(table, sample, period)
    assert len(risk.worst_trades) == trades
    tail = risk.daily_tail
    assert (tail.var_frac is None) == (tail.es_frac is None) == bool(tail.reason) == (not trades)
    assert tail.days == (40 if trades else 0)
    assert tail.losing_days == min(trades, 1)
    for one in (risk.by_symbol, risk.by_day):
        assert one.groups == min(trades, 1)
        shares = (one.trades_frac, one.herfindahl_trades, one.absolute_pnl_frac)
        assert shares == ((1.0,) * 3 if trades else (None,) * 3)
        assert (one.net_pnl_frac is None) == (not trades)
    if trades:  # 2 of 40 days are the tail: one lost 5 of 10,000, or 1 where the other won 4
        lost = 1.0 if trades == 2 else 5.0
        assert tail.es_frac == pytest.approx(lost / 10_000 / 2)
        assert tail.var_frac == 0.0


def test_the_tail_by_hand() -> None:
    """30 days: the worst 5 % are a day and a half."""
    returns = np.concatenate([[-0.10, 0.01, -0.04], np.full(27, 0.002)])
    tail = measure_daily_tail(returns)
    assert (tail.days, tail.losing_days, tail.level, tail.reason) == (30, 2, 0.95, "")
    assert tail.var_frac == pytest.approx(0.04)
    assert tail.es_frac == pytest.approx((0.10 + 0.5 * 0.04) / 1.5)


@pytest.mark.parametrize("days", [20, 40, 100, 140, 700])
def test_a_whole_number_of_days_is_their_mean(days: int) -> None:
    """140 x .05 is 7.000000000000001 in binary: no eighth day may come in."""
    returns = np.random.default_rng(days).normal(0.0, 0.01, days)
    worst = np.sort(returns)[: days // 20]
    tail = measure_daily_tail(returns)
    assert tail.var_frac == pytest.approx(-worst[-1])
    assert tail.es_frac == pytest.approx(-worst.mean())


@given(st.lists(st.floats(-0.2, 0.2), min_size=20, max_size=300))
def test_the_tail_is_the_mean_of_the_worst_mass(returns: list[float]) -> None:
    """Every day split into twenty equal parts: the tail is then a whole number of them."""
    values = np.array(returns)
    worst = np.sort(np.repeat(values, 20))[: values.size]
    tail = measure_daily_tail(values)
    assert tail.es_frac == pytest.approx(-worst.mean(), abs=1e-12)
    assert tail.var_frac == pytest.approx(-worst[-1], abs=1e-12)
    assert tail.es_frac >= tail.var_frac - 1e-12


def test_nineteen_days_have_no_tail() -> None:
    tail = measure_daily_tail(np.full(19, -0.01))
    assert (tail.var_frac, tail.es_frac) == (None, None)
    assert tail.reason == "19 days out of sample, minimum 20"


def test_days_held_are_those_from_entry_to_exit(ledger_of, trip, period) -> None:
    """Bought on day 2 before midnight and sold on day 3; bought and sold on day 7; burn-in out."""
    trips = [trip(BOUNDARY + 2 * 288 + 280, 20, 5.0), trip(BOUNDARY + 7 * 288 + 5, 3, -5.0)]
    ledger = ledger_of(trips, period)
    held = find_days_held(ledger.trades, period)
    assert held.size == 40
    assert np.flatnonzero(held).tolist() == [2, 3, 7]


def test_the_tail_of_days_held_leaves_the_idle_days_out(ledger_of, trip, period) -> None:
    """20 days with a trade, 20 without: of all 40 two days are the tail, of 20 one."""
    trips = [trip(BOUNDARY + 288 * day, 6, -8.0 if day == 3 else 1.0) for day in range(20)]
    ledger = ledger_of(trips, period)
    sample = build_sample(ledger.trades, ledger.equity, period)
    risk = risk_of(ledger.trades, sample, period)
    assert (risk.daily_tail.days, risk.held_tail.days) == (40, 20)
    lost = 8.0 / 10_003.0
    assert risk.held_tail.es_frac == pytest.approx(lost)
    assert risk.held_tail.var_frac == pytest.approx(lost)
    assert risk.daily_tail.es_frac == pytest.approx(lost / 2)
    assert risk.daily_tail.var_frac == 0.0
    few = risk_of(
        ledger.trades[:19], build_sample(ledger.trades[:19], ledger.equity, period), period
    )
    assert few.held_tail.reason == "19 days held, minimum 20"


def concentration_of(names: list[str], net: list[float], top: int):
    return measure_concentration(
        pd.Series(names, dtype="str"), pd.Series(net, dtype="float64"), top
    )


def test_concentration_by_hand() -> None:
    """a: 3 trades, -1; b: 2 trades, +6; c: 1 trade, +5. In all 6 trades, +10."""
    found = concentration_of(["a", "a", "a", "b", "b", "c"], [1.0, 1.0, -3.0, 4.0, 2.0, 5.0], 1)
    assert (found.groups, found.top) == (3, 1)
    assert (found.top_by_trades, found.top_by_pnl) == (("a",), ("b",))
    assert found.trades_frac == 0.5
    assert found.net_pnl_frac == pytest.approx(0.6)
    assert found.absolute_pnl_frac == pytest.approx(6 / 12)
    assert found.herfindahl_trades == pytest.approx((9 + 4 + 1) / 36)
    assert found.herfindahl_pnl == pytest.approx((1 + 36 + 25) / 144)


def test_of_a_loss_the_largest_losers_are_the_top() -> None:
    found = concentration_of(["a", "b", "c"], [4.0, -8.0, -6.0], 2)
    assert found.top_by_pnl == ("b", "c")
    assert found.net_pnl_frac == pytest.approx(1.4)  # 4 of 14 lost were won back
    assert found.absolute_pnl_frac == pytest.approx(14 / 18)


def test_a_total_of_zero_has_no_shares_of_it() -> None:
    found = concentration_of(["a", "b"], [4.0, -4.0], 1)
    assert (found.net_pnl_frac, found.absolute_pnl_frac) == (None, 0.5)
    flat = concentration_of(["a", "b"], [0.0, 0.0], 1)
    assert flat.absolute_pnl_frac is flat.herfindahl_pnl is None
    assert flat.herfindahl_trades == 0.5


def test_days_are_those_of_the_exit(ledger_of, trip, period) -> None:
    """One trade bought before midnight and sold after it."""
    ledger = ledger_of([trip(BOUNDARY + 286, 6, 5.0)], period)
    sample = build_sample(ledger.trades, ledger.equity, period)
    found = risk_of(ledger.trades, sample, period).by_day
    assert found.top_by_trades == found.top_by_pnl == ("2023-01-22",)
    assert {key: getattr(found, key) for key in EVERY} == EVERY
