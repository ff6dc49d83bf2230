"""What phase 2 adds to its chapter, in every state it can be in: sentences, rows and charts."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report import pages
from dipmaster.report.chapters.claims import view as claims
from dipmaster.report.chapters.contents.view import find_parts
from dipmaster.report.chapters.exits import (
    ablation,
    ablation_chart,
    effects,
    excursions,
    exit_counts,
    holding_chart,
    mfe_capture,
    probability_chart,
    target_chart,
    targets,
    view,
)
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import drawing
from dipmaster.report.kit.table import table
from dipmaster.report.kit.verdicts import mark
from dipmaster.report.registry import chapters
from dipmaster.results.common import ComparisonVerdict
from dipmaster.results.evaluation.exits import EveryCandidate, ExitResults
from tests.made import adaptive_exits as made
from tests.report.conftest import unpainted
from tests.report.printed import plain, say
from tests.report.test_selection import headings

pytestmark = pytest.mark.slow

States = dict[str, Callable[[], ReportInputs]]
MINUS = "−"
SENTENCES = "chapters/exits/sentences.html.j2"


@pytest.fixture(scope="module")
def built(states: States) -> ReportInputs:
    return states["phase 2"]()


@pytest.fixture(scope="module")
def abstained(states: States) -> ReportInputs:
    return states["phase 2 abstained"]()


@pytest.fixture(scope="module")
def empty(states: States) -> ReportInputs:
    return states["phase 2, no candidates"]()


def results_of(inputs: ReportInputs) -> ExitResults:
    return inputs.results_of(2, ExitResults)


def effect_of(every: EveryCandidate) -> str:
    return say(SENTENCES, "effect", every, effects.names_by_verdict(effects.rows(every)))


def of_all(results: ExitResults) -> list[ablation.Variant]:
    return [ablation.Variant(row.rule, row.state, row.all) for row in results.ablation]


def models_of(results: ExitResults) -> str:
    return say(SENTENCES, "models", next(row for row in of_all(results) if row.rule == "models"))


def rules_of(results: ExitResults) -> str:
    return say(SENTENCES, "rules", ablation.rules_by_effect(of_all(results)))


def capture_of(results: ExitResults) -> str:
    capture = results.mfe_capture
    reasons = [mfe_capture.reasons(capture, is_known=known) for known in (False, True)]
    return say(SENTENCES, "capture", capture, *reasons)


def holding_of(results: ExitResults) -> str:
    return say(SENTENCES, "holding", results.holding, (45, 120))


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("better", "leave more of a trade"),
        ("worse", "make trades worse"),
        ("inconclusive", "Whether the exits of phase 2 change what a trade leaves is inconclusive"),
    ],
)
def test_the_effect_is_validates_verdict(verdict: ComparisonVerdict, expected: str) -> None:
    every = made.every_candidate(verdict)
    assert expected in effect_of(every)
    assert [row.verdict for row in effects.rows(every)] == [verdict] * 3


def test_verdicts_that_differ_are_all_named() -> None:
    every = made.every_candidate("worse")
    unshown = replace(every.change.mean_net_bps, verdict="inconclusive")
    mixed = replace(every, change=replace(every.change, mean_net_bps=unshown))
    assert effect_of(mixed) == (
        "Under the exits of phase 2, worse: win rate, profit factor; inconclusive: "
        "mean net a trade."
    )


def test_a_reason_that_all_variants_share_is_told_once(built: ReportInputs) -> None:
    switched = ablation.variants(results_of(built).ablation)
    assert ablation.reasons(switched) == {
        "insufficient: 5 of 10 losing trades": ["What phase 2 traded"]
    }


def test_the_effect_is_told_with_both_levels_and_its_intervals(built: ReportInputs) -> None:
    every = results_of(built).standalone
    assert say(SENTENCES, "changes", every, effects.rows(every)) == (
        f"Over 4,502 candidates: win rate {MINUS}2.0 points ({MINUS}2.8 to {MINUS}1.2 points), "
        f"worse; profit factor 0.90 times (0.85 to 0.95 times), worse; mean net a trade "
        f"{MINUS}3.1 bp ({MINUS}4.5 to {MINUS}1.7 bp), worse."
    )
    row = effects.rows(every)[0]
    assert plain(f"{row.before}; {row.after}") == "55.3 % (53.3 to 57.3 %); 53.3 % (51.3 to 55.3 %)"


def test_without_a_candidate_there_is_no_effect_and_little_is_listed(
    built: ReportInputs, empty: ReportInputs
) -> None:
    assert effect_of(results_of(empty).standalone) == "There was no candidate out of sample."
    with_entries, without = headings(built, "phase-2"), headings(empty, "phase-2")
    assert {
        "One rule switched at a time",
        "Profit captured",
        "Holding times, before and after",
        "Best and worst moment of a trade",
        "How good the exit models are",
    } <= with_entries - without
    assert "What the exit models say and what happens" in without


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ("harmful", "The exit models are harmful: with them off the mean net"),
        ("beneficial", "The exit models are beneficial: with them off the mean net"),
        ("inconclusive", "Whether the exit models are beneficial is inconclusive: with them off"),
    ],
)
def test_whether_the_models_help_is_validates_word(effect: made.Effect, expected: str) -> None:
    assert expected in models_of(made.exit_results(models=effect))


def test_models_that_decide_nothing_are_not_called_harmless(built: ReportInputs) -> None:
    results = results_of(built)
    idle = made.ablated(4502, "inconclusive", 0.0, "")
    same = replace(results, ablation=tuple(replace(row, all=idle) for row in results.ablation))
    assert models_of(same) == "With the exit models off nothing changes: they decide no trade."
    assert rules_of(same).startswith("Over every candidate: no effect: dynamic")


def test_rules_are_told_by_what_they_do_not_by_what_the_variant_does(built: ReportInputs) -> None:
    assert rules_of(results_of(built)) == (
        "Over every candidate: beneficial: trailing stop; harmful: partial exit (models), "
        "both model exits; inconclusive: dynamic target, quarter-hour exit; no effect: full exit "
        "(models)."
    )
    row = next(row for row in of_all(results_of(built)) if row.rule == "trailing")
    assert (row.name, row.effect, mark(row.effect)) == ("Trailing stop: off", "beneficial", "●")
    assert plain(numbers.bps(row.change.value)) == f"{MINUS}2.1 bp"


def test_six_rules_are_each_judged_alone_and_that_is_said(built: ReportInputs) -> None:
    rules = len(results_of(built).ablation)
    assert say(SENTENCES, "each_alone", rules, pages.shared(built)["bound_level"]) == (
        "The table judges 6 rules, each alone with bounds at 97.5 %; nothing is corrected for "
        "looking at 6."
    )


def test_a_variant_that_cannot_be_computed_says_why(empty: ReportInputs) -> None:
    assert models_of(results_of(empty)) == (
        "What the exit models are worth cannot be computed: insufficient under phase 2: 0 of 100 "
        "trades."
    )
    assert rules_of(results_of(empty)) == ""


def test_every_exit_type_is_listed_with_its_zeros(built: ReportInputs) -> None:
    rows = exit_counts.rows(results_of(built).exit_counts)
    by_name = {row[0]: row for row in table(exit_counts.COLUMNS, rows).rows}
    assert len(by_name) == 7
    assert by_name["time limit"][1:3] == ("on", "0")
    assert by_name["quarter-hour exit"][1:3] == ("off", "0")
    assert by_name["partial exit (profit taking)"][5] == "–"
    shown = view.view(built, 2)
    assert say(SENTENCES, "exit_counts", shown["never_taken"], shown["off"]) == (
        "Never fired in a trade: time limit. Switched off in phase 2: quarter-hour exit."
    )


def test_data_that_end_are_listed_where_they_closed_a_trade(built: ReportInputs) -> None:
    closed = [replace(row, fills=row.fills or 1) for row in results_of(built).exit_counts]
    assert exit_counts.name_of(exit_counts.rows(closed)[0]) == "end of data"


def test_how_often_scores_passed_is_told_with_its_zeros(
    built: ReportInputs, abstained: ReportInputs
) -> None:
    passed = say(SENTENCES, "thresholds_passed", results_of(built).exit_probability_use)
    every, trades = passed.split("; the highest says 71.2 %. ")
    assert every == (
        "Of 91,204 licensed scores of all candidates, 1,363 (1.49 %) say more than 60 % and 0 "
        "(0.00 %) more than 80 %"
    )
    assert trades.startswith("Of 2,410 licensed scores of trades while they were held, 31 ")
    assert say(SENTENCES, "thresholds_passed", results_of(abstained).exit_probability_use).endswith(
        "; the highest says 71.2 %. No closed bar of a trade has an exit probability "
        "with a licence."
    )


def test_without_a_score_the_models_never_act(states: States) -> None:
    none = states["phase 2, no models"]()
    assert say(SENTENCES, "thresholds_passed", results_of(none).exit_probability_use) == (
        "No closed bar has an exit probability with a licence to act on, so the exit models never "
        "act."
    )
    chapter = next(one for one in chapters(none) if one.anchor == "phase-2")
    with unpainted():
        anchors = [part.anchor for part in find_parts(pages.html(none, [chapter]))]
    assert "phase-2-models" in anchors
    assert "phase-2-exit-models" not in anchors


def test_capture_stands_before_and_after_and_says_what_cannot_be_computed(
    built: ReportInputs, states: States
) -> None:
    rows = mfe_capture.captured(results_of(built).mfe_capture)
    assert [tuple(map(plain, row)) for row in table(mfe_capture.CAPTURE, rows).rows] == [
        ("Opened by both phases", "171", "41.0 %", "37.0 %", "0.90 times", "0.78 to 1.02 times"),
        ("Every candidate alone", "4,502", "5.1 %", "4.3 %", "0.84 times", "0.72 to 0.96 times"),
    ]
    assert "Not to be computed" not in capture_of(results_of(built))
    assert capture_of(results_of(states["phase 2, no models"]())).endswith(
        "Not to be computed: opened by both phases: the exits of phase 1 took no gross profit; "
        "every candidate alone: the exits of phase 1 took no gross profit."
    )


def test_a_ratio_without_enough_data_shows_its_reason(built: ReportInputs) -> None:
    results = results_of(built)
    traded = results.mfe_capture.traded
    few = replace(traded.ratio, reason="insufficient under phase 2: 75 of 100 trades")
    capture = replace(results.mfe_capture, traded=replace(traded, ratio=few))
    assert capture_of(replace(results, mfe_capture=capture)).endswith(
        "Inconclusive: opened by both phases: insufficient under phase 2: 75 of 100 trades."
    )


def test_holding_times_stand_before_and_after(
    built: ReportInputs, abstained: ReportInputs, empty: ReportInputs
) -> None:
    assert holding_of(results_of(built)).endswith(
        "On average entries of both phases are held 52 min (46 to 58 min) under phase 1’s exits "
        "and 71 min (65 to 77 min) under phase 2’s; candidates 84 min (78 to 90 min) under phase "
        "1’s exits and 96 min (90 to 102 min) under phase 2’s."
    )
    held = [mfe_capture.held(results_of(one).holding) for one in (built, abstained, empty)]
    assert [len(rows) for rows in held] == [4, 2, 0]
    assert holding_of(results_of(empty)).endswith("held 45 to 120 minutes on average.")


def test_targets_and_trailing_stop_are_counted(
    built: ReportInputs, abstained: ReportInputs
) -> None:
    rows = table(targets.TARGETS, targets.by_set(results_of(built).targets)).rows
    assert [tuple(map(plain, row)) for row in rows] == [
        ("Phase 2", "171", "0.810 %", "0.588 %", "1.124 %", "0"),
        ("Candidates", "4,502", "0.810 %", "0.588 %", "1.124 %", "0"),
    ]
    trailing, none = (
        table(targets.TRAILING, targets.by_set(results_of(one).trailing)).rows[0]
        for one in (built, abstained)
    )
    assert plain(trailing[1]) == "82 (48.0 %)"
    assert none[1:] == ("0", "0", "–")


def test_an_unknown_regime_is_a_class_where_there_is_one(built: ReportInputs) -> None:
    found = results_of(built).targets
    names = [row.name for row in targets.classes(found)["Volatility regime"]]
    assert names == ["low", "normal", "high"]
    unknown = replace(found.all.regime[0], n=12)
    regime = (unknown, *found.all.regime[1:])
    rows = targets.classes(replace(found, all=replace(found.all, regime=regime)))
    first = rows["Volatility regime"][0]
    assert (first.name, first.multiplier) == ("unknown", "1.00")


def test_holding_times_are_drawn_once_a_chapter(built: ReportInputs) -> None:
    phases = [one for one in chapters(built) if one.anchor.startswith("phase-")]
    with unpainted():
        drawn = [chapter.view(built).get("holding_chart") for chapter in phases]
    assert [bool(chart) for chart in drawn] == [True, True, False]


def test_no_histogram_is_drawn_where_nothing_was_opened(
    built: ReportInputs, abstained: ReportInputs
) -> None:
    with unpainted():
        assert view.view(built, 2)["in_accounts"]
        assert not view.view(abstained, 2)["in_accounts"]


def test_models_that_fail_the_phase_are_named_in_the_chapter(states: States) -> None:
    failing = states["phase 2, most words"]()
    chapter = next(one for one in chapters(failing) if one.anchor == "phase-2")
    with unpainted():
        printed = plain(pages.html(failing, [chapter]))
    assert "The phase fails, whatever its gates say: the exit models make trades worse" in printed
    assert "3.1 bp a trade on 4,502" in printed


def test_the_claims_of_phase_2_are_measured(built: ReportInputs) -> None:
    groups = claims.group(built.validation.claims)
    assert [(group.title, len(group.table.rows)) for group in groups] == [
        ("Phase 1", 5),
        ("Phase 2", 3),
        ("Not built yet", 2),
    ]
    rows = {row[1]: row for row in groups[1].table.rows}
    assert plain(rows["Profit capture +40\N{NO-BREAK SPACE}%"][3]) == f"{MINUS}9.8 %"
    assert plain(rows["Positions held 45 to 120 minutes"][3]) == "71.2 minutes"


@pytest.mark.painted
def test_charts_tell_what_they_show(built: ReportInputs) -> None:
    results = results_of(built)
    with drawing():
        drawn = [
            probability_chart.panels(built.exit_models, (0.6, 0.8)),
            ablation_chart.forest(ablation.variants(results.ablation)[:1]),
            target_chart.classes(targets.classes(results.targets)),
            holding_chart.compared(
                [], [], ("phase 1", "phase 2"), mfe_capture.held(results.holding)
            ),
            excursions.scatter(results.excursions, 0.015, 0.006),
        ]
    for chart, told in zip(
        drawn,
        (
            "Highest probability 71.2",
            "Trailing stop: off −2.1",
            "strong up (x 1.40) 20 per cent of candidates",
            "Opened by both phases, phase 2’s exits: mean 71",
            "target 35, trailing stop 34",
        ),
        strict=True,
    ):
        assert told in chart


def test_every_exit_type_has_a_mark_of_its_own() -> None:
    looks = [tuple(sorted(style.items())) for style in excursions.MARKS.values()]
    assert len(set(looks)) == len(looks)
    shapes = [(look["marker"], look["markerfacecolor"]) for look in excursions.MARKS.values()]
    assert len(set(shapes)) == len(shapes)
