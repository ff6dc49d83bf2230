"""What was looked at and how little it is, for every source a run can have."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report.chapters.method.view import METHOD
from dipmaster.report.inputs import ReportInputs
from tests.report.printed import print_chapter, say_scope
from tests.report.run import run, validated, with_phases

States = dict[str, Callable[[], ReportInputs]]


def test_headers_name_the_source(states: States) -> None:
    assert say_scope(states["losing"](), "header") == "SIMULATED MARKET"
    assert say_scope(states["real bars"](), "header") == "REAL BARS"
    short = states["too short"]()
    assert say_scope(short, "header") == "SIMULATED MARKET · TOO SHORT TO DECIDE"
    assert "shows that the pipeline works and supports no conclusion" in say_scope(short, "note")


def test_few_blocks_are_said_to_be_few(states: States) -> None:
    base = states["real bars"]()
    few = validated(base, period=replace(base.validation.period, blocks=8))
    assert "With 8 blocks out of sample the intervals are wide" in say_scope(few, "note")
    assert "intervals are wide" not in say_scope(base, "note")


def test_the_source_line_says_how_many_coins(states: States) -> None:
    base = states["real bars"]()
    one = replace(base, market=replace(base.market, symbols=("BTCUSDT",)))
    assert say_scope(one, "source").startswith("1 coin of real bars (set majors), 5-minute bars")
    assert say_scope(base, "source").startswith("3 coins of real bars (set majors), 5-minute bars")
    assert "built-in edge is 0.8, the share of a liquidity jump that reverts" in say_scope(
        states["losing"](), "source"
    )


def counted(base: ReportInputs, **counts: int) -> ReportInputs:
    """The run with other counts of phase 0."""
    phase = base.phase(0)
    return with_phases(base, {0: replace(phase, counts=replace(phase.counts, **counts))})


def test_episodes_are_counted_by_day_and_block(states: States) -> None:
    assert say_scope(states["losing"](), "episodes") == (
        "4,502 candidates out of sample: 4,417 trades of phase 0 on 541 days, in 18 of 18 blocks "
        "of 30 days. Trades on the same day are correlated through common market moves."
    )
    assert "Few independent days" not in say_scope(states["losing"](), "note")


def test_three_hundred_trades_on_seventy_days_are_said_to_be_little(states: States) -> None:
    few = counted(
        states["real bars"](),
        candidates_out_of_sample=312,
        trades=301,
        days_with_trades=70,
        blocks_with_trades=9,
    )
    assert "Few independent days: 301 trades of phase 0 on 70 days." in say_scope(few, "note")
    printed = say_scope(few, "episodes")
    assert "in 9 of 18 blocks of 30 days" in printed
    assert "The effective sample size is at most 70; a verdict requires 100 trades." in printed


def test_no_candidate_and_no_trade_have_no_days(states: States) -> None:
    base = states["losing"]()
    none = counted(base, candidates_out_of_sample=0, trades=0, days_with_trades=0)
    assert say_scope(none, "episodes") == "The rule found no candidate out of sample."
    unbought = counted(base, candidates_out_of_sample=12, trades=0, days_with_trades=0)
    assert say_scope(unbought, "episodes") == "12 candidates out of sample; none was traded."
    assert "Few independent days" not in say_scope(unbought, "note")


@pytest.mark.parametrize(
    ("days", "last", "expected"),
    [
        (550, 40, "in 18 blocks of 30 days (the last one has 40: it takes the days that are left)"),
        (530, 20, "in 18 blocks of 30 days (the last one has 20: it ends with the data)"),
        (540, 30, "in 18 blocks of 30 days."),
    ],
)
def test_a_last_block_of_another_length_is_reported(days: int, last: int, expected: str) -> None:
    base = run(1)
    period = replace(base.validation.period, days_out_of_sample=days, last_block_days=last)
    assert expected in print_chapter(validated(base, period=period), METHOD)
