"""Sentences, rows and charts of phase 2's chapter, in every state it can be in."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dipmaster.report.chapters.claims import view as claims
from dipmaster.report.chapters.decision import headline
from dipmaster.report.chapters.exits import (
    ablation_chart,
    effects,
    excursions,
    exit_counts,
    holding_chart,
    mfe_capture,
    models,
    probability_chart,
    target_chart,
    targets,
    view,
)
from dipmaster.report.chapters.phase import view as phases
from dipmaster.report.inputs import Inputs
from dipmaster.report.kit import comparison
from dipmaster.report.kit.drawing import drawing
from tests.report.conftest import unpainted
from tests.report.made import phase_2

States = dict[str, Callable[[], Inputs]]
MINUS, NBSP = "−", "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def built(states: States) -> Inputs:
    return states["phase 2"]()


@pytest.fixture(scope="module")
def quiet(states: States) -> Inputs:
    return states["phase 2 abstained"]()


@pytest.fixture(scope="module")
def empty(states: States) -> Inputs:
    return states["phase 2, no candidates"]()


def flat(text: str) -> str:
    return text.replace(NBSP, " ")


def with_exits(inputs: Inputs, **parts: Any) -> Inputs:
    found = {**inputs.validate["exits"], **parts}
    return replace(inputs, validate={**inputs.validate, "exits": found})


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("BETTER", "leave more of a trade"),
        ("WORSE", "make trades worse"),
        ("NOT SHOWN", "It is not shown that the exits of phase 2 change"),
    ],
)
def test_the_effect_is_validates_verdict(built: Inputs, verdict: str, said: str) -> None:
    every = phase_2.every_candidate(verdict)
    inputs = with_exits(built, every_candidate=every)
    assert said in effects.effect(inputs)
    assert [row.verdict for row in effects.rows(inputs)] == [verdict] * 3


def test_verdicts_that_differ_are_all_named(built: Inputs) -> None:
    every = phase_2.every_candidate("WORSE")
    every["change"]["mean_net_bps"]["verdict"] = "NOT SHOWN"
    assert effects.effect(with_exits(built, every_candidate=every)) == (
        "Under the exits of phase 2, worse: win rate, profit factor; not shown: mean net a trade."
    )


def test_a_reason_that_all_variants_share_is_told_once(built: Inputs) -> None:
    switched = [(name, effects.variants(built, name)) for name in ("all", "traded")]
    assert effects.reasons(switched) == ["traded: insufficient: 5 of 10 losing trades."]


def test_the_effect_is_told_with_both_levels_and_its_intervals(built: Inputs) -> None:
    assert flat(effects.effect_words(built)) == (
        f"Over 4,502 candidates: win rate {MINUS}2.0 points ({MINUS}2.8 to {MINUS}1.2 points), "
        f"worse; profit factor 0.90 times (0.85 to 0.95 times), worse; mean net a trade "
        f"{MINUS}3.1 bp ({MINUS}4.5 to {MINUS}1.7 bp), worse."
    )
    row = effects.rows(built)[0]
    assert flat(f"{row.before}; {row.after}") == "55.3 % (53.3 to 57.3 %); 53.3 % (51.3 to 55.3 %)"


def test_without_a_candidate_there_is_no_effect_and_little_is_listed(
    built: Inputs, empty: Inputs
) -> None:
    assert effects.effect(empty) == "There was no candidate out of sample."
    assert effects.effect_words(empty) == ""

    def listed(inputs: Inputs) -> set[str]:
        return {part["title"] for part in phases.parts(inputs, 2)}

    assert {
        "One rule switched at a time",
        "Profit captured",
        "Holding times, before and after",
        "Best and worst moment of a trade",
        "How good the heads are",
    } <= listed(built) - listed(empty)
    assert "What the exit models say and what happens" in listed(empty)


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        ("HURTS", "The exit models make things worse: with them off the mean net"),
        ("HELPS", "The exit models help: with them off the mean net"),
        ("NOT SHOWN", "It is not shown that the exit models help or hurt"),
    ],
)
def test_whether_the_models_help_is_validates_word(built: Inputs, effect: str, said: str) -> None:
    rows = [phase_2.variant(rule, effect) for rule in phase_2.RULES]
    assert said in effects.models_words(with_exits(built, leave_one_out=rows))


def test_models_that_decide_nothing_are_not_called_harmless(built: Inputs) -> None:
    rows = copy.deepcopy(built.validate["exits"]["leave_one_out"])
    for row in rows:
        row["all"]["change_mean_net_bps"] |= {"value": 0.0, "low": 0.0, "high": 0.0}
        row["all"]["effect"] = "NOT SHOWN"
    inputs = with_exits(built, leave_one_out=rows)
    assert effects.models_words(inputs) == (
        "With the exit models off nothing changes: they decide no trade."
    )
    assert effects.switched_words(inputs).startswith("Over every candidate: no effect: dynamic")


def test_rules_are_told_by_what_they_do_not_by_what_the_variant_does(built: Inputs) -> None:
    assert effects.switched_words(built) == (
        "Over every candidate: help: trailing stop; hurt: partial exit (models), both model exits; "
        "not shown: dynamic target, boundary exit; no effect: full exit (models)."
    )
    row = next(row for row in effects.variants(built, "all") if row.rule == "trailing")
    assert (row.name, row.effect, row.mark) == ("Trailing stop: off", "HELPS", "●")
    assert flat(row.change) == f"{MINUS}2.1 bp"


def test_six_rules_are_each_judged_alone_and_that_is_said(built: Inputs) -> None:
    assert flat(effects.alone_words(built)) == (
        "The table judges 6 rules, each alone with bounds at 97.5 %; nothing is corrected for "
        "looking at 6."
    )


def test_a_variant_that_cannot_be_computed_says_why(empty: Inputs) -> None:
    assert effects.models_words(empty) == (
        "What the exit models are worth cannot be computed: insufficient under phase 2: 0 of 100 "
        "trades."
    )
    assert effects.switched_words(empty) == ""


def test_every_way_out_is_listed_with_its_zeros(built: Inputs) -> None:
    rows = {row.name: row for row in exit_counts.rows(built)}
    assert len(rows) == 7
    assert (rows["time limit"].fills, rows["time limit"].on) == ("0", True)
    assert (rows["boundary"].fills, rows["boundary"].on) == ("0", False)
    assert rows["partial exit (profit taking)"].net == "–"
    assert exit_counts.fired_words(built) == (
        "Never fired in a trade: time limit. Switched off in phase 2: boundary."
    )


def test_data_that_end_are_listed_where_they_closed_a_trade(built: Inputs) -> None:
    rows = [{**row, "fills": row["fills"] or 1} for row in built.validate["exits"]["fired"]]
    assert (
        next(row.name for row in exit_counts.rows(with_exits(built, fired=rows))) == "end of data"
    )


def test_how_often_scores_passed_is_told_with_its_zeros(built: Inputs, quiet: Inputs) -> None:
    every, trades = (flat(said) for said in exit_counts.passed_words(built))
    assert every == (
        "Of 91,204 scored closed bars of all candidates, 1,363 (1.49 %) say more than 60 % and 0 "
        "(0.00 %) more than 80 %; the highest says 71.2 %."
    )
    assert trades.startswith("Of 2,410 scored closed bars of trades while they were held, 31 ")
    assert exit_counts.passed_words(quiet)[1] == "No closed bar of a trade has an exit probability."


def test_without_a_score_the_models_never_act(states: States) -> None:
    none = states["phase 2, no models"]()
    assert exit_counts.passed_words(none) == [
        "No closed bar has an exit probability, so the exit models never act."
    ]
    parts = [part["anchor"] for part in phases.parts(none, 2)]
    assert "phase-2-models" in parts
    assert "phase-2-heads" not in parts


def test_capture_stands_before_and_after_and_says_what_cannot_be_computed(
    built: Inputs, states: States
) -> None:
    assert [tuple(map(flat, row)) for row in mfe_capture.capture_rows(built)] == [
        ("Opened by both phases", "171", "41.0 %", "37.0 %", "0.90 times", "0.78 to 1.02 times"),
        ("Every candidate alone", "4,502", "5.1 %", "4.3 %", "0.84 times", "0.72 to 0.96 times"),
    ]
    assert "Not to be computed" not in mfe_capture.capture_words(built)
    assert mfe_capture.capture_words(states["phase 2, no models"]()).endswith(
        "Not to be computed: opened by both phases: the exits of phase 1 took no gross profit; "
        "every candidate alone: the exits of phase 1 took no gross profit."
    )


def test_a_ratio_without_enough_data_shows_its_reason(built: Inputs) -> None:
    found = copy.deepcopy(built.validate["exits"]["capture"])
    found["traded"]["ratio"]["reason"] = "insufficient under phase 2: 75 of 100 trades"
    said = mfe_capture.capture_words(with_exits(built, capture=found))
    assert said.endswith(
        "Not shown: opened by both phases: insufficient under phase 2: 75 of 100 trades."
    )


def test_holding_times_stand_before_and_after(built: Inputs, quiet: Inputs, empty: Inputs) -> None:
    assert flat(mfe_capture.holding_words(built)).endswith(
        "On average entries of both phases are held 52 min (46 to 58 min) under phase 1’s exits "
        "and 71 min (65 to 77 min) under phase 2’s; candidates 84 min (78 to 90 min) under phase "
        "1’s exits and 96 min (90 to 102 min) under phase 2’s."
    )
    assert [len(mfe_capture.held(inputs)) for inputs in (built, quiet, empty)] == [4, 2, 0]
    assert mfe_capture.holding_words(empty).endswith("held 45 to 120 minutes on average.")


def test_targets_and_trailing_stop_are_counted(built: Inputs, quiet: Inputs) -> None:
    assert [tuple(map(flat, row)) for row in targets.targets(built)] == [
        ("Phase 2", "171", "0.810 %", "0.588 %", "1.124 %", "0"),
        ("Candidates", "4,502", "0.810 %", "0.588 %", "1.124 %", "0"),
    ]
    assert flat(targets.trailing(built)[0][1]) == "82 (48.0 %)"
    assert targets.trailing(quiet)[0][1:] == ("0", "0", "–")


def test_an_unknown_regime_is_a_class_where_there_is_one(built: Inputs) -> None:
    assert [row.name for row in targets.classes(built)["Volatility regime"]] == [
        "low",
        "normal",
        "high",
    ]
    found = copy.deepcopy(built.validate["exits"]["targets"])
    found["all"]["regime"][0]["n"] = 12
    rows = targets.classes(with_exits(built, targets=found))["Volatility regime"]
    assert (rows[0].name, rows[0].multiplier) == ("unknown", "1.00")


def test_exit_models_are_told_with_bounds_and_their_fits(built: Inputs) -> None:
    rows = models.judged(built)
    assert [row.name for row in rows] == ["Profit head", "Risk head", "Exit probability"]
    assert rows[0].figures[0] == ("0.583", "0.572 to 0.594")
    assert rows[0].figures[3:] == ((), (), ())
    assert flat(models.timing_words(built)).startswith(
        "The timing head says in how many bars the best exit comes, 14.2 on average. It misses by "
        "9.1 bars (8.9 to 9.3 bars), always saying the past mean by 9.9 bars"
    )
    assert models.fits(built) == (
        "Fitted walk-forward: heads 2 times from 2023-04-01, the last on 54,000 of 108,000 bars, "
        "thinned by rule, of 5,400 positions; calibrator 1 times from 2023-07-01, the last on "
        "18,000 bars of 900 positions."
    )


def test_the_gain_is_that_of_the_highest_step_with_bars(built: Inputs) -> None:
    assert flat(models.gain_words(built)) == (
        "Where exit probability is highest, 70.0 to 80.0 % (9,000 closed bars), a sale at the next "
        "open earns +7.0 bp (+3.0 to +11.0 bp) against holding; above 0 acting pays."
    )


def test_a_fit_that_was_not_made_says_why(states: States) -> None:
    said = models.fits(states["phase 2, no models"]())
    assert said.startswith("Nothing was fitted. 1 fits were not made, the last because: profit")


def test_the_chapter_stays_compact_with_few_trades(built: Inputs, states: States) -> None:
    assert phases.is_compact(built, 2)
    assert not phases.is_compact(states["phase 2, many trades"](), 2)


def test_holding_times_are_drawn_once_a_chapter(built: Inputs) -> None:
    with unpainted():
        drawn = [phases.view(built, number).get("holding_chart") for number in (0, 1, 2)]
    assert [bool(chart) for chart in drawn] == [True, True, False]


def test_no_histogram_is_drawn_where_nothing_was_opened(built: Inputs, quiet: Inputs) -> None:
    with unpainted():
        assert view.view(built)["in_accounts"]
        assert not view.view(quiet)["in_accounts"]


def test_page_one_speaks_of_the_last_phase(built: Inputs, quiet: Inputs) -> None:
    found = headline.verdict(built)
    assert found.headline == "No verdict yet: phases 3 and 4 are not built."
    told = flat(" ".join(found.sentences))
    assert "Phase 1: INCONCLUSIVE." in told
    assert "Phase 2: INCONCLUSIVE." in told
    assert "Phase 2 against phase 1, paired: win rate −4.1 points" in told
    assert "Phase 2 won 144 of 171 trades" in told
    assert (built.spoken_of, quiet.spoken_of, quiet.latest) == (2, 0, 2)
    assert "Against phase 1 it bought nothing" in " ".join(headline.verdict(quiet).sentences)


def test_models_that_fail_the_phase_are_named_on_page_one_and_in_the_chapter(
    states: States, built: Inputs
) -> None:
    failing = states["phase 2, most words"]()
    told = " ".join(headline.verdict(failing).sentences)
    assert told.count("It fails because the exit models make trades worse.") == 1
    assert "It fails because" not in " ".join(headline.verdict(built).sentences)
    with unpainted():
        assert "3.1 bp a trade on 4,502" in phases.view(failing, 2)["harm"]


def test_as_many_trades_are_no_percentage(built: Inputs) -> None:
    assert "; as many trades." in comparison.contribution(built, 2)


def test_the_promises_of_phase_2_are_measured(built: Inputs) -> None:
    groups = claims.groups(built)
    assert [(group.title, len(group.rows)) for group in groups] == [
        ("Phase 1", 5),
        ("Phase 2", 3),
        ("Not built yet", 2),
    ]
    rows = {row.promise: row for row in groups[1].rows}
    assert flat(rows["Profit capture +40 %"].value) == f"{MINUS}9.8 %"
    assert flat(rows["Positions held 45 to 120 minutes"].value) == "71.2 minutes"


def test_charts_tell_what_they_show(built: Inputs) -> None:
    found = built.validate["exits"]
    with drawing():
        drawn = [
            probability_chart.panels(built.exits, (0.6, 0.8)),
            ablation_chart.forest([("all", effects.variants(built, "all"))]),
            target_chart.classes(targets.classes(built)),
            holding_chart.compared([], [], ("phase 1", "phase 2"), mfe_capture.held(built)),
            excursions.scatter(found["scatter"], 0.015, 0.006),
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


def test_every_way_out_has_a_mark_of_its_own() -> None:
    looks = [tuple(sorted(style.items())) for style in excursions.MARKS.values()]
    assert len(set(looks)) == len(looks)
    shapes = [(look["marker"], look["markerfacecolor"]) for look in excursions.MARKS.values()]
    assert len(set(shapes)) == len(shapes)
