"""What was looked at and how little it is, for every source a run can have."""

import copy
from collections.abc import Callable
from dataclasses import replace

from dipmaster.report.chapters.decision import scope
from dipmaster.report.inputs import Inputs

States = dict[str, Callable[[], Inputs]]


def test_headers_name_the_source(states: States) -> None:
    assert scope.header(states["losing"]()) == "SIMULATED MARKET"
    assert scope.header(states["real bars"]()) == "REAL BARS"
    assert scope.header(states["too short"]()) == "SIMULATED MARKET · TOO SHORT TO DECIDE"
    assert "proves that the plumbing works, no more" in scope.scope_note(states["too short"]())


def test_few_blocks_are_said_to_be_few(states: States) -> None:
    base = states["real bars"]()
    period = {**base.validate["period"], "blocks": 8}
    note = scope.scope_note(replace(base, validate={**base.validate, "period": period}))
    assert "With 8 blocks out of sample the intervals are wide" in note
    assert "intervals are wide" not in scope.scope_note(base)


def test_the_source_line_says_how_many_coins(states: States) -> None:
    base = states["real bars"]()
    one = replace(base, market={**base.market, "symbols": ["BTCUSDT"]})
    assert scope.source_line(one).startswith("1 coin of real bars, 5-minute bars")
    assert "planted edge 0.8" in scope.source_line(states["losing"]())


def counted(base: Inputs, **counts: int) -> Inputs:
    """The run with other counts of phase 0."""
    validate = copy.deepcopy(base.validate)
    validate["phases"]["0"]["counts"] |= counts
    return replace(base, validate=validate)


def test_episodes_are_counted_by_day_and_block(states: States) -> None:
    said = scope.episodes(states["losing"]())
    assert said == (
        "4,502 candidates out of sample: 4,417 trades of phase 0 lie on 541 different days, in 18 "
        "of 18 blocks of 30 days. Trades of one day share the market’s weather."
    )
    assert "that is little" not in scope.scope_note(states["losing"]())


def test_three_hundred_trades_on_seventy_days_are_said_to_be_little(states: States) -> None:
    few = counted(
        states["real bars"](),
        candidates_out_of_sample=312,
        trades=301,
        days_with_trades=70,
        blocks_with_trades=9,
    )
    assert "301 trades of phase 0 lie on 70 different days: that is little." in (
        scope.scope_note(few)
    )
    said = scope.episodes(few)
    assert "in 9 of 18 blocks of 30 days" in said
    assert "no more than 70 independent ones, and a verdict asks for 100 trades" in said


def test_no_candidate_and_no_trade_have_no_days(states: States) -> None:
    base = states["losing"]()
    none = counted(base, candidates_out_of_sample=0, trades=0, days_with_trades=0)
    assert scope.episodes(none) == "The rule found no candidate out of sample."
    unbought = counted(base, candidates_out_of_sample=12, trades=0, days_with_trades=0)
    assert scope.episodes(unbought) == "12 candidates out of sample; none was traded."
    assert "that is little" not in scope.scope_note(unbought)
