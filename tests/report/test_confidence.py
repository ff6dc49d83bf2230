"""What phase 1 adds to its chapter, in every state it can be in, and the roadmap's claims."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from dipmaster.report.chapters.selection import calibration, funnel, funnel_chart

from dipmaster.report import pages
from dipmaster.report.chapters.claims import view as claims
from dipmaster.report.chapters.contents.view import find_parts
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import fits
from dipmaster.report.kit.drawing import drawing
from dipmaster.report.kit.table import table
from dipmaster.report.registry import chapters
from dipmaster.results import ConfidenceResults
from dipmaster.results.confidence.calibration import CalibrationGate
from dipmaster.results.evaluation.record import SelectionResults
from tests.made.common import interval
from tests.report.conftest import unpainted
from tests.report.printed import plain, say

States = dict[str, Callable[[], ReportInputs]]
MINUS = "−"
SENTENCES = "chapters/selection/sentences.html.j2"


@pytest.fixture(scope="module")
def built(states: States) -> ReportInputs:
    return states["phase 1"]()


@pytest.fixture(scope="module")
def unscored(states: States) -> ReportInputs:
    return states["phase 1, no score"]()


def results_of(inputs: ReportInputs) -> SelectionResults:
    return inputs.results_of(1, SelectionResults)


def headings(inputs: ReportInputs, anchor: str) -> set[str]:
    """Parts of one chapter in the contents."""
    chapter = next(one for one in chapters(inputs) if one.anchor == anchor)
    with unpainted():
        printed = pages.html(inputs, [chapter])
    return {str(part.title) for part in find_parts(printed)}


def largest(inputs: ReportInputs) -> str:
    found = results_of(inputs).funnel
    candidates = found.out_of_sample[0].left
    return say(SENTENCES, "largest_step", funnel.largest_step(found), candidates)


def test_the_funnel_names_the_step_that_takes_most(built: ReportInputs) -> None:
    assert largest(built) == "Most candidates end at “reach the threshold”: 4,190 of 4,502."


def test_a_funnel_without_candidates_says_so(states: States) -> None:
    nothing = states["phase 1, no candidates"]()
    assert largest(nothing) == "There was no candidate."
    steps = table(funnel.FUNNEL, funnel.steps(results_of(nothing).funnel))
    assert {row[2] for row in steps.rows} == {"–"}


@pytest.mark.parametrize("state", ["phase 1", "phase 1, no candidates"])
def test_the_funnel_is_drawn_for_thousands_and_for_none(state: str, states: States) -> None:
    steps = funnel.steps(results_of(states[state]()).funnel)
    with drawing():
        drawn = funnel_chart.funnel(steps)
    for step in steps:
        assert f"{step.name} {step.row.left:,}" in drawn


def test_a_step_that_is_off_is_named_as_off(built: ReportInputs) -> None:
    found = results_of(built).funnel
    rows = tuple(replace(row, on=row.step != "checks") for row in found.out_of_sample)
    steps = funnel.steps(replace(found, out_of_sample=rows))
    assert [step.name for step in steps if not step.row.on] == ["Pass the checks (off)"]


def test_checks_say_whether_they_ask_anything(built: ReportInputs) -> None:
    checks = table(funnel.CHECKS, results_of(built).funnel.checks)
    assert [row[:3] for row in checks.rows] == [
        ("Volume spike", "implied by the rule", "4,502 of 4,502"),
        ("RSI in its range", "implied by the rule", "4,502 of 4,502"),
        ("No news impact", "not applicable", "–"),
        ("Liquidity adequate", "asked", "2,251 of 4,502"),
    ]


def cells(row: tuple[str, CalibrationGate]) -> list[str]:
    (printed,) = table(calibration.CALIBRATION, [row]).rows
    return [plain(cell) for cell in printed]


def test_calibration_stands_by_regime_with_all_first(built: ReportInputs) -> None:
    rows = calibration.by_regime(built.confidence)
    assert [(name, row.gate) for name, row in rows] == [
        ("all", "PASS"),
        ("low", "INCONCLUSIVE"),
        ("normal", "FAIL"),
        ("high", "INCONCLUSIVE"),
    ]
    assert cells(rows[0])[2:4] == ["0.231 0.211 to 0.251", "0.031 0.011 to 0.051"]


def test_a_regime_too_small_for_a_brier_interval_shows_the_value_alone(built: ReportInputs) -> None:
    name, row = calibration.by_regime(built.confidence)[1]
    small = replace(row, brier_interval=replace(interval(None), reason="one block"))
    assert cells((name, small))[2] == "0.231"


def with_confidence(inputs: ReportInputs, **changes: Any) -> ConfidenceResults:
    return replace(inputs.confidence, **changes)


def test_every_component_is_listed(built: ReportInputs) -> None:
    rows = table(calibration.COMPONENT_COLUMNS, calibration.components(built)).rows
    assert len(rows) == len(built.confidence.components) == 5
    assert rows[0] == ("Agreement of the models", "0.30", "0.40", "0.480")


def test_calibrators_that_rest_on_more_than_candidates_are_told(built: ReportInputs) -> None:
    assert calibration.borrowed_calibrators(built.confidence) == []
    assert say(SENTENCES, "borrowed", []) == ""
    folds = built.confidence.folds
    wide = [
        replace(one, rows=5200, candidates=168) if one.layer == "calibrator" else one
        for one in folds
    ]
    borrowed = calibration.borrowed_calibrators(with_confidence(built, folds=tuple(wide)))
    assert len(borrowed) == sum(one.layer == "calibrator" for one in folds)
    words = say(SENTENCES, "borrowed", borrowed)
    assert f"{len(borrowed)} of the calibrators had too few candidates (168 at the last" in words
    assert (
        "fitted on 5,032 bars of the wider training rule" in words
    )  # rows hold the candidates too


def test_the_family_that_carried_information_is_named(
    built: ReportInputs, unscored: ReportInputs
) -> None:
    both, neither = (
        say(SENTENCES, "carried", inputs.confidence.families) for inputs in (built, unscored)
    )
    assert both.startswith("Both families carried information here: the")
    assert neither.startswith("Neither family is shown to have carried information here: too")


def test_fits_that_were_not_made_say_why(built: ReportInputs, unscored: ReportInputs) -> None:
    made, failed = (
        say(
            SENTENCES,
            "fits",
            fits.by_layer(one.confidence.folds),
            fits.failed(one.confidence.folds),
        )
        for one in (built, unscored)
    )
    assert "models 5 times from 2023-05-01" in made
    assert failed.startswith(
        "Nothing was fitted. 1 fits were not made, the last (models) because: "
    )


def test_only_scores_out_of_sample_enter_the_histogram(built: ReportInputs) -> None:
    shown = calibration.out_of_sample(built, "confidence")
    times = built.scores["open_time"]
    assert shown.size == (times >= "2023-06-30").sum()


def test_without_a_score_the_chapter_lists_no_models(
    built: ReportInputs, unscored: ReportInputs
) -> None:
    with_models, without = (headings(inputs, "phase-1") for inputs in (built, unscored))
    assert "Which model carried information" in with_models - without
    assert "What confidence says and what happens" in without


def test_signal_quality_in_words(built: ReportInputs) -> None:
    quality = results_of(built).signal_quality
    assert "2,490 win when all are taken" in say(SENTENCES, "counted", quality)
    planted = say(SENTENCES, "planted", quality.planted_recall)
    assert "21.0 % (17.0 to 25.0 %) of the 640 drops" in planted
    realised = say(SENTENCES, "predicted_and_realised", quality)
    assert "mean confidence of 83.5 %, and 84.2 % of them won" in realised
    assert say(SENTENCES, "heterogeneity", quality.heterogeneity) == (
        "Whether win rates differ between regimes is inconclusive (statistic "
        "1.40, 2 degrees of freedom, p 0.497 against a level of 0.025)."
    )
    assert say(SENTENCES, "mcnemar", quality.mcnemar).endswith("p < 0.001.")


def test_heterogeneity_is_validates_verdict_whatever_p_is(built: ReportInputs) -> None:
    left_out = "regime high left out: 2 wins and 0 losses, 5 of each are needed"
    test = replace(
        results_of(built).signal_quality.heterogeneity,
        verdict="heterogeneous",
        p=0.04,
        reason=left_out,
    )
    printed = say(SENTENCES, "heterogeneity", test)
    assert printed.startswith("Win rates differ between regimes (")
    assert printed.endswith(f"Besides: {left_out}.")


def test_signal_quality_without_a_trade_gives_reasons(states: States) -> None:
    none = states["phase 1 abstained"]()
    chapter = next(one for one in chapters(none) if one.anchor == "phase-1")
    with unpainted():
        printed = plain(pages.html(none, [chapter]))
    for absent in ("Planted recall", "Said and done:", "McNemar"):
        assert absent not in printed
    quality = results_of(none).signal_quality
    consistency = say(SENTENCES, "consistency", quality.consistency, 0.9)
    assert "cannot be computed: no candidate was traded" in consistency
    heterogeneity = say(SENTENCES, "heterogeneity", quality.heterogeneity)
    assert "cannot be tested: no candidate was traded" in heterogeneity
    assert consistency in printed
    assert heterogeneity in printed


def test_every_claim_is_listed_once_and_later_phases_are_not_built(built: ReportInputs) -> None:
    groups = claims.group(built.validation.claims)
    assert [(group.title, len(group.table.rows)) for group in groups] == [
        ("Phase 1", 5),
        ("Not built yet", 4),
    ]
    assert all("not built" in row[-1] for row in groups[-1].table.rows)
    view = claims.view(built)
    assert say("chapters/claims/sentences.html.j2", "summary", view["total"], view["tally"]) == (
        "Of 9 claims: 1 met, 1 inconclusive, 3 not met, 4 not built."
    )


def test_a_claim_is_printed_in_its_unit(built: ReportInputs) -> None:
    rows = {claim.id: claim for claim in built.validation.claims}
    assert plain(claims.target_of(rows["win_rate_gain"])) == "+3.0 to +5.0 points"
    assert plain(claims.value_of(rows["win_rate_gain"])) == "+28.8 points"
    assert plain(claims.target_of(rows["holding"])) == "45 to 120 minutes"
    assert plain(claims.target_of(rows["fewer_trades"])) == f"{MINUS}30.0 to {MINUS}25.0 %"
    assert claims.value_of(rows["sharpe"]) == "–"
