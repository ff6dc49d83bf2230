"""Chapters on stress tests: in every state whole sentences, and figures that are those measured."""

import re
from dataclasses import replace

import pytest

from dipmaster.report.chapters.stress import fan_chart, view
from dipmaster.report.chapters.stress.view import STRESS
from dipmaster.report.chapters.stress_scenarios.tables import tabulate_final
from dipmaster.report.chapters.stress_scenarios.view import STRESS_SCENARIOS
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import html
from dipmaster.report.kit.scenario_names import SCENARIOS
from dipmaster.results.common import Interval
from dipmaster.results.stress import StressResults
from dipmaster.stress import scenarios
from tests.made import stress
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter
from tests.report.run import params, run
from tests.report.wording import find_refused, text_of_page


def print_both(results: StressResults, last: int) -> tuple[str, str]:
    inputs = replace(run(last), stress=results)
    with unpainted():
        pages = [print_chapter(inputs, one) for one in (STRESS, STRESS_SCENARIOS)]
    assert find_refused(text_of_page(" ".join(pages))) == []
    body, appendix = (re.sub(r"\s+", " ", text_of_page(page)) for page in pages)
    return body, appendix


def test_every_scenario_has_a_name_and_a_change() -> None:
    names = [one.name for one in scenarios.SCENARIOS]
    assert list(SCENARIOS) == names == list(stress.NAMES)
    template = "chapters/stress_scenarios/sentences.html.j2"
    say = html.environment().get_template(template).module
    changes = [str(say.change(name, params().stress)) for name in names]  # type: ignore[attr-defined]
    assert all(change.endswith(".") for change in changes)
    assert len(set(changes)) == len(names)


def test_the_body_says_what_is_effective_and_where_shocks_begin() -> None:
    body, appendix = print_both(stress.stress(4), 4)
    assert "the engine trades the orders of phase 4 on them again" in body
    assert "Phase 4 holds a position at 2 of 200 random dates." in body
    assert "200 windows from 69 distinct trades" in body
    assert "risk controls are effective in 12 of 13 scenarios" in body
    assert "without them the account stays below that limit in 12." in body
    assert "The limit is met even without controls" not in body
    assert "6.00 %" in body
    assert "phase 0, random date" in appendix.lower().replace("\N{NO-BREAK SPACE}", " ")
    assert "2024-07-10 03:00" in appendix


def test_the_body_has_the_largest_drawdowns_and_says_where_the_others_are() -> None:
    results = stress.stress(4)
    rows = view.rows_of(results, "positions open")
    chosen = view.choose(rows)
    assert [row.scenario for row in chosen[:1]] == ["untouched"]
    left = [row for row in rows if row not in chosen]
    least = min(row.with_controls.worst_drawdown_frac for row in chosen[1:] if row.with_controls)
    assert len(left) == 4
    assert all(row.with_controls.worst_drawdown_frac <= least for row in left if row.with_controls)
    body, _ = print_both(results, 4)
    assert "the 4 scenarios with the smallest drawdowns are in the appendix" in body


def test_a_limit_that_is_met_without_controls_is_said_so() -> None:
    base = stress.stress(4)
    small = stress.measures(0.01, 200)
    rows = tuple(
        replace(one, with_controls=small, without_controls=small, risk_controls_effective=True)
        for one in base.rows
    )
    body, _ = print_both(replace(base, rows=rows), 4)
    assert "effective in 13 of 13 scenarios" in body
    assert "The limit is met even without controls" in body


def test_a_phase_that_never_invested_gets_a_sentence() -> None:
    """And no table of zeros: an account in cash has nothing to stress."""
    body, appendix = print_both(stress.never_invested(2), 2)
    assert (
        "Phase 2 makes no trade in any of 200 windows that begin at random dates, and no shock "
        "begins while a position is open: phase 2 held no position"
    ) in body
    assert "effective" not in body
    assert "0.00 %" not in body
    assert "Phase 2 made no trade in any window." in appendix
    for words in ("Worst window", "Phase 2 in detail", "Phase 2, random"):
        assert words not in appendix
    assert "Phase 0, positions open" in appendix


def test_phases_that_never_invested_have_no_table_at_all() -> None:
    made = stress.never_invested(2)
    rows = tuple(row for row in made.rows if row.phase == 2)
    _, appendix = print_both(replace(made, phases=(2,), rows=rows), 2)
    assert "Worst drawdown by phase" not in appendix
    assert "–" not in appendix


def test_random_dates_alone_are_shown_where_the_phase_traded_on_them() -> None:
    made = stress.stress(4)
    rows = tuple(
        replace(row, runs=0, traded=0, with_controls=None, without_controls=None,
                risk_controls_effective=None, reason="phase 4 held no position")
        if (row.phase, row.start) == (4, "positions open") else row
        for row in made.rows
    )  # fmt: skip
    body, appendix = print_both(replace(made, rows=rows), 4)
    assert "No shock begins while a position is open: phase 4 held no position." in body
    assert "Start: random date" in body
    assert "Phase 4, random date" in appendix
    assert "Phase 4, positions open" not in appendix


def test_no_room_for_a_window_is_a_sentence_and_no_appendix() -> None:
    inputs = replace(run(1), stress=stress.no_runs(1))
    assert not STRESS_SCENARIOS.applies(inputs)
    with unpainted():
        page = text_of_page(print_chapter(inputs, STRESS))
    assert "There is no stress test: no bar out of sample with 5 days of bars after it." in page
    assert "–" not in page


@pytest.mark.parametrize("last", [0, 1, 2, 3, 4])
def test_any_number_of_phases(last: int) -> None:
    _, appendix = print_both(stress.stress(last), last)
    assert f"Phase {last} in detail" in appendix


def test_the_chart_says_what_it_shows() -> None:
    chart = fan_chart.draw(stress.stress(2).fans)
    assert "Market crash as written with risk controls, 200 windows" in chart
    assert "worst \N{MINUS SIGN}0.60" in chart


def test_rows_of_the_body_are_those_of_the_final_phase(run_inputs: ReportInputs) -> None:
    rows = view.rows_of(run_inputs.stress, "positions open")
    assert [row.scenario for row in rows] == list(stress.NAMES)
    assert {row.phase for row in rows} == {run_inputs.stress.final_phase}


@pytest.fixture
def run_inputs() -> ReportInputs:
    return run(3)


def test_what_controls_save_has_its_unit_behind_the_estimate_too() -> None:
    row = stress.stress(3).rows[0]
    saved = replace(row, drawdown_saved=Interval(0.0002, 0.0001, 0.0002))
    unbounded = replace(row, drawdown_saved=Interval(0.0002, None, None))
    printed = [plain(cells[-1]) for cells in tabulate_final([saved, unbounded]).rows]
    assert printed == ["0.02 % (0.01 to 0.02 %)", "0.02 %"]
