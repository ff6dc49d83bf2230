"""What phases changed, in print: paired differences, exits on all candidates, ablation."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report.chapters.changes import ablation, ablation_chart, correction, effects
from dipmaster.report.chapters.changes.view import CHANGES
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import drawing
from dipmaster.report.kit.verdicts import mark
from dipmaster.results.common import ComparisonVerdict
from dipmaster.results.evaluation.exits import ExitResults
from tests.made import adaptive_exits as made
from tests.made.outcomes import change
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter, say
from tests.report.run import validated

States = dict[str, Callable[[], ReportInputs]]
MINUS = "−"
SENTENCES = "chapters/changes/sentences.html.j2"


@pytest.fixture(scope="module")
def built(states: States) -> ReportInputs:
    return states["phase 2"]()


@pytest.fixture(scope="module")
def empty(states: States) -> ReportInputs:
    return states["phase 2, no candidates"]()


def printed(inputs: ReportInputs) -> str:
    """The chapter as text."""
    with unpainted():
        return print_chapter(inputs, CHANGES)


def models_of(results: ExitResults) -> str:
    rows = ablation.variants(results.ablation)
    return say(SENTENCES, "models", next((row for row in rows if row.rule == "models"), None))


def rules_of(results: ExitResults) -> str:
    return say(SENTENCES, "rules", ablation.rules_by_effect(ablation.variants(results.ablation)))


def test_every_phase_is_compared_with_the_one_before(built: ReportInputs) -> None:
    text = printed(built)
    for words in (
        "Phase 1 versus phase 0 Phase 0 Phase 1 Difference Interval Verdict",
        "Phase 2 versus phase 1 Phase 1 Phase 2 Difference Interval Verdict",
    ):
        assert words in text


def test_verdicts_hold_after_the_correction_and_p_stands_below_them(built: ReportInputs) -> None:
    """Figures stay; better and worse only where they are so after Holm's correction."""
    reason = "p = 0.090 after Holm’s correction for the number of phases"
    after = change(0.0001, 0.01, p=0.045)
    after = replace(after, comparison=replace(after.comparison, reason=reason))
    before = built.validation.differences["2"]
    better = replace(before.net_return, value=0.2, low=0.1, high=0.3, verdict="better", reason="")
    added = tuple(replace(one, net_return=after) for one in built.outcomes.added)
    inputs = validated(built, differences={
        **built.validation.differences, "2": replace(before, net_return=better)
    })  # fmt: skip
    assert "p 0.045" not in printed(inputs)
    text = printed(replace(inputs, outcomes=replace(built.outcomes, added=added)))
    assert "+10.00 to +30.00 points ◐ inconclusive p 0.045, Holm 0.090" in text
    assert "(net return): p = 0.090 after Holm’s correction" in text


def test_a_correction_never_makes_a_verdict_out_of_none(built: ReportInputs) -> None:
    row = next(one for one in built.contribution(2).changes if one.metric.key == "net_return")
    few = replace(row, comparison=replace(row.comparison, verdict="insufficient data"))
    strong = {"net_return": change(0.2, 0.1, "better", 0.001)}
    only = correction.correct(replace(built.contribution(2), changes=[few]), strong)
    assert list(only.changes) == [few]


def test_the_first_phase_has_nothing_to_be_compared_with(losing: ReportInputs) -> None:
    assert "Only one phase is built" in printed(losing)


def test_a_phase_without_a_trade_has_no_difference(states: States) -> None:
    text = printed(states["phase 1 abstained"]())
    assert "Phase 1 made no trade: there is no difference to report." in text
    assert "Difference Interval Verdict" not in text


@pytest.mark.parametrize("verdict", ["better", "worse", "inconclusive"])
def test_the_effect_on_all_candidates_is_validates_verdict(verdict: ComparisonVerdict) -> None:
    every = made.every_candidate(verdict)
    assert [row.verdict for row in effects.rows(every)] == [verdict] * 3


def test_both_levels_stand_with_their_intervals(built: ReportInputs) -> None:
    row = effects.rows(built.validation.adaptive_exits.standalone)[0]
    assert plain(row.before) == "55.3 % 53.3 to 57.3 %"
    assert plain(row.after) == "53.3 % 51.3 to 55.3 %"
    assert plain(row.difference) == f"{MINUS}2.0 points"


def test_without_a_candidate_there_is_no_effect_and_no_ablation(empty: ReportInputs) -> None:
    text = printed(empty)
    assert "There was no candidate out of sample." in text
    assert "Ablation" not in text


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ("harmful", "The exit models are harmful: they contribute −2.1 bp"),
        ("beneficial", "The exit models are beneficial: they contribute +2.1 bp"),
        ("inconclusive", "The effect of the exit models is inconclusive: they contribute"),
    ],
)
def test_the_effect_of_the_models_is_validates_word(effect: made.Effect, expected: str) -> None:
    assert expected in models_of(made.exit_results(models=effect))


def test_models_that_decide_nothing_are_not_called_harmless(built: ReportInputs) -> None:
    results = built.validation.adaptive_exits
    idle = made.ablated(4502, "inconclusive", 0.0, "")
    same = replace(results, ablation=tuple(replace(row, all=idle) for row in results.ablation))
    assert models_of(same) == (
        "The exit models have no effect: no trade is different without them."
    )
    assert rules_of(same).startswith("Over all candidates: no effect: dynamic")


def test_rules_are_listed_by_what_they_do_not_by_what_the_switch_does(built: ReportInputs) -> None:
    results = built.validation.adaptive_exits
    assert rules_of(results) == (
        "Over all candidates: beneficial: trailing stop; harmful: partial exit by models, "
        "both exits by models; inconclusive: dynamic target, quarter-hour exit; no effect: full "
        "exit by models."
    )
    row = next(row for row in ablation.variants(results.ablation) if row.rule == "trailing")
    assert (row.name, row.verdict, mark(row.verdict)) == ("Trailing stop", "beneficial", "●")
    assert plain(numbers.bps(row.contribution.value)) == "+2.1 bp"


def test_a_contribution_is_with_the_rule_less_without_it(built: ReportInputs) -> None:
    """Of a rule that phase 2 does not use, what adding it would change."""
    rows = {row.rule: row for row in ablation.variants(built.validation.adaptive_exits.ablation)}
    off, on = rows["trailing"], rows["quarter_hour"]
    assert (off.state, on.state) == ("off", "on")
    found = (off.contribution.value, off.contribution.low, off.contribution.high)
    change = (off.change.value, off.change.high, off.change.low)
    assert found == tuple(-x for x in change if x is not None)
    assert (on.contribution.value, on.contribution.low) == (on.change.value, on.change.low)
    assert on.name == "Quarter-hour exit (not used; if added)"


def test_too_small_a_sample_is_no_inconclusive_interval(built: ReportInputs) -> None:
    """The interval lies above zero, and still nothing is decided."""
    few = "sample too small in phase 2 (96 trades, minimum 100)"
    compared = built.validation.differences["2"]
    lacking = replace(
        compared.mean_net_bps, value=4.0, low=1.0, high=7.0, verdict="insufficient data", reason=few
    )
    differences = {
        **built.validation.differences,
        "2": replace(compared, mean_net_bps=lacking),
    }
    text = printed(validated(built, differences=differences))
    assert "+1.0 to +7.0 bp ◔ INSUFFICIENT DATA" in text
    assert f"Insufficient data (mean net return per trade): {few}." in text


def test_six_rules_are_each_tested_alone_and_that_is_printed(built: ReportInputs) -> None:
    assert len(built.validation.adaptive_exits.ablation) == 6
    assert "Bounds at 97.5 % for each rule; no multiple-testing correction (6 tests)" in printed(
        built
    )


def test_a_rule_whose_effect_cannot_be_computed_is_not_listed(empty: ReportInputs) -> None:
    assert models_of(empty.validation.adaptive_exits) == ""
    assert rules_of(empty.validation.adaptive_exits) == ""


def test_the_chart_names_change_interval_and_effect(built: ReportInputs) -> None:
    with drawing():
        chart = ablation_chart.forest(ablation.variants(built.validation.adaptive_exits.ablation))
    (row,) = (
        row
        for row in ablation.variants(built.validation.adaptive_exits.ablation)
        if row.rule == "trailing"
    )
    assert f"{numbers.estimate(row.contribution, 'bps')}  beneficial" in chart
