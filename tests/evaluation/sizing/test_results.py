"""What sizing did: counts, components, displaced trades, ablation, accounts and claims."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import metrics
from dipmaster.evaluation.claims import list_claims
from dipmaster.evaluation.comparison import compare_phases
from dipmaster.evaluation.phases.sizing import claims
from dipmaster.evaluation.phases.sizing.ablation import list_variants, trade_sizes
from dipmaster.evaluation.phases.sizing.claims import compare_relative_sharpe, measure_claims
from dipmaster.evaluation.phases.sizing.displacement import find_displaced
from dipmaster.evaluation.phases.sizing.orders import measure_order_components
from dipmaster.evaluation.run import judge_phase
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.sample import select_out_of_sample
from dipmaster.report.kit.numbers import typeset
from dipmaster.results.evaluation.sizing import SizingResults
from dipmaster.results.serialisation import from_json, to_json
from dipmaster.sizing import combine

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def context(sized, few_data):
    context = sized.context()
    context.params.gates = few_data
    return context


@pytest.fixture(scope="module")
def judged(context, traded):
    return [judge_phase(context, traded[: at + 1]) for at in range(len(traded))]


@pytest.fixture(scope="module")
def own(context, judged):
    evaluations = {one.phase.number: one for one in judged}
    ledgers = {number: one.ledger for number, one in evaluations.items()}
    after, before = (evaluations[n].evaluation for n in (3, 2))
    change = compare_phases(after, before, ledgers, context.period, context.params.gates)
    return judged[3].phase.own_results(context, judged, {3: change})


@pytest.fixture(scope="module")
def figures(own) -> SizingResults:
    return own.sections["sizing"]


@pytest.fixture(scope="module")
def trades(judged, context):
    return [select_out_of_sample(one.ledger.trades, context.period) for one in judged]


def test_checks_hold_and_results_come_back_from_json(judged, figures) -> None:
    assert judged[3].evaluation.broken == []
    assert from_json(SizingResults, to_json(figures)) == figures


def test_counts_add_up(figures, trades) -> None:
    counts = figures.counts
    assert counts.trades == len(trades[3])
    assert counts.orders - counts.kelly_zero == len(trades[3])  # every order found money
    assert 0 < counts.kelly_zero < counts.orders
    assert counts.capped_by_position == (trades[3]["binding_cap"] == "position").sum() > 0
    assert counts.unknown_factor >= 1
    assert counts.scalar_at_min + counts.scalar_at_max < counts.orders


def test_components_are_those_of_the_ledger(figures, trades) -> None:
    rows = {row.component: row for row in figures.components}
    for name in ("p", "payoff", "size_frac", "weight_frac"):
        values = trades[3][name].dropna()
        assert rows[name].n == len(values)
        assert rows[name].median == pytest.approx(values.median())
        assert rows[name].max == values.max()


def test_trades_are_explained(figures, trades) -> None:
    largest, middle, smallest = figures.explained
    weights = trades[3]["weight_frac"]
    assert largest.weight_frac == weights.max()
    assert smallest.weight_frac == weights.min()
    assert smallest.weight_frac <= middle.weight_frac <= largest.weight_frac
    for one in figures.explained:
        assert one.words.startswith(f"{100 * one.size_frac:.2f} % = Kelly")
        parts = one.kelly, one.vol_scalar, one.regime_factor, one.spillover_factor
        assert np.prod([*parts, one.intraday_factor]) == pytest.approx(one.size_frac)


def test_displaced_trades_are_named(figures, trades, judged, context) -> None:
    moved = figures.displacement
    gone = set(trades[2]["candidate_id"]) - set(trades[3]["candidate_id"])
    assert {one.candidate_id for one in moved.displaced} == gone
    assert moved.kelly_zero == len(gone) > 0
    assert {one.by for one in moved.displaced} == {"kelly_zero"}
    small = judged[3].orders.entries
    tiny = replace(small, size_frac=np.full(len(small), 1e-7))
    few = trades[3].iloc[5:]
    found = find_displaced(trades[3], few, tiny, judged[3].ledger, context.params.execution)
    assert found.below_min_notional == 5
    whole = find_displaced(trades[3], few, small, judged[3].ledger, context.params.execution)
    assert whole.account_limits == 5
    back = find_displaced(few, trades[3], small, judged[3].ledger, context.params.execution)
    assert back.n_added == len(back.added) == 5


def test_ablation_replaces_one_component(figures, sized, traded, context, judged) -> None:
    rows = {row.component: row for row in figures.ablation}
    assert list(rows) == [
        "kelly", "recalibration", "p", "payoff", "forecast", "vol_scalar", "regime_factor",
        "spillover_factor", "intraday_factor",
    ]  # fmt: skip
    components = measure_order_components(context, sized.inputs, traded[2])
    orders = traded[2].orders.entries
    unscaled = replace(components, vol_scalar=np.ones(len(orders)))
    sizes = combine(unscaled, orders.size_frac, sized.sizing)
    ledger = trade_sizes(context, traded[3].exit_policy, orders, sizes)
    late = select_out_of_sample(ledger.trades, context.period)
    row = rows["vol_scalar"]
    assert row.trades == len(late)
    assert row.mean_weight_frac == pytest.approx(late["weight_frac"].mean())
    factor = metrics.profit_factor(late["net_pnl"].to_numpy(), late["return_frac"].to_numpy())
    assert row.profit_factor == pytest.approx(factor)
    before = metrics.sharpe_annual(judged[3].evaluation.sample.days.returns)
    assert row.change.sharpe.value == pytest.approx(row.sharpe - before)
    assert rows["kelly"].trades == len(trades_of(judged[2], context))


def test_another_forecast_moves_the_scalar_alone(figures, sized, traded, context, judged) -> None:
    """What the choice of the forecast costs in money: the same trades, sized by the other one."""
    row = next(row for row in figures.ablation if row.component == "forecast")
    orders = traded[2].orders.entries
    at_signal = dict(sized.inputs.at_signal)
    at_signal["forecast_daily_frac"] = at_signal["har_range_daily_frac"]
    components = measure_order_components(
        context, replace(sized.inputs, at_signal=at_signal), traded[2]
    )
    sizes = combine(components, orders.size_frac, sized.sizing)
    ledger = trade_sizes(context, traded[3].exit_policy, orders, sizes)
    late = select_out_of_sample(ledger.trades, context.period)
    assert row.trades == len(late)
    assert row.mean_weight_frac == pytest.approx(late["weight_frac"].mean())
    growth = judged[3].evaluation.sample.days.growth
    assert row.change.net_return.value == pytest.approx(row.net_return - (np.prod(growth) - 1.0))
    assert row.change.net_return.value != 0.0


def test_the_forecast_in_use_again_changes_nothing(sized, traded, context) -> None:
    components = measure_order_components(context, sized.inputs, traded[2])
    rows = traded[2].orders.entries.candidate_id
    same = sized.inputs.at_signal["forecast_daily_frac"][rows]
    variants = list_variants(components.p, components.payoff, same)
    variant = next(v for v in variants if v.component == "forecast")
    found, _ = variant.apply(components, sized.sizing)
    assert found.vol_scalar.tobytes() == components.vol_scalar.tobytes()
    assert found.forecast_annual_frac.tobytes() == components.forecast_annual_frac.tobytes()


def trades_of(phase, context):
    return select_out_of_sample(phase.ledger.trades, context.period)


def test_a_component_of_one_changes_nothing(sized, traded, context, judged) -> None:
    """The full product again: the same ledger, so every change is 0."""
    orders = traded[2].orders.entries
    components = measure_order_components(context, sized.inputs, traded[2])
    sizes = combine(components, orders.size_frac, sized.sizing)
    ledger = trade_sizes(context, traded[3].exit_policy, orders, sizes)
    assert ledger.trades.equals(traded[3].ledger.trades)


def test_the_mean_of_p_so_far_knows_no_later_order(sized, traded, context) -> None:
    components = measure_order_components(context, sized.inputs, traded[2])
    variants = list_variants(components.p, components.payoff, components.p)
    variant = next(v for v in variants if v.component == "p")
    whole, _ = variant.apply(components, sized.sizing)
    half = components.p.size // 2
    other = replace(components, p=np.where(np.arange(components.p.size) < half, components.p, 0.1))
    cut, _ = variant.apply(other, sized.sizing)
    assert whole.p[:half].tobytes() == cut.p[:half].tobytes()
    assert whole.p[-1] != cut.p[-1]


def test_accounts_through_time(figures, judged, context) -> None:
    assert [one.phase for one in figures.exposure] == [0, 1, 2, 3]
    for one, phase in zip(figures.exposure, judged, strict=True):
        late = phase.ledger.equity["exposure_frac"].to_numpy()[-context.period.days * 288 :]
        assert one.mean_frac[0] == pytest.approx(late[: 7 * 288].mean())
        assert len(one.mean_frac) == len(one.turnover) == -(-context.period.days // 7)
        start = pd.Timestamp(context.period.out_of_sample_ms, unit="ms", tz="UTC")
        fills, equity = phase.ledger.fills, phase.ledger.equity
        second = [start + pd.Timedelta(days=days) for days in (7, 14)]
        traded = fills[(fills["time"] >= second[0]) & (fills["time"] < second[1])]
        mean = equity["equity"][equity["time"].between(*second, inclusive="left")].mean()
        value = (traded["quantity"] * traded["reference_price"]).sum()
        assert one.turnover[1] == pytest.approx(value / mean)
        assert len(traded) > 2
    quantiles = {one.phase: one for one in figures.drawdown}
    assert list(quantiles) == [2, 3]
    for one in quantiles.values():
        assert list(one.frac) == sorted(one.frac)
        assert 0.0 <= one.within_limit_frac <= 1.0
    measured = figures.drawdown_arithmetic.measured_volatility
    returns = judged[3].evaluation.sample.days.returns
    assert measured["3"] == pytest.approx(returns.std(ddof=1) * np.sqrt(365))


def test_three_claims_replace_those_that_nobody_measured(own, figures, judged) -> None:
    lines = {one.id: one for one in list_claims(own.claims, (0, 1, 2, 3))}
    assert [one.id for one in own.claims] == ["3.sharpe", "3.targeting", "3.risk_adjusted"]
    gain, targeting, risk = (lines[one.id] for one in own.claims)
    assert gain.value == pytest.approx(
        metrics.sharpe_annual(judged[3].evaluation.sample.days.returns)
    )
    unit = figures.overlay[0].realised
    assert targeting.value == pytest.approx(unit.value - 0.10)
    assert targeting.n == unit.n
    sharpes = [metrics.sharpe_annual(one.evaluation.sample.days.returns) for one in judged[2:]]
    assert risk.value == pytest.approx(sharpes[1] / sharpes[0] - 1.0)
    assert all(one.verdict != "not measured" for one in own.claims)


@pytest.mark.parametrize(
    ("value", "low", "too_small", "beside"),
    [
        (-4.38, -7.0, "", "phase 2 has 1.20; −1,293 % on the document's own 0.367"),
        (4.38, 2.0, "", "phase 2 has 1.20; +1,093 % on the document's own 0.367"),
        (-4.38, None, "", ""),
        (-4.38, -7.0, "sample too small (1 trade, minimum 100)", ""),
    ],
)
def test_a_sharpe_ratio_that_is_not_judged_is_no_base_for_a_percentage(
    judged, figures, gates, monkeypatch, value, low, too_small, beside
) -> None:
    this, before = judged[3].evaluation, judged[2].evaluation
    high = None if low is None else 5.0
    found = Estimate(value, low, high, 40, 9.0, "linear", "1 of 4 blocks that bounds need")
    this = replace(this, estimators={**this.estimators, "sharpe": lambda alpha: found})
    if not too_small:
        monkeypatch.setattr(claims.metrics, "sharpe_annual", lambda returns: 1.2)
    gain = measure_claims(this, before, figures.overlay[0], too_small, gates)[0]
    assert gain.value == value
    assert typeset(gain.reason).replace("\N{NO-BREAK SPACE}", " ").endswith(beside or gain.reason)
    assert ("document's own" in gain.reason) == bool(beside)


def test_a_ratio_to_nothing_is_none(judged, gates) -> None:
    """Of a phase 2 that lost there is no +25 %."""
    this, before = judged[3].evaluation, judged[2].evaluation
    days = before.sample.days
    lost = replace(days, growth=2.0 - days.growth)
    losing = replace(before, sample=replace(before.sample, days=lost))
    found = compare_relative_sharpe(this, losing, gates)
    assert found.value is None
    assert "not above 0" in found.reason
    flat = replace(before, sample=replace(before.sample, days=replace(days, growth=np.ones(40))))
    assert compare_relative_sharpe(this, flat, gates).reason == "an account never moved"
