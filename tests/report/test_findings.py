"""Each finding: the results that lead to it, the results that do not, and what it says."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dipmaster.report.findings import (
    alternative,
    assumptions,
    models,
    results,
    sample,
    selection,
    volatility,
)
from dipmaster.report.findings.rules import RULES, find
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.html import environment
from dipmaster.results.evaluation.costs import CapacityLevel
from dipmaster.results.evaluation.phase import PhaseFigures
from tests.made.common import COINS
from tests.made.outcomes import outcomes
from tests.made.selection import funnel
from tests.report.printed import plain
from tests.report.run import run, validated, with_gates, with_phases
from tests.report.states import STATES
from tests.report.test_recommendation import HARM, counted

NAMES = [rule.name for rule in RULES]


def said(inputs: ReportInputs) -> dict[str, str]:
    """Findings by name, as printed."""
    return {one.name: plain(one.sentence) for one in find(inputs)}


def consequences(inputs: ReportInputs) -> dict[str, str]:
    """What follows from each finding, as printed."""
    return {one.name: plain(one.consequence) for one in find(inputs)}


def with_figures(inputs: ReportInputs, phase: int, **changes: object) -> ReportInputs:
    figures: PhaseFigures = inputs.phase(phase)
    return with_phases(inputs, {phase: replace(figures, **changes)})  # type: ignore[arg-type]


def losing_gate(inputs: ReportInputs, phase: int, high: float) -> ReportInputs:
    return with_gates(
        inputs,
        tuple(
            replace(row, value=0.5, low=0.4, high=high)
            if (row.phase, row.metric) == (phase, "profit_factor")
            else row
            for row in inputs.gates
        ),
    )


def test_every_rule_has_its_sentence_and_its_consequence_and_no_other_is_there() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for file in ("sentences", "consequences"):
        module = environment().get_template(f"findings/{file}.html.j2").module
        macros = {name for name in vars(module) if not name.startswith("_")}
        assert set(NAMES) <= macros
        assert macros - set(NAMES) <= {"numbered", "forecast"}


def test_findings_are_listed_by_severity() -> None:
    order = ["high", "medium", "low"]
    severities = [order.index(one.severity) for one in find(run(2))]
    assert severities == sorted(severities)
    assert set(severities) == {0, 1, 2}


@pytest.mark.parametrize("state", sorted(STATES))
def test_every_finding_of_every_state_is_printed_whole(state: str) -> None:
    for one in find(STATES[state]()):
        for text in (plain(one.sentence), plain(one.consequence)):
            assert text.endswith("."), (state, one.name, text)
            assert "None" not in text
            assert "nan" not in text.split()


def test_a_broken_ledger_is_found() -> None:
    base = run(1)
    assert "broken_ledger" not in said(base)
    checks = tuple(replace(one, passed=one.phase == 0) for one in base.validation.integrity_checks)
    text = said(validated(base, integrity_checks=checks))["broken_ledger"]
    assert text == ("1 of 2 integrity checks of the ledger fail: cash follows fills (phase 1).")


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


def test_a_short_run_is_found_by_its_blocks() -> None:
    base = run(1)
    needed = base.params.gates.blocks_needed
    enough = validated(base, period=replace(base.validation.period, blocks=needed))
    few = validated(base, period=replace(base.validation.period, blocks=needed - 1))
    assert "too_short" not in said(enough)
    assert said(few)["too_short"] == "5 blocks out of sample; a verdict needs 6."


def test_a_period_shorter_than_two_drawdown_horizons_is_found() -> None:
    base = run(1)
    assert said(base)["short_period"].startswith("Short period: 550 days out of sample (1.5 years)")
    long = validated(base, period=replace(base.validation.period, days_out_of_sample=730))
    assert "short_period" not in said(long)


def test_few_trades_are_found_below_the_minimum() -> None:
    assert "too_few_trades" not in said(counted(run(1), 1, trades=100))
    assert said(counted(run(1), 1, trades=1))["too_few_trades"] == (
        "Small sample: 1 trade in phase 1; a verdict needs 100."
    )
    assert "no_trades" not in said(run(1))
    assert said(STATES["phase 1 abstained"]())["no_trades"] == (
        "Phase 1 made no trade out of sample."
    )


def test_few_losing_trades_are_found_below_the_limit() -> None:
    assert "in phase 1" in said(counted(run(1), 1, losing_trades=29))["few_losing_trades"]
    assert "few_losing_trades" not in said(counted(run(1), 1, losing_trades=30))


def test_clustered_trades_are_found() -> None:
    assert said(run(1))["clustered_trades"].endswith("have an effective sample size of 88.")
    independent = tuple(replace(row, n_effective=float(row.n)) for row in run(1).gates)
    assert "clustered_trades" not in said(with_gates(run(1), independent))


def test_simulated_and_recorded_markets_are_distinguished() -> None:
    assert "known, built-in edge of 0.8" in said(run())["simulated_market"]
    assert "recorded_bars" not in said(run())
    real = said(STATES["real bars"]())
    assert "simulated_market" not in real
    assert "no order was placed in a live market" in real["recorded_bars"]
    assert real["fixed_spread"].startswith("The source has no spread: a half-spread of 1.0 bp")
    assert real["no_funding"] == ("No funding is charged for 3 coins: no funding file was given.")
    assert "were left out" in real["gaps_in_bars"]
    assert not {"fixed_spread", "no_funding", "gaps_in_bars"} & set(said(run()))


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


def test_a_step_that_removes_nearly_all_is_found() -> None:
    assert said(run(1))["threshold_rejects_nearly_all"] == (
        "The confidence threshold removes 4,190 of 4,400 candidates that reach it (95.2 %)."
    )
    loose = validated(run(1), funnel=funnel((4502, 4400, 441, 430, 420, 410, 400)))
    assert "removes 3,959 of 4,400" not in said(loose).get("threshold_rejects_nearly_all", "")
    assert "threshold_rejects_nearly_all" not in said(run())
    checks = validated(run(1), funnel=funnel((4502, 4400, 4000, 100, 100, 100, 100)))
    assert said(checks)["threshold_rejects_nearly_all"].startswith("The check of volume, RSI")
    assert consequences(checks)["threshold_rejects_nearly_all"].startswith("The number of trades")


def test_a_regime_that_the_filter_never_admits_is_found() -> None:
    base = run(1)
    assert "regime_never_traded" not in said(base)
    found = base.validation.funnel
    assert found is not None
    *others, high = found.by_regime
    none = replace(high, reached=0, admitted=0, win_rate=None, mean_p=None)
    inputs = validated(base, funnel=replace(found, by_regime=(*others, none)))
    assert said(inputs)["regime_never_traded"] == (
        "The filter admits none of 1,500 candidates in high volatility: none of them reaches the "
        "threshold of 0.90."
    )
    some = validated(base, funnel=replace(found, by_regime=(*others, replace(none, reached=2))))
    assert "2 of them reach the threshold" in said(some)["regime_never_traded"]
    assert "regime_never_traded" not in said(STATES["phase 1 abstained"]())


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


def test_exit_models_that_never_acted_are_found() -> None:
    base = run(2)
    (first, *others) = base.exit_models.licences
    silent = tuple(replace(one, licensed=False) for one in (first, *others))
    spoken = (replace(first, licensed=True), *others)
    assert (
        f"at 0 of {len(silent)} refits"
        in said(replace(base, exit_models=replace(base.exit_models, licences=silent)))[
            "silent_exit_models"
        ]
    )
    assert "silent_exit_models" not in said(
        replace(base, exit_models=replace(base.exit_models, licences=spoken))
    )


def test_weights_of_zero_are_found() -> None:
    base = run(2)
    weights = {"a": 0.0, "b": 0.1}
    zero = replace(base, exit_models=replace(base.exit_models, calibrator=weights))
    assert said(zero)["weightless_inputs"].startswith("1 of 2 inputs of the exit calibrator has")
    assert "This input contributes nothing" in consequences(zero)["weightless_inputs"]
    both = replace(base, exit_models=replace(base.exit_models, calibrator={"a": 0.0, "b": 0.0}))
    assert "These inputs contribute nothing" in consequences(both)["weightless_inputs"]
    some = replace(base, exit_models=replace(base.exit_models, calibrator={"b": 0.1}))
    assert "weightless_inputs" not in said(some)


def test_calibration_that_is_not_shown_is_found_by_regime() -> None:
    base = run(1)
    by_regime = base.confidence.calibration_by_regime
    passing = {name: replace(one, gate="PASS") for name, one in by_regime.items()}
    one_fails = {**passing, "high": replace(passing["high"], gate="INSUFFICIENT DATA")}
    assert "unproven_calibration" not in said(
        replace(base, confidence=replace(base.confidence, calibration_by_regime=passing))
    )
    text = said(
        replace(base, confidence=replace(base.confidence, calibration_by_regime=one_fails))
    )["unproven_calibration"]
    assert text.endswith("in 1 of 3 volatility regimes (high).")


def test_no_score_is_found() -> None:
    assert "no_score" not in said(run(1))
    assert "too few candidates" in said(STATES["phase 1, no score"]())["no_score"]


def test_persistence_at_its_bound_is_counted_over_all_coins() -> None:
    base = run()
    at = {name: replace(one, fits=10, integrated=9) for name, one in base.volatility.garch.items()}
    found = replace(base, volatility=replace(base.volatility, garch=at))
    n = len(COINS)
    assert said(found)["garch_at_bound"] == (
        f"GARCH persistence is at its upper bound of 1 in {9 * n} of {10 * n} fits."
    )
    free = {name: replace(one, integrated=0) for name, one in at.items()}
    assert "garch_at_bound" not in said(
        replace(base, volatility=replace(base.volatility, garch=free))
    )


@pytest.mark.parametrize(
    ("verdict", "best"), [("worse", "har"), ("inconclusive", None), ("better", None)]
)
def test_a_better_forecast_is_found_where_the_test_says_so(verdict: str, best: str | None) -> None:
    base = run()
    pooled = base.volatility.forecasts.pooled
    cost = pooled.cost_of_choice  # type: ignore[union-attr]
    cost = replace(cost, best="har", test=replace(cost.test, verdict=verdict))
    forecasts = replace(
        base.volatility.forecasts,
        pooled=replace(pooled, cost_of_choice=cost),  # type: ignore[type-var]
    )
    evidence = models.better_forecast(
        replace(base, volatility=replace(base.volatility, forecasts=forecasts))
    )
    assert (evidence["best"] if evidence else None) == best


def test_a_detector_no_better_than_the_naive_one_is_found() -> None:
    base = run()
    regimes = base.volatility.regimes

    def accurate(low: float) -> ReportInputs:
        used = getattr(regimes, regimes.detector_used)  # type: ignore[union-attr]
        sure = replace(used, **{
            name: replace(one, accuracy=replace(one.accuracy, low=low))
            for name in models.REFERENCES
            if (one := getattr(used, name)) is not None
        })  # fmt: skip
        changed = replace(regimes, **{regimes.detector_used: sure})  # type: ignore[arg-type, type-var, union-attr]
        return replace(base, volatility=replace(base.volatility, regimes=changed))

    assert "naive" in said(accurate(0.1))["regime_no_better_than_naive"]
    assert "regime_no_better_than_naive" not in said(accurate(0.999))


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


def test_phases_that_are_not_built_are_named() -> None:
    assert said(run(2))["not_built"] == "Phases 3 and 4 of the roadmap are not built."
    assert said(STATES["phase 3"]())["not_built"] == "Phase 4 of the roadmap is not built."
    assert "not_built" not in said(STATES["all phases"]())


def test_features_left_out_are_named() -> None:
    assert "could not be used: " in said(run(1))["features_left_out"]
    assert "features_left_out" not in said(run())


@pytest.mark.parametrize(
    "always",
    [
        assumptions.full_fills,
        assumptions.contradictory_baseline,
        assumptions.untested_sensitivity,
    ],
)
def test_assumptions_hold_for_every_run(always: Callable[[ReportInputs], object]) -> None:
    assert always(run()) is not None
    assert always.__name__ in said(run())


def test_every_rule_has_a_test_that_names_it() -> None:
    """A finding is a rule with a test: none is added without one."""
    named = {
        rule.name
        for module in (alternative, assumptions, models, results, sample, selection, volatility)
        for rule in RULES
        if hasattr(module, rule.name)
    }
    others = ("test_volatility_findings.py", "test_alternative_data_findings.py")
    tests = (Path(__file__), *(Path(__file__).with_name(name) for name in others))
    source = "".join(path.read_text(encoding="utf-8") for path in tests)
    assert named == set(NAMES)
    assert [name for name in NAMES if f'"{name}"' not in source and f".{name}" not in source] == []
