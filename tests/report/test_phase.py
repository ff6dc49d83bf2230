"""The chapter that every phase has: sentences that say what a figure is and how sure."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report import registry
from dipmaster.report.chapters.phase import view
from dipmaster.report.inputs import ReportInputs
from tests.made.phase import losing_phase
from tests.report.conftest import unpainted
from tests.report.printed import print_chapter, say

States = dict[str, Callable[[], ReportInputs]]
SENTENCES = "chapters/phase/sentences.html.j2"


def test_random_entries_say_where_p_comes_from(losing: ReportInputs) -> None:
    printed = say(SENTENCES, "random", losing.phase(0).random_entry)
    assert "By the noise in that interval, chance alone would do as well with p 0.041." in printed
    assert "may hold the signal’s own" in printed


def test_no_p_no_sentence(losing: ReportInputs) -> None:
    without = replace(losing.phase(0).random_entry, p_value=None)
    assert "chance alone" not in say(SENTENCES, "random", without)


def test_drawdown_tells_the_whole_period_from_the_horizon(losing: ReportInputs) -> None:
    printed = say(SENTENCES, "drawdown", losing.phase(0).drawdown)
    assert "Deepest fall from a peak out of sample: 56.1 %" in printed
    assert "within any 365 days, which is what the gate looks at, 49.8 %." in printed


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (None, ""),
        ("threshold", "No trade was good enough: 0 of 9."),
        ("steps", "No trade passed every step: 0 of 9."),
        ("score", "No trade could be judged: 0 of 9."),
        ("candidates", "There was no candidate to judge."),
    ],
)
def test_each_place_has_its_own_words(at: str | None, expected: str) -> None:
    phase = replace(losing_phase(), abstained="0 of 9", abstained_at=at)  # type: ignore[arg-type]
    assert say("kit/sentences.html.j2", "abstention", phase) == expected


def test_a_phase_without_the_key_did_not_abstain() -> None:
    assert say("kit/sentences.html.j2", "abstention", losing_phase()) == ""


def test_few_trades_make_a_later_chapter_compact_but_never_the_first(states: States) -> None:
    built = states["phase 2"]()
    assert [view.is_compact(built, number) for number in built.built] == [False, True, True]
    assert not view.is_compact(states["phase 2, many trades"](), 2)
    assert not view.is_compact(states["no trades"](), 0)


def test_a_phase_that_nobody_knows_has_the_common_chapter(states: States) -> None:
    """Phase 3 with common figures alone: no code of the report names it."""
    third = states["phase 3"]()
    chapter = next(one for one in registry.chapters(third) if one.anchor == "phase-3")
    with unpainted():
        printed = print_chapter(third, chapter)
    assert printed.startswith("Phase 3: sizing In short Metric Target")
    for heading in ("What it changed", "Equity and drawdown", "By month", "Phase 2 Phase 3"):
        assert heading in printed
    assert "Phase 3 against phase 2, paired: win rate −4.1 points" in printed
