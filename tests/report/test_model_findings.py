"""Findings on the filter and on models: what leads to each of them, and what does not."""

from dataclasses import replace

import pytest

from dipmaster.report.findings import models
from dipmaster.report.inputs import ReportInputs
from tests.made.common import COINS
from tests.made.selection import funnel
from tests.report.printed_findings import consequences, said
from tests.report.run import run, validated
from tests.report.states import STATES


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


def test_features_left_out_are_named() -> None:
    assert "could not be used: " in said(run(1))["features_left_out"]
    assert "features_left_out" not in said(run())
