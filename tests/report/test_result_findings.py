"""Findings on results: what leads to each of them, and what does not."""

from dataclasses import replace

import pytest

from dipmaster.report.kit.numbers import FORMATS
from dipmaster.results.evaluation.costs import CapacityLevel
from tests.made.outcomes import change, outcomes
from tests.made.sensitivity import CAPITALS
from tests.report.printed import plain
from tests.report.printed_findings import consequences, losing_gate, said, with_figures
from tests.report.run import run, validated
from tests.report.states import STATES
from tests.report.test_recommendation import HARM


def test_ruin_is_found() -> None:
    assert said(STATES["ruined"]())["ruined"] == (
        "Phase 0: the account was ruined and trading stopped."
    )
    assert "ruined" not in said(run())


def test_what_costs_money_is_found_with_its_reason() -> None:
    assert "harmful_addition" not in said(run(2))
    text = said(with_figures(run(2), 2, degradation=HARM))["harmful_addition"]
    assert text == "Phase 2: the exit models reduce net return."


def test_a_loss_is_found_only_where_the_whole_interval_is_one() -> None:
    assert "losing_phase" not in said(run(1))
    assert "profit factor 0.50 (0.40 to 0.90)" in said(losing_gate(run(1), 1, 0.9))["losing_phase"]
    assert "losing_phase" not in said(losing_gate(run(1), 1, 1.0))
    assert "+3.1 bp gross and −19.3 bp net per trade" in said(run(1))["losing_baseline"]
    assert "losing_baseline" not in said(losing_gate(run(1), 0, 1.1))


def test_costs_that_could_not_double_are_found() -> None:
    def margin(break_even: float) -> dict[str, str]:
        costs = replace(
            run(1).phase(1).costs, cost_bps_per_side=10.0, break_even_bps_per_side=break_even
        )
        return said(with_figures(run(1), 1, costs=costs))

    assert margin(15.0)["thin_cost_margin"].endswith(
        "breaks even at 15.0 bp (1.50 times the cost)."
    )
    assert "thin_cost_margin" not in margin(20.0)
    assert "thin_cost_margin" not in margin(10.0), "a phase that does not earn has no margin"


def test_orders_larger_than_the_market_fills_are_found() -> None:
    def orders(p95: float) -> dict[str, str]:
        costs = run(1).phase(1).costs
        levels = (CapacityLevel(participation_frac=0.05, account_size=12324.0),)
        capacity = replace(costs.capacity, participation_p95_frac=p95, levels=levels)
        return said(with_figures(run(1), 1, costs=replace(costs, capacity=capacity)))

    assert "buys 41 % of the volume of its bar" in orders(0.41)["orders_too_large"]
    assert "orders_too_large" not in orders(0.05)


@pytest.mark.parametrize("capital", [CAPITALS[0], 77_000.0])
def test_orders_too_large_say_what_impact_leaves_at_the_capital_of_the_run(capital: float) -> None:
    """Where that capital was measured; at another nothing is said of it."""
    base = run(1)
    costs = base.phase(1).costs
    levels = (CapacityLevel(participation_frac=0.05, account_size=12324.0),)
    large = replace(costs.capacity, participation_p95_frac=0.41, levels=levels)
    inputs = replace(base, params=base.params.with_changes({"execution.capital": capital}))
    words = consequences(with_figures(inputs, 1, costs=replace(costs, capacity=large)))
    left = base.sensitivity.capacity_of(1).points[0].performance.net_return_frac
    expected = (
        f"with an assumed square-root impact the phase returns {plain(FORMATS['change_2'](left))}"
    )
    assert (expected in words["orders_too_large"]) == (capital == CAPITALS[0])
    assert "; orders within 5 % of the volume" in words["orders_too_large"]


def test_a_small_drawdown_of_a_small_investment_is_no_achievement() -> None:
    def invested(mean: float, drawdown: float) -> dict[str, str]:
        one = run(1).phase(1)
        return said(
            with_figures(
                run(1),
                1,
                exposure=replace(one.exposure, mean_frac=mean, time_in_market_frac=0.005),
                drawdown=replace(one.drawdown, max_frac=drawdown),
            )
        )

    assert "0.5 % of the time" in invested(0.0002, 0.002)["rarely_invested"]
    assert "rarely_invested" not in invested(0.05, 0.002)
    assert "rarely_invested" not in invested(0.0002, 0.03), "a drawdown at the limit is not small"


def test_a_return_below_that_of_the_benchmarks_is_found() -> None:
    def earned(net: float) -> dict[str, str]:
        money = replace(run(1).phase(1).money, net_return_frac=net)
        return said(with_figures(run(1), 1, money=money))

    held = run(1).validation.benchmarks.buy_and_hold.return_frac
    assert "buy-and-hold of the same coins" in earned(held - 0.01)["below_benchmark"]
    assert "below_benchmark" not in earned(held)
    assert "below_benchmark" not in said(STATES["phase 1, no candidates"]())


def test_phases_that_cost_return_in_the_final_strategy_are_found() -> None:
    """By the ablation and after the correction: a lower value alone is none."""
    made = outcomes(4)
    worse = change(-0.008, 0.005, "worse", 0.003)
    lower = [
        replace(one, net_return=worse) if one.phase in (1, 3) else one for one in made.left_out
    ]
    assert "lower_with_phase" not in said(run(4))
    text = said(replace(run(4), outcomes=replace(made, left_out=tuple(lower))))
    assert text["lower_with_phase"] == (
        "Phase 4 would have returned more without phase 1 (contribution −0.80 points, −1.30 to "
        "−0.30 points) or phase 3 (contribution −0.80 points, −1.30 to −0.30 points), each left "
        "out alone; significant after correction for the number of phases."
    )


def test_profit_of_a_few_days_is_found() -> None:
    def share(frac: float) -> dict[str, str]:
        one = run(1).phase(1)
        by_day = replace(one.risk.by_day, top=5, net_pnl_frac=frac)
        return said(with_figures(run(1), 1, risk=replace(one.risk, by_day=by_day)))

    assert share(0.6)["concentrated_profit"] == (
        "5 days contribute 60 % of the net profit of phase 1."
    )
    assert "concentrated_profit" not in share(0.49)


def test_exits_that_do_not_raise_the_net_return_are_found() -> None:
    assert "−3.1 bp (−4.5 to −1.7 bp) per candidate" in said(run(2))["exits_not_better"]
    every = run(2).validation.exits
    assert every is not None
    change = every.standalone.change
    better = replace(change, mean_net_bps=replace(change.mean_net_bps, verdict="better"))
    standalone = replace(every.standalone, change=better)
    inputs = validated(run(2), exits=replace(every, standalone=standalone))
    assert "exits_not_better" not in said(inputs)


def test_losses_of_the_trailing_stop_are_found() -> None:
    base = run(2)
    exits = base.validation.adaptive_exits
    traded = replace(exits.trailing.traded, stopped=23, lost=8, worst_net_bps=-74.6)
    inputs = validated(base, exits=replace(exits, trailing=replace(exits.trailing, traded=traded)))
    text = said(inputs)["trailing_stop_lost"]
    assert text.startswith("8 of 23 positions that the trailing stop closed in phase 2 had a net")
    assert text.endswith("the worst lost 74.6 bp.")
    none = replace(traded, lost=0, worst_net_bps=0.1)
    clean = validated(base, exits=replace(exits, trailing=replace(exits.trailing, traded=none)))
    assert "trailing_stop_lost" not in said(clean)


def test_claims_that_are_not_met_are_counted_and_named() -> None:
    base = replace(run(1), outcomes=outcomes(0))
    met = tuple(replace(one, verdict="met") for one in base.validation.claims)
    assert "unmet_claims" not in said(validated(base, claims=met))
    missed = (replace(met[0], verdict="not met"), *met[1:])
    text = said(validated(base, claims=missed))["unmet_claims"]
    assert text.startswith(f"1 of {len(met)} roadmap claims that could be measured is not met: ")


def test_the_order_within_a_bar_is_found_where_it_decides() -> None:
    base = run()
    order = base.phase(0).intrabar
    none = with_figures(base, 0, intrabar=replace(order, trades_touching_both=0))
    one = with_figures(base, 0, intrabar=replace(order, trades_touching_both=1))
    assert "untold_order_within_bars" not in said(none)
    assert said(one)["untold_order_within_bars"].startswith("1 exit (")


def test_tests_without_correction_are_counted() -> None:
    assert said(run(2))["uncorrected_ablation"].startswith("The ablation tests 6 rules")
    assert "uncorrected_ablation" not in said(run(1))
