"""Break-even fees worked out by hand, and what more costs can never do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dipmaster.evaluation.run import judge_phase
from dipmaster.results.sensitivity import Performance
from dipmaster.sensitivity.costs import (
    PRICED,
    TOLERANCE_BPS,
    find_break_even,
    list_costs,
    price_phase,
)
from dipmaster.sensitivity.trading import sample_account, summarize, trade_again
from tests.sensitivity.conftest import (
    FREE,
    Account,
    Run,
    account,
    flat_panel,
    orders,
    random_panel,
)

ENTRY = 400  # out of sample
UP = 1.01


def rising(factor: float, **spread: float) -> Account:
    """One trade, bought at 100 and sold three bars later at `factor` times that."""
    panel = flat_panel(**spread)
    prices = {name: getattr(panel, name).copy() for name in ("open", "high", "low", "close")}
    for values in prices.values():
        values[:, ENTRY + 4 :] *= factor
    return account(replace(panel, **prices), orders([0], [ENTRY]), **FREE)


def performance_at(one: Account, fee: float, slippage: float) -> Performance:
    """As `price_phase`, without the gates' bootstrap."""
    changes = {"taker_fee_bps": fee, "slippage_bps": slippage}
    execution = one.context.params.execution.model_copy(update=changes)
    traded = trade_again(one.context, one.phase, execution=execution)
    return summarize(sample_account(traded, one.context.period))


def test_a_gain_of_a_hundredth_is_gone_at_the_fee_worked_out_by_hand() -> None:
    """100 (1 + f) = 101 (1 - f): f = 1 / 201, which is 49.75 bps."""
    one = rising(UP)
    even = find_break_even(one.context, one.phase)
    assert even.reason == ""
    assert even.fee_bps == pytest.approx(1e4 / 201.0, abs=TOLERANCE_BPS)


def test_where_nothing_is_earned_without_a_fee_there_is_none() -> None:
    lost, spread = rising(1.0 / UP), rising(UP, half_spread_bps=60.0)
    idle = account(flat_panel(), orders([], []))
    found = [find_break_even(one.context, one.phase) for one in (lost, spread, idle)]
    assert [even.fee_bps for even in found] == [None] * 3
    assert [even.reason for even in found] == [
        "there is no gross profit",
        "half-spread and slippage alone exceed gross profit",
        "no trade was made out of sample",
    ]


def test_a_gain_beyond_every_fee_is_not_searched_on() -> None:
    one = rising(1.5)
    assert find_break_even(one.context, one.phase).reason == "above 500 bps a side"


def test_net_per_notional_falls_by_the_fee_of_both_sides() -> None:
    one = rising(UP)
    points = [price_phase(one.context, one.phase, (fee, 0.0)) for fee in (0.0, 10.0)]
    assert points[0].net_bps == pytest.approx(100.0)
    assert points[1].net_bps == pytest.approx(100.0 - 10.0 * (1.0 + UP))
    assert [point.performance.trades for point in points] == [1, 1]


def test_without_trades_no_gate_has_a_value_and_nothing_is_judged() -> None:
    one = account(flat_panel(), orders([], []))
    point = price_phase(one.context, one.phase, (5.0, 1.0))
    assert point.net_bps is None
    assert {gate.verdict for gate in point.gates.values()} == {"INSUFFICIENT DATA"}
    assert point.gates["win_rate"].value is None


@settings(max_examples=25)
@given(
    st.integers(0, 50),
    st.floats(0.0, 40.0),
    st.floats(0.1, 40.0),
    st.sampled_from(["fee", "slippage"]),
)
def test_more_cost_never_more_profit(seed: int, cost: float, more: float, which: str) -> None:
    """With exits that do not look at the net profit."""
    signals = np.arange(300, 1100, 45)
    one = account(random_panel(seed), orders(np.arange(signals.size) % 2, signals))
    costs = [(cost, 1.0), (cost + more, 1.0)]
    if which == "slippage":
        costs = [(1.0, cost), (1.0, cost + more)]
    cheap, dear = (performance_at(one, *both) for both in costs)
    assert cheap.trades == dear.trades > 0
    assert dear.net_pnl < cheap.net_pnl


@settings(max_examples=25)
@given(st.integers(0, 200), st.floats(0.0, 60.0), st.floats(0.0, 20.0))
def test_profit_factor_net_profit_and_net_return_have_one_sign(
    seed: int, fee: float, slippage: float
) -> None:
    signals = np.arange(300, 1100, 45)
    one = account(random_panel(seed), orders(np.arange(signals.size) % 2, signals))
    found = performance_at(one, fee, slippage)
    assert found.net_return_frac is not None
    assert np.sign(found.net_return_frac) == np.sign(found.net_pnl)
    if found.profit_factor is not None:
        assert np.sign(found.profit_factor - 1.0) == np.sign(found.net_pnl)
    else:
        assert found.net_pnl > 0.0


@settings(max_examples=25)
@given(st.integers(0, 30))
def test_the_break_even_parts_profit_from_loss(seed: int) -> None:
    signals = np.arange(300, 1100, 60)
    one = account(random_panel(seed), orders(np.arange(signals.size) % 2, signals))
    fee = find_break_even(one.context, one.phase).fee_bps
    if fee is None:
        assert performance_at(one, 0.0, 1.0).net_pnl <= 0.0
        return
    below, above = (
        performance_at(one, fee + by, 1.0).net_pnl for by in (-TOLERANCE_BPS, TOLERANCE_BPS)
    )
    assert below > 0.0 >= above


@pytest.mark.slow
def test_at_the_costs_of_the_run_gates_are_those_of_the_run(run: Run) -> None:
    """Value, bounds and verdict: nothing is estimated in another way.

    A drawdown has no range here where the period is shorter than the horizon; its gate has one,
    which is not printed.
    """
    own = run.params.execution
    is_short = run.context.period.days < run.params.gates.drawdown_horizon_days
    for place, priced in enumerate(run.results.costs.phases):
        judged = judge_phase(run.context, run.completed[: place + 1])
        rows = {row.metric: row for row in judged.evaluation.gates.rows}
        (point,) = [one for one in priced.at(own.slippage_bps) if one.fee_bps == own.taker_fee_bps]
        assert set(point.gates) == set(PRICED)
        for key, gate in point.gates.items():
            row = rows[key]
            hides = key == "max_drawdown" and is_short
            bounds = (None, None) if hides else (row.low, row.high)
            expected = (row.target, row.value, *bounds, row.verdict)
            assert (gate.target, gate.value, gate.low, gate.high, gate.verdict) == expected


@pytest.mark.slow
def test_a_period_shorter_than_the_horizon_has_no_range_of_the_drawdown_at_any_cost(
    run: Run,
) -> None:
    assert run.context.period.days < run.params.gates.drawdown_horizon_days
    for priced in run.results.costs.phases:
        falls = [point.gates["max_drawdown"] for point in priced.points]
        assert all(one.value is not None and one.low is one.high is None for one in falls)


@pytest.mark.slow
def test_every_cost_is_there_once_and_those_of_the_run_are_among_them(run: Run) -> None:
    costs = list_costs(run.context)
    assert len(set(costs)) == len(costs)
    assert (run.params.execution.taker_fee_bps, run.params.execution.slippage_bps) in costs
    for one in run.results.costs.phases:
        assert [(point.fee_bps, point.slippage_bps) for point in one.points] == costs
