"""Findings on volatility management: what leads to each of them, and what does not."""

from dataclasses import replace

from dipmaster.report.inputs import ReportInputs
from dipmaster.results.evaluation.sizing import SizingResults
from dipmaster.results.evaluation.volatility_target import OverlayFigures
from tests.made.patterns import NO_TRUTH
from tests.report.printed_findings import consequences, said
from tests.report.run import run, validated
from tests.report.states import STATES


def with_sizing(inputs: ReportInputs, **changes: object) -> ReportInputs:
    sizing = replace(inputs.validation.position_sizing, **changes)  # type: ignore[arg-type]
    return validated(inputs, sizing=sizing)


def sizing_of(inputs: ReportInputs) -> SizingResults:
    return inputs.validation.position_sizing


def test_targets_that_conflict_are_found_by_the_probability_of_the_drawdown() -> None:
    base = run(3)
    assert said(base)["conflicting_targets"] == (
        "The targets of 10 % annual volatility and a drawdown below 3 % conflict: at the target "
        "Sharpe ratio of 1.8 the drawdown stays below 3 % in 0.02 % of years."
    )
    assert "allows 4.3 % volatility" in consequences(base)["conflicting_targets"]
    likely = replace(sizing_of(base).drawdown_arithmetic, within_limit_frac=0.5)
    assert "conflicting_targets" not in said(with_sizing(base, drawdown_arithmetic=likely))
    assert "conflicting_targets" not in said(run(2))


def test_a_scalar_at_a_bound_is_found_beyond_half_of_the_orders() -> None:
    base = run(3)
    counts = replace(sizing_of(base).counts, orders=100, scalar_at_min=50, scalar_at_max=0)
    assert "scalar_at_bound" not in said(with_sizing(base, counts=counts))
    low = with_sizing(base, counts=replace(counts, scalar_at_min=51))
    high = with_sizing(base, counts=replace(counts, scalar_at_min=0, scalar_at_max=90))
    assert said(low)["scalar_at_bound"] == (
        "The volatility scalar is at its bound of 0.50 for 51 % of the orders."
    )
    assert "bound of 2.00 for 90 %" in said(high)["scalar_at_bound"]
    assert "scalar_at_bound" not in said(STATES["phase 3, no orders"]())
    assert "scalar_at_bound" not in said(STATES["phase 3, fixed sizes"]())


def test_targeting_that_the_cap_prevents_is_found_by_both_verdicts() -> None:
    base = run(3)
    assert said(base)["targeting_lost_to_bounds"] == (
        "Volatility targeting realises 10.6 % against a target of 10 %, but 6.6 % with the "
        "position cap, which binds on 83 % of bars."
    )

    def judged(name: str, verdict: str) -> ReportInputs:
        def change(one: OverlayFigures) -> OverlayFigures:
            is_it = one.name == name
            return replace(one, within_tolerance=verdict) if is_it else one  # type: ignore[arg-type]

        return with_sizing(base, overlay=tuple(map(change, sizing_of(base).overlay)))

    assert "targeting_lost_to_bounds" not in said(judged("unit_risk", "inconclusive"))
    assert "targeting_lost_to_bounds" not in said(judged("capped", "inconclusive"))
    assert "targeting_lost_to_bounds" not in said(run(2))


def scored(inputs: ReportInputs, **changes: object) -> ReportInputs:
    found = inputs.volatility.spillover
    scores = replace(found.scores, **changes)  # type: ignore[arg-type, type-var]
    spillover = replace(found, scores=scores)
    return replace(inputs, volatility=replace(inputs.volatility, spillover=spillover))


def test_events_no_better_than_random_times_are_found() -> None:
    base = run()
    name = "spillover_no_better_than_chance"
    assert said(base)[name] == (
        "Spillover events coincide with 3.7 % of the correlation episodes, not significantly more "
        "than events at random times (3.9 %)."
    )
    assert name not in said(scored(base, hit_rate=0.09))
    assert name in said(scored(base, hit_rate=0.0864))
    none = scored(base, episodes=0, hit_rate=None, chance_hit_rate=None, chance_high=None)
    assert name not in said(none)
    real = STATES["phase 1, real bars"]()
    assert real.volatility.spillover.scores.reason == NO_TRUTH  # type: ignore[union-attr]
    assert name not in said(real)


def test_weekdays_that_add_nothing_are_found_where_they_were_judged() -> None:
    base = run()
    name = "weekdays_without_skill"
    assert said(base)[name].startswith("Weekdays do not significantly improve")
    pooled = base.volatility.intraday.pooled

    def judged(verdict: str) -> ReportInputs:
        test = replace(pooled.against_season, verdict=verdict)  # type: ignore[union-attr, arg-type]
        changed = replace(pooled, against_season=test)  # type: ignore[type-var]
        intraday = replace(base.volatility.intraday, pooled=changed)
        return replace(base, volatility=replace(base.volatility, intraday=intraday))

    assert name not in said(judged("better"))
    assert said(judged("worse"))[name].startswith("Weekdays worsen the prediction")
    assert said(judged("worse"))[name].endswith("(QLIKE +0.0004).")
    assert name not in said(STATES["phase 1, quick"]())
