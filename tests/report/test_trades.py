"""The chapter that every phase has: sentences that say what a figure is and how sure."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from dipmaster.report.chapters.phase import view

from dipmaster.report import registry
from dipmaster.report.inputs import ReportInputs
from dipmaster.results.evaluation.phase import IntrabarOrder, IntrabarReading
from tests.made.phase import losing_phase
from tests.report.conftest import unpainted
from tests.report.printed import print_chapter, say
from tests.report.run import with_phases

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


def reading(win_rate: float, trades: int = 75) -> IntrabarReading:
    return IntrabarReading(trades=trades, win_rate=win_rate, mean_net_bps=16.3, profit_factor=1.683)


BOTH = (
    "If the stop comes first, as every verdict assumes: win rate 72.00 %, profit factor 1.683, "
    "mean net +16.3 bp. If the target comes first: win rate {}. The truth lies between."
)
BY_ORDER = "decided by the order of prices inside one bar"


@pytest.mark.parametrize(
    ("touched", "other", "decided", "readings"),
    [
        (0, reading(0.72), f"No exit is {BY_ORDER}: none touched both stop and target.",
         "Every verdict takes the stop to come first."),
        (0, reading(0.72, 76), f"No exit is {BY_ORDER}: none touched both stop and target.",
         BOTH.format("72.00 %, profit factor 1.683, mean net +16.3 bp, on 76 trades")),
        (1, reading(0.7333), f"1 of 75 exits (1.33 %) is {BY_ORDER}, which touched both stop and "
         "target.", BOTH.format("73.33 %, profit factor 1.683, mean net +16.3 bp")),
        (6, reading(0.8), f"6 of 75 exits (8.00 %) are {BY_ORDER}, which touched both stop and "
         "target.", BOTH.format("80.00 %, profit factor 1.683, mean net +16.3 bp")),
    ],
)  # fmt: skip
def test_both_readings_of_a_bar_are_told(
    touched: int, other: IntrabarReading, decided: str, readings: str
) -> None:
    order = IntrabarOrder(
        trades_touching_both=touched,
        share_frac=touched / 75,
        stop_first=reading(0.72),
        target_first=other,
    )
    assert say(SENTENCES, "intrabar", order) == f"{decided} {readings}"


def test_each_phase_tells_the_readings_of_its_own_exits(states: States) -> None:
    inputs = states["phase 2"]()
    for number, part in ((0, "18 of 4,417 exits (0.40 %)"), (2, "exits")):
        chapter = next(c for c in registry.chapters(inputs) if c.anchor == f"phase-{number}")
        with unpainted():
            printed = print_chapter(inputs, chapter)
        told = say(SENTENCES, "intrabar", inputs.phase(number).intrabar)
        assert part in told
        assert printed.index("How trades end") < printed.index(told)


@pytest.mark.parametrize(
    ("broke_even", "pair", "told"),
    [
        (0, "2,448 / 1,969 / none", ""),
        (1, "2,448 / 1,968 / 1", "1 trade broke even, with a net result of zero but for rounding: "
         "neither won nor lost. The win rate counts it as not won"),
        (12, "2,448 / 1,957 / 12", "12 trades broke even, with a net result of zero but for "
         "rounding: neither won nor lost. The win rate counts them as not won"),
    ],
)  # fmt: skip
def test_break_even_trades_are_neither_won_nor_lost(
    losing: ReportInputs, broke_even: int, pair: str, told: str
) -> None:
    phase = losing.phase(0)
    counted = replace(phase, counts=replace(phase.counts, break_even=broke_even))
    chapter = next(one for one in registry.chapters(losing) if one.anchor == "phase-0")
    with unpainted():
        printed = print_chapter(with_phases(losing, {0: counted}), chapter)
    assert f"Won / lost / break-even {pair}" in printed
    assert ("broke even" in printed) == bool(told)
    assert told in printed


@pytest.mark.parametrize(
    ("rejected", "expected"),
    [
        ({"zero_volume": 0, "max_positions": 0}, ""),
        ({"zero_volume": 3, "max_positions": 0}, "by reason: zero volume 3."),
        ({"zero_volume": 3, "max_positions": 85}, "by reason: max positions 85, zero volume 3."),
    ],
)
def test_orders_that_were_not_filled_are_told_by_reason(
    losing: ReportInputs, rejected: dict[str, int], expected: str
) -> None:
    phase = losing.phase(0)
    other = replace(phase, counts=replace(phase.counts, rejected=rejected))
    chapter = next(one for one in registry.chapters(losing) if one.anchor == "phase-0")
    with unpainted():
        printed = print_chapter(with_phases(losing, {0: other}), chapter)
    assert expected in printed
    assert ("Candidates that were not bought" in printed) == bool(expected)


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


def test_a_trade_that_ends_at_once_lasts_no_zero_minutes(losing: ReportInputs) -> None:
    phase = losing.phase(0)
    quick = replace(phase, holding=replace(phase.holding, p10_minutes=0.0))
    chapter = next(one for one in registry.chapters(losing) if one.anchor == "phase-0")
    with unpainted():
        printed = print_chapter(with_phases(losing, {0: quick}), chapter)
    assert "one in ten or more ends within the bar of its entry" in printed
    assert "shorter than 0 min" not in printed
