"""The appendix on exits in every state it can be in: sentences, rows and charts."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report.chapters.claims import view as claims
from dipmaster.report.chapters.exits import (
    excursions,
    exit_counts,
    holding_chart,
    mfe_capture,
    probability_chart,
    target_chart,
    targets,
)
from dipmaster.report.chapters.exits.view import EXITS
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.drawing import drawing
from dipmaster.report.kit.table import table
from dipmaster.results.evaluation.exit_rules import TrailingFigures
from dipmaster.results.evaluation.exits import ExitResults
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter, say

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
    return inputs.validation.adaptive_exits


def printed(inputs: ReportInputs) -> str:
    """The chapter as text."""
    with unpainted():
        return print_chapter(inputs, EXITS)


def capture_of(results: ExitResults) -> str:
    capture = results.mfe_capture
    reasons = [mfe_capture.reasons(capture, is_known=known) for known in (False, True)]
    return say(SENTENCES, "capture", capture, *reasons)


def test_every_exit_type_is_listed_with_its_zeros(built: ReportInputs) -> None:
    rows = exit_counts.rows(results_of(built).exit_counts)
    by_name = {row[0]: row for row in table(exit_counts.COLUMNS, rows).rows}
    assert len(by_name) == 7
    assert by_name["time limit"][1:3] == ("on", "0")
    assert by_name["quarter-hour exit"][1:3] == ("off", "0")
    assert by_name["partial exit (profit taking)"][5] == "–"
    assert "Never triggered: time limit." in printed(built)


def test_data_that_end_are_listed_where_they_closed_a_trade(built: ReportInputs) -> None:
    closed = [replace(row, fills=row.fills or 1) for row in results_of(built).exit_counts]
    assert exit_counts.name_of(exit_counts.rows(closed)[0]) == "end of data"


def test_how_often_scores_passed_is_reported_with_its_zeros(
    built: ReportInputs, abstained: ReportInputs
) -> None:
    passed = say(SENTENCES, "thresholds_passed", results_of(built).exit_probability_use)
    every, trades = passed.split("; the maximum is 71.2 %. ")
    assert every == (
        "Of 91,204 licensed exit probabilities of all candidates, 1,363 (1.49 %) exceed 60 % and 0 "
        "(0.00 %) exceed 80 %"
    )
    assert trades.startswith("Of 2,410 licensed exit probabilities of open trades, 31 ")
    assert say(SENTENCES, "thresholds_passed", results_of(abstained).exit_probability_use).endswith(
        "; the maximum is 71.2 %. At no closed bar of a trade did the exit "
        "models have a licence to sell."
    )


def test_without_a_score_the_models_never_act(states: States) -> None:
    none = states["phase 2, no models"]()
    assert say(SENTENCES, "thresholds_passed", results_of(none).exit_probability_use) == (
        "The exit models never act: they had no licence to sell at any closed bar out of sample."
    )
    text = printed(none)
    assert "There are no exit models: " in text
    assert "Licence of the exit models" not in text


def test_capture_stands_before_and_after_and_says_what_cannot_be_computed(
    built: ReportInputs, states: States
) -> None:
    rows = mfe_capture.captured(results_of(built).mfe_capture)
    assert [tuple(map(plain, row)) for row in table(mfe_capture.CAPTURE, rows).rows] == [
        ("Traded by both phases", "171", "41.0 %", "37.0 %", "0.90 times", "0.78 to 1.02 times"),
        ("All candidates", "4,502", "5.1 %", "4.3 %", "0.84 times", "0.72 to 0.96 times"),
    ]
    assert "Not computable" not in capture_of(results_of(built))
    assert capture_of(results_of(states["phase 2, no models"]())).endswith(
        "Not computable: traded by both phases: the exits of phase 1 took no gross profit; "
        "all candidates: the exits of phase 1 took no gross profit."
    )


def test_a_ratio_without_enough_data_shows_its_reason(built: ReportInputs) -> None:
    results = results_of(built)
    traded = results.mfe_capture.traded
    few = replace(traded.ratio, reason="sample too small (75 trades, minimum 100)")
    capture = replace(results.mfe_capture, traded=replace(traded, ratio=few))
    assert capture_of(replace(results, mfe_capture=capture)).endswith(
        "No conclusion: traded by both phases: sample too small (75 trades, minimum 100)."
    )


def test_holding_times_stand_before_and_after(
    built: ReportInputs, abstained: ReportInputs, empty: ReportInputs
) -> None:
    rows = mfe_capture.held(results_of(built).holding)
    assert [plain(row.mean) for row in rows] == [
        "52 min (46 to 58 min)",
        "71 min (65 to 77 min)",
        "84 min (78 to 90 min)",
        "96 min (90 to 102 min)",
    ]
    held = [mfe_capture.held(results_of(one).holding) for one in (built, abstained, empty)]
    assert [len(rows) for rows in held] == [4, 2, 0]


def test_targets_and_trailing_stop_are_counted(
    built: ReportInputs, abstained: ReportInputs
) -> None:
    rows = table(targets.TARGETS, targets.by_set(results_of(built).targets)).rows
    assert [tuple(map(plain, row)) for row in rows] == [
        ("Phase 2", "171", "0.810 %", "0.588 %", "1.124 %", "0"),
        ("All candidates", "4,502", "0.810 %", "0.588 %", "1.124 %", "0"),
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


def test_the_claims_of_phase_2_are_measured(built: ReportInputs) -> None:
    groups = claims.group(built.validation.claims)
    assert [(group.title, len(group.table.rows)) for group in groups] == [
        ("Phase 1", 5),
        ("Phase 2", 3),
        ("Not measured", 4),
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
            target_chart.classes(targets.classes(results.targets)),
            holding_chart.means(mfe_capture.held(results.holding)),
            excursions.scatter(results.excursions, 0.015, 0.006),
        ]
    for chart, words in zip(
        drawn,
        (
            "Highest exit probability 71.2",
            "strong up (x 1.40) 20 per cent of candidates",
            "Traded by both phases, exits of phase 2: mean 71",
            "target 35, trailing stop 34",
        ),
        strict=True,
    ):
        assert words in chart


def test_every_exit_type_has_a_mark_of_its_own() -> None:
    looks = [tuple(sorted(style.items())) for style in excursions.MARKS.values()]
    assert len(set(looks)) == len(looks)
    shapes = [(look["marker"], look["markerfacecolor"]) for look in excursions.MARKS.values()]
    assert len(set(shapes)) == len(shapes)


def test_losses_of_the_trailing_stop_are_explained_with_the_gap() -> None:
    """A level that covers the costs is no promise of a price."""
    one = TrailingFigures(
        n=96, activated=62, stopped=23, mean_distance_frac=0.0075, lost=8, worst_net_bps=-74.6
    )
    words = say(SENTENCES, "trailing_losses", one, True)
    assert words.startswith(
        "8 of the 23 positions that the trailing stop closed had a net loss although its level "
        "covers the costs; the worst lost 74.6 bp."
    )
    assert "(a gap)" in words
    assert "although" not in say(SENTENCES, "trailing_losses", one, False)
    clean = replace(one, lost=0, worst_net_bps=0.1)
    assert say(SENTENCES, "trailing_losses", clean, True) == (
        "Of 23 positions that the trailing stop closed none had a net loss."
    )
    idle = replace(one, stopped=0, lost=0, worst_net_bps=None)
    assert say(SENTENCES, "trailing_losses", idle, True) == (
        "The trailing stop closed no position of phase 2."
    )
