"""Contributions, outcomes and contradictions in print."""

from dataclasses import replace

import pytest

from dipmaster.report.chapters.contradictions.view import CONTRADICTIONS, show
from dipmaster.report.chapters.contributions import tables
from dipmaster.report.chapters.contributions.view import CONTRIBUTIONS
from dipmaster.report.chapters.outcomes import forest, view
from dipmaster.report.chapters.outcomes.view import OUTCOMES
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.interval_plot import Mark
from dipmaster.report.kit.table import table
from tests.made.outcomes import change, contribution, idle, outcomes, share, success
from tests.report.printed import plain, print_chapter, say
from tests.report.run import run, simulated_market
from tests.report.states import STATES

SENTENCES = "chapters/outcomes/sentences.html.j2"
BOTH = (OUTCOMES, CONTRIBUTIONS)
MINUS = "−"


@pytest.fixture(scope="module")
def built() -> ReportInputs:
    return run(4)


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_printed_whole(state: str) -> None:
    inputs = STATES[state]()
    for chapter in (*BOTH, CONTRADICTIONS):
        if chapter.applies(inputs):
            text = print_chapter(inputs, chapter)
            assert "None" not in text
            assert " nan" not in text


def test_with_phase_0_alone_contradictions_remain() -> None:
    assert [one.applies(run(0)) for one in (*BOTH, CONTRADICTIONS)] == [False, False, True]


def test_contributions_are_grouped_by_their_corrected_verdicts(built: ReportInputs) -> None:
    groups = view.group_by_verdict(built.outcomes)
    assert groups == {"better": [1], "inconclusive": [2, 3, 4]}
    assert say(SENTENCES, "left_out", groups, 4) == (
        "Net return of phase 4 compared with the same strategy without one phase, after Holm’s "
        "correction: higher with phase 1; inconclusive for phases 2, 3 and 4."
    )
    assert say(SENTENCES, "left_out", {"worse": [2], "insufficient data": [4]}, 4).endswith(
        "lower with phase 2; insufficient data for phase 4."
    )


def test_costs_gains_and_success_stand_in_one_table(built: ReportInputs) -> None:
    text = print_chapter(built, OUTCOMES)
    assert "Phase 3 27,000 −300 −550 to −50 4:1 −0.011 −0.020 to −0.002 80 % 15.0 %" in text
    assert "All phases 108,000 1,350 650 to 2,050 5.25:1 0.050 0.024 to 0.076 85 %" in text
    assert "multiply to 45.9 %" in text
    assert "the roadmap states 85 %" in text
    assert "the profit of this period is no estimate of the profit to expect" in text


def test_phases_without_a_trade_are_a_sentence_and_no_chart(built: ReportInputs) -> None:
    text = print_chapter(replace(built, outcomes=idle()), OUTCOMES)
    assert "Phases 1, 2, 3 and 4 made no trade: their contribution is that of" in text
    assert "No contribution is computable" in text
    assert "<figcaption" not in text


def test_shares_of_other_markets_are_not_applied_to_a_run(built: ReportInputs) -> None:
    """The study had the params of the tests; another param, or market data, is said."""
    assert view.list_differing(built) == []
    assert "do not apply" not in say(SENTENCES, "study", success(), True, [])
    other = replace(success(), params={**success().params, "sizing": "0" * 16})
    changed = replace(built, outcomes=replace(outcomes(), success=other))
    assert view.list_differing(changed) == ["sizing"]
    assert "This run has other settings than those markets (sizing)" in print_chapter(
        changed, OUTCOMES
    )
    real = replace(built, market=replace(simulated_market(), source="raw"))
    assert "This run has market data: the shares do not apply to it." in print_chapter(
        real, OUTCOMES
    )


def test_a_study_without_a_market_has_a_dash() -> None:
    missing = replace(success(), by_phase=tuple(share(one, 0.9, 0, 0) for one in (1, 2, 3, 4)))
    inputs = replace(run(4), outcomes=replace(outcomes(), success=missing))
    assert "90 % –" in print_chapter(inputs, OUTCOMES)


def test_p_values_stand_beside_the_differences(built: ReportInputs) -> None:
    text = print_chapter(built, CONTRIBUTIONS)
    assert "Mean net return per trade +3.0 bp" in text
    assert "+50.0 points +40.0 to +60.0 points 0.001 0.002" in text
    assert "240 / 6,200" not in text, "versus the previous phase: in the chapter on changes"
    assert "not reachable" in text
    assert "Phase 0 cannot be left out: it finds the candidates." in text


def test_reasons_for_no_verdict_stand_once(built: ReportInputs) -> None:
    assert tables.list_reasons(built.outcomes.added) == []
    assert len(tables.list_reasons(idle().added)) == 1
    text = print_chapter(replace(built, outcomes=idle()), CONTRIBUTIONS)
    assert text.count("Sample too small in phase 1 (78 trades, minimum 100).") == 1
    assert "No difference is computable." in text
    assert "Trades with / without" not in text, "no table of dashes"


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.01124, "fine_percent", "1.124 %"),
        (14.0, "hours", "14 hours"),
        (16.0, "weeks", "16 weeks"),
        (0.459, "percent", "45.9 %"),
        (-0.1017, "fine", f"{MINUS}0.102"),
        (0.4, "change", "+40.0 %"),
    ],
)
def test_a_contradiction_in_its_unit(value: float, unit: str, words: str) -> None:
    assert plain(show(value, unit)) == words


def test_contradictions_are_listed_in_order(built: ReportInputs) -> None:
    text = print_chapter(built, CONTRADICTIONS)
    places = [text.index(one.statement) for one in built.outcomes.contradictions]
    assert places == sorted(places)
    assert "0.800 0.797 2 × 0.85 × 0.75 / (0.85 + 0.75)." in text


def test_a_value_far_beyond_the_others_does_not_flatten_them() -> None:
    rows = [Mark(value, value - 0.2, value + 0.2) for value in (0.3, -0.5, 0.9, 0.1, 51.0)]
    limits = forest._limits(rows)
    assert limits[1] < 2.0
    assert [forest.is_within(row, limits) for row in rows] == [True] * 4 + [False]
    near = [*rows[:4], Mark(2.0, 1.8, 2.2)]
    assert all(forest.is_within(row, forest._limits(near)) for row in near)


def test_identical_accounts_have_an_axis() -> None:
    low, high = forest._limits([Mark(0.0, 0.0, 0.0)] * 3)
    assert low < 0.0 < high


@pytest.mark.painted
def test_the_chart_says_what_it_shows() -> None:
    chart = str(forest.draw(forest.list_rows(outcomes(2))))
    assert "1 added" in chart
    assert "2 left out" in chart
    assert "Contribution of each phase with its interval." in chart


@pytest.mark.painted
@pytest.mark.parametrize("net_return", [0.51, -0.51])
def test_an_arrow_stands_for_a_value_beyond_the_panel(net_return: float) -> None:
    far = replace(contribution(2, 100, 100), net_return=change(net_return, 0.05))
    results = replace(outcomes(4), added=(far,))
    results = replace(results, left_out=tuple(contribution(k, 100, 100) for k in (2, 3, 4)))
    chart = str(forest.draw(forest.list_rows(results)))
    assert ("→" if net_return > 0 else "←") in chart


def test_rows_of_a_table_are_three_a_phase() -> None:
    lines = table(tables.LINES, tables.list_lines(outcomes(3).added))
    assert len(lines.rows) == 9
    assert [row[0] for row in lines.rows] == ["1", "", "", "2", "", "", "3", "", ""]
