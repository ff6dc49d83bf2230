"""The appendix on the signal filter in every state it can be in."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dipmaster.report.chapters.confidence import components, funnel, funnel_chart, rejections
from dipmaster.report.chapters.confidence.view import CONFIDENCE
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import fits
from dipmaster.report.kit.drawing import drawing
from dipmaster.report.kit.table import table
from dipmaster.results.confidence.record import ConfidenceResults
from dipmaster.results.evaluation.record import SelectionResults
from dipmaster.signal_filter.confirmation import TIMEFRAMES
from tests.report.conftest import unpainted
from tests.report.printed import print_chapter, say

States = dict[str, Callable[[], ReportInputs]]
SENTENCES = "chapters/confidence/sentences.html.j2"


@pytest.fixture(scope="module")
def built(states: States) -> ReportInputs:
    return states["phase 1"]()


@pytest.fixture(scope="module")
def unscored(states: States) -> ReportInputs:
    return states["phase 1, no score"]()


def results_of(inputs: ReportInputs) -> SelectionResults:
    return inputs.validation.selection


def printed(inputs: ReportInputs) -> str:
    """The chapter as text."""
    with unpainted():
        return print_chapter(inputs, CONFIDENCE)


def most_selective(inputs: ReportInputs) -> str:
    steps = funnel.steps(results_of(inputs).funnel)
    return say(SENTENCES, "most_selective", funnel.most_selective(steps), steps[0].row.left)


def test_the_funnel_names_the_step_that_takes_most(built: ReportInputs) -> None:
    assert most_selective(built) == (
        "The most selective step is “confidence threshold”: 4,190 of 4,502 candidates do not pass "
        "it."
    )


def test_a_funnel_without_candidates_says_so(states: States) -> None:
    nothing = states["phase 1, no candidates"]()
    assert most_selective(nothing) == "There was no candidate."
    steps = table(funnel.FUNNEL, funnel.steps(results_of(nothing).funnel))
    assert {row[2] for row in steps.rows} == {"–"}


@pytest.mark.parametrize("state", ["phase 1", "phase 1, no candidates"])
def test_the_funnel_is_drawn_for_thousands_and_for_none(state: str, states: States) -> None:
    steps = funnel.steps(results_of(states[state]()).funnel)
    with drawing():
        drawn = funnel_chart.funnel(steps)
    for step in steps:
        assert f"{step.name} {step.row.left:,} of {step.before:,}" in drawn
    assert "log" not in drawn


def test_a_step_that_is_off_is_named_as_off(built: ReportInputs) -> None:
    found = results_of(built).funnel
    rows = tuple(replace(row, on=row.step != "checks") for row in found.out_of_sample)
    steps = funnel.steps(replace(found, out_of_sample=rows))
    assert [step.name for step in steps if not step.row.on] == ["Filter checks (off)"]


def test_checks_have_their_status(built: ReportInputs) -> None:
    checks = table(funnel.CHECKS, results_of(built).funnel.checks)
    assert [row[:3] for row in checks.rows] == [
        ("Volume spike", "implied by the rule", "4,502 of 4,502"),
        ("RSI in its range", "implied by the rule", "4,502 of 4,502"),
        ("No news impact", "not applicable", "–"),
        ("Sufficient liquidity", "applied", "2,251 of 4,502"),
    ]


def test_every_condition_of_the_confirmation_has_a_name_in_print() -> None:
    conditions = {name for names in TIMEFRAMES.values() for name in names}
    assert set(funnel.CONDITIONS) == conditions


def with_confidence(inputs: ReportInputs, **changes: Any) -> ConfidenceResults:
    return replace(inputs.confidence, **changes)


def test_every_component_is_listed(built: ReportInputs) -> None:
    rows = table(components.COMPONENT_COLUMNS, components.components(built)).rows
    assert len(rows) == len(built.confidence.components) == 5
    assert rows[0] == ("Model agreement", "0.30", "0.40", "0.480")


def test_calibrators_that_rest_on_more_than_candidates_are_reported(built: ReportInputs) -> None:
    assert components.extended_calibrators(built.confidence) == []
    assert say(SENTENCES, "extended", []) == ""
    folds = built.confidence.folds
    wide = [
        replace(one, rows=5200, candidates=168) if one.layer == "calibrator" else one
        for one in folds
    ]
    extended = components.extended_calibrators(with_confidence(built, folds=tuple(wide)))
    assert len(extended) == sum(one.layer == "calibrator" for one in folds)
    words = say(SENTENCES, "extended", extended)
    assert f"{len(extended)} calibrators had too few candidates (168 in the last one)" in words
    assert "used 5,032 bars of the wider training rule" in words  # rows hold the candidates too


def test_the_family_that_carried_information_is_named(
    built: ReportInputs, unscored: ReportInputs
) -> None:
    both, neither = (
        say(SENTENCES, "informative", inputs.confidence.families) for inputs in (built, unscored)
    )
    assert both.startswith("Both families are informative: the")
    assert neither.startswith("Neither family is significantly informative: too")


def test_fits_that_were_not_made_say_why(built: ReportInputs, unscored: ReportInputs) -> None:
    made, failed = (
        say(
            "kit/sentences.html.j2",
            "fit_history",
            fits.by_layer(one.confidence.folds),
            fits.failed(one.confidence.folds),
        )
        for one in (built, unscored)
    )
    assert "models 5 (since 2023-05-01)" in made
    assert failed.startswith(
        "No model was fitted. 1 fit had too little data or failed, most recently models on "
    )


def test_without_a_score_the_chapter_lists_no_models(
    built: ReportInputs, unscored: ReportInputs
) -> None:
    with_models, without = printed(built), printed(unscored)
    for heading in ("Reliability diagram by regime", "Feature importance", "Calibrator"):
        assert heading in with_models
        assert heading not in without
    assert "There is no score: " in without


def test_signal_quality_in_words(built: ReportInputs) -> None:
    quality = results_of(built).signal_quality
    assert "2,490 of 4,502 candidates out of sample win" in say(SENTENCES, "counted", quality)
    planted = say(SENTENCES, "planted", quality.planted_recall)
    assert "Of the 640 drops" in planted
    assert "21.0 % (17.0 to 25.0 %) were traded" in planted
    assert "mean confidence 83.5 %, win rate 84.2 %" in say(SENTENCES, "counted", quality)
    assert say(SENTENCES, "heterogeneity", quality.heterogeneity) == (
        "No significant difference between the win rates of the regimes (chi-squared "
        "1.40, 2 degrees of freedom, p = 0.497, level 0.025)."
    )


@pytest.mark.parametrize(
    ("losing", "winning", "base_rate", "words"),
    [
        (2741, 3411, 0.558, "more winning than losing ones are rejected. With 98.7 % of all"),
        (3411, 2741, 0.442, "more losing than winning ones are rejected. With 98.7 % of all"),
        (3411, 2741, 0.558, "more losing than winning ones are rejected."),
        (2741, 3411, 0.442, "more winning than losing ones are rejected."),
        (3000, 3000, 0.558, "as many winning as losing ones are rejected."),
    ],
)
def test_mcnemar_says_which_way_it_goes_and_where_that_is_the_base_rate(
    losing: int, winning: int, base_rate: float, words: str
) -> None:
    found = rejections.Rejections(losing, winning, 1e-17, 6231, base_rate)
    text = say(SENTENCES, "mcnemar", found)
    assert f"candidates rejected, p < 0.001; {words}" in text
    assert ("rejected at random" in text) == words.endswith("all")
    assert text.endswith(words) != words.endswith("all")


def test_what_rejecting_at_random_would_show() -> None:
    text = say(SENTENCES, "mcnemar", rejections.Rejections(2741, 3411, 1e-17, 6231, 0.558))
    assert text.endswith(
        "With 98.7 % of all candidates rejected and a base rate of 55.8 %, the same number "
        "rejected at random would be about 2,719 losing and 3,433 winning ones: the direction "
        "alone shows no skill."
    )


def test_a_filter_far_from_chance_is_not_said_to_be_chance() -> None:
    text = say(SENTENCES, "mcnemar", rejections.Rejections(95, 5, 1e-17, 1000, 0.4))
    assert "95 losing and 5 winning candidates rejected" in text
    assert "about 60 losing and 40 winning ones: the direction alone" in text


def test_a_test_that_was_not_made_has_no_rejections(built: ReportInputs) -> None:
    quality = results_of(built).signal_quality
    assert rejections.count_rejections(quality) is not None
    untested = replace(quality, mcnemar=replace(quality.mcnemar, p=None))
    assert rejections.count_rejections(untested) is None


def test_how_many_conditions_are_informative() -> None:
    def state(informative: list[str], comparable: int) -> str:
        return say(SENTENCES, "conditions", informative, comparable)

    assert state([], 0).startswith("No condition is met by some candidates and not by others")
    only = "The only condition that some candidates meet and others do not is"
    assert state([], 1).startswith(f"{only} not informative by these figures.")
    assert state(["A"], 1).startswith(f"{only} informative by these figures.")
    assert "do not, none is informative by these figures. The" in state([], 8)
    assert "do not, 1 is informative by these figures: A. The" in state(["A"], 8)
    assert "do not, 2 are informative by these figures: A; B. The" in state(["A", "B"], 8)


def test_a_condition_is_informative_by_what_is_printed(built: ReportInputs) -> None:
    base = results_of(built).funnel.confirmation_signals[0]
    higher = replace(base, precision=0.56, precision_of_rest=0.55)
    alike = replace(base, precision=0.55804, precision_of_rest=0.55801)
    lower = replace(base, precision=0.55, precision_of_rest=0.56)
    always = replace(base, precision_of_rest=None)
    rows = [higher, alike, lower, always]
    assert funnel.list_comparable(rows) == rows[:3]
    assert funnel.list_informative(rows) == [funnel.name_condition(higher)]


def test_heterogeneity_is_validates_verdict_whatever_p_is(built: ReportInputs) -> None:
    left_out = "regime high left out: 2 won and 0 not won, 5 of each are needed"
    test = replace(
        results_of(built).signal_quality.heterogeneity,
        verdict="heterogeneous",
        p=0.04,
        reason=left_out,
    )
    words = say(SENTENCES, "heterogeneity", test)
    assert words.startswith("Win rates differ between regimes (")
    assert words.endswith(f"Note: {left_out}.")


def test_signal_quality_without_a_trade_gives_reasons(states: States) -> None:
    none = states["phase 1 abstained"]()
    text = printed(none)
    for absent in ("built-in", "Predicted versus realised", "McNemar"):
        assert absent not in text
    quality = results_of(none).signal_quality
    consistency = say(SENTENCES, "consistency", quality.consistency, 0.9)
    assert "not computable: no candidate was traded" in consistency
    heterogeneity = say(SENTENCES, "heterogeneity", quality.heterogeneity)
    assert "cannot be tested: no candidate was traded" in heterogeneity
    assert consistency in text
    assert heterogeneity in text
