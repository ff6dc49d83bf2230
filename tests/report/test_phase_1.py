"""Sentences and rows of phase 1's chapter, in every state it can be in."""

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report.chapters.claims import view as claims
from dipmaster.report.chapters.phase import view as phases
from dipmaster.report.chapters.selection import calibration, funnel, funnel_chart, signals
from dipmaster.report.inputs import Inputs
from dipmaster.report.kit import comparison
from dipmaster.report.kit.drawing import drawing

States = dict[str, Callable[[], Inputs]]
MINUS, NBSP = "−", "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def built(states: States) -> Inputs:
    return states["phase 1"]()


@pytest.fixture(scope="module")
def unscored(states: States) -> Inputs:
    return states["phase 1, no score"]()


def flat(text: str) -> str:
    return text.replace(NBSP, " ")


def test_the_contribution_is_told_with_its_intervals(built: Inputs) -> None:
    assert flat(comparison.contribution(built, 1)) == (
        "Phase 1 against phase 0, paired: win rate +28.8 points (+22.8 to +34.8 points), better; "
        "profit factor 2.61 times (1.51 to 3.71 times), better; mean net a trade +41.7 bp "
        f"(+33.7 to +49.7 bp), better; {MINUS}96.1 % trades."
    )


def test_an_interval_on_one_side_that_shows_nothing_says_why(built: Inputs) -> None:
    few = "insufficient in phase 1: 75 of 100 trades"
    old = built.validate["differences"]["1"]
    rows = {
        name: value if name == "against" else {**value, "verdict": "NOT SHOWN", "reason": few}
        for name, value in old.items()
    }
    changed = replace(built, validate={**built.validate, "differences": {"1": rows}})
    said = comparison.contribution(changed, 1)
    assert said.count("not shown") == 3
    assert said.endswith(f"Not shown: {few}.")


def test_a_phase_that_bought_nothing_contributes_nothing(states: States) -> None:
    said = comparison.contribution(states["phase 1 abstained"](), 1)
    assert said == "Against phase 0 it bought nothing: it neither earned nor lost."


def test_the_profit_factor_is_compared_as_a_ratio_and_trades_have_no_verdict(
    built: Inputs,
) -> None:
    rows = {row.kind.key: row for row in comparison.rows(built, 1)}
    assert flat(rows["profit_factor"].change) == "2.61 times"
    assert (rows["profit_factor"].before, rows["profit_factor"].after) == ("0.53", "1.38")
    assert (rows["trades_frac"].verdict, rows["trades_frac"].mark) == ("for information", "")
    assert (rows["win_rate"].verdict, rows["win_rate"].mark) == ("BETTER", "●")


def test_few_trades_make_a_later_chapter_compact_but_never_the_first(built: Inputs) -> None:
    assert [phases.is_compact(built, number) for number in built.built] == [False, True]


def test_the_funnel_names_the_step_that_takes_most(built: Inputs) -> None:
    assert funnel.largest_step(built).startswith(
        "Most candidates end at “reach the threshold”: 4,190 of 4,502."
    )


def test_a_funnel_without_candidates_says_so(states: States) -> None:
    nothing = states["phase 1, no candidates"]()
    assert funnel.largest_step(nothing) == "There was no candidate."
    assert {step.precision for step in funnel.steps(nothing)} == {"–"}


@pytest.mark.parametrize("state", ["phase 1", "phase 1, no candidates"])
def test_the_funnel_is_drawn_for_thousands_and_for_none(state: str, states: States) -> None:
    with drawing():  # type: ignore[arg-type]
        drawn = funnel_chart.funnel(funnel.steps(states[state]()))
    for step in funnel.steps(states[state]()):
        assert f"{step.name} {step.left_words}" in drawn


def test_a_step_that_is_off_is_named_as_off(built: Inputs) -> None:
    found = built.validate["funnel"]
    rows = [{**row, "on": row["step"] != "checks"} for row in found["out_of_sample"]]
    off = replace(built, validate={**built.validate, "funnel": {**found, "out_of_sample": rows}})
    assert [step.name for step in funnel.steps(off) if not step.on] == ["Pass the checks (off)"]


def test_checks_say_whether_they_ask_anything(built: Inputs) -> None:
    assert [(check.name, check.status, check.passes) for check in funnel.checks(built)] == [
        ("Volume spike", "implied by the rule", "4,502 of 4,502"),
        ("RSI in its range", "implied by the rule", "4,502 of 4,502"),
        ("No news impact", "not applicable", "–"),
        ("Liquidity adequate", "asked", "2,251 of 4,502"),
    ]


def test_calibration_stands_by_regime_with_all_first(built: Inputs) -> None:
    rows = calibration.by_regime(built)
    assert [(row.regime, row.verdict) for row in rows] == [
        ("all", "PASS"),
        ("low", "INCONCLUSIVE"),
        ("normal", "FAIL"),
        ("high", "INCONCLUSIVE"),
    ]
    assert rows[0].ece == ("0.031", "0.011 to 0.051")
    assert rows[0].brier == ("0.231", "0.211 to 0.251")


def test_a_regime_too_small_for_a_brier_interval_shows_the_value_alone(built: Inputs) -> None:
    found = copy.deepcopy(built.confidence)
    del found["calibration_by_regime"]["high"]["brier_interval"]
    found["calibration_by_regime"]["low"]["brier_interval"] = {"low": None, "high": None}
    rows = calibration.by_regime(replace(built, confidence=found))
    assert [row.brier for row in rows if row.regime in ("low", "high")] == [("0.231",)] * 2


def with_layer(inputs: Inputs, **coefficients: float) -> Inputs:
    layer = {**inputs.confidence["layer"], **coefficients}
    return replace(inputs, confidence={**inputs.confidence, "layer": layer})


def test_every_input_of_the_layer_is_listed(built: Inputs) -> None:
    rows = calibration.components(built)
    assert len(rows) == len(built.confidence["layer"]) == 6
    assert rows[0] == ("Probability of the models", "–", "–", "0.580", "+0.91")


def test_a_layer_that_ignores_the_models_own_probability_is_told(built: Inputs) -> None:
    ignored = "the layer ignores the models’ own probability: its coefficient is 0"
    assert ignored not in calibration.layer_words(built)
    inputs = with_layer(built, logit_p_ensemble=0.0, market_regime=0.0, model_agreement=0.477)
    said = calibration.layer_words(inputs)
    assert ignored in said
    assert "rests on agreement of the models (+0.48), feature strength (+0.10)" in said
    assert "market regime" not in said
    nothing = with_layer(built, **dict.fromkeys(built.confidence["layer"], 0.0))
    assert "rests on nothing but its constant" in calibration.layer_words(nothing)


def test_the_family_that_carried_information_is_named(built: Inputs, unscored: Inputs) -> None:
    assert calibration.carried(built).startswith("Both families carried information here: the")
    assert calibration.carried(unscored).startswith("Neither family carried information here: too")


def test_fits_that_were_not_made_say_why(built: Inputs, unscored: Inputs) -> None:
    assert "models 5 times from 2023-05-01" in calibration.fits(built)
    assert calibration.fits(unscored).startswith("Nothing was fitted. 1 fits were not made")


def test_only_scores_out_of_sample_enter_the_histogram(built: Inputs) -> None:
    shown = calibration.out_of_sample(built, "confidence")
    times = built.scores["open_time"]
    assert shown.size == (times >= "2023-06-30").sum()


def test_without_a_score_the_chapter_lists_no_models(built: Inputs, unscored: Inputs) -> None:
    def listed(inputs: Inputs) -> set[str]:
        return {part["title"] for part in phases.parts(inputs, 1)}

    assert "Which model carried information" in listed(built) - listed(unscored)
    assert "What confidence says and what happens" in listed(unscored)


def test_signal_quality_in_words(built: Inputs) -> None:
    assert "2,490 win when all are taken" in signals.counted(built)
    assert "21.0 % (17.0 to 25.0 %) of the 640 drops" in flat(signals.planted(built))
    assert "mean confidence of 83.5 %, and 84.2 % of them won" in flat(signals.said_and_done(built))
    assert signals.heterogeneity(built) == (
        "No difference of win rates between regimes was found, which proves no equality (statistic "
        "1.40, 2 degrees of freedom, p 0.497 against a level of 0.025)."
    )
    assert signals.mcnemar(built).endswith("p <\N{NO-BREAK SPACE}0.001.")


def test_heterogeneity_is_validates_verdict_whatever_p_is(built: Inputs) -> None:
    quality = built.validate["signal_quality"]
    left_out = "regime high left out: 2 wins and 0 losses, 5 of each are needed"
    test = {**quality["heterogeneity"], "verdict": "DIFFER", "p": 0.04, "reason": left_out}
    changed = {**built.validate, "signal_quality": {**quality, "heterogeneity": test}}
    said = signals.heterogeneity(replace(built, validate=changed))
    assert said.startswith("Win rates differ between regimes (")
    assert said.endswith(f"Besides: {left_out}.")


def test_signal_quality_without_a_trade_gives_reasons(states: States) -> None:
    none = states["phase 1 abstained"]()
    assert signals.planted(none) == signals.said_and_done(none) == signals.mcnemar(none) == ""
    assert "cannot be computed: no candidate was traded" in signals.consistency(none)
    assert "cannot be tested: no candidate was traded" in signals.heterogeneity(none)


def test_every_promise_is_listed_once_and_later_phases_are_not_built(built: Inputs) -> None:
    groups = claims.groups(built)
    assert [(group.title, len(group.rows)) for group in groups] == [
        ("Phase 1", 5),
        ("Not built yet", 4),
    ]
    assert {row.verdict for row in groups[-1].rows} == {"NOT BUILT"}
    assert claims.summary(built) == ("Of 9 promises: 1 kept, 1 not shown, 3 not kept, 4 not built.")


def test_a_promise_is_printed_in_its_unit(built: Inputs) -> None:
    rows = {row.promise: row for group in claims.groups(built) for row in group.rows}
    gain = rows["Win rate 3 to 5 points higher"]
    assert flat(gain.target) == "+3.0 to +5.0 points"
    assert flat(gain.value) == "+28.8 points"
    assert flat(rows["Positions held 45 to 120 minutes"].target) == "45 to 120 minutes"
    assert flat(rows["25 to 30 % fewer trades"].target) == f"{MINUS}30.0 to {MINUS}25.0 %"
    assert rows["Sharpe 300 % higher, to 1.5"].value == "–"
