"""The verdict in words, for every state a run can be in."""

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report import words
from dipmaster.report.inputs import Inputs

States = dict[str, Callable[[], Inputs]]
MINUS, NBSP = "−", "\N{NO-BREAK SPACE}"


def said(states: States, name: str) -> str:
    verdict = words.verdict(states[name]())
    return " ".join((verdict.headline, *verdict.sentences)).replace(NBSP, " ")


def test_a_strategy_that_wins_often_and_loses_money_is_seen_through(states: States) -> None:
    assert said(states, "losing") == (
        "No verdict yet: phases 1 to 4 are not built. "
        "Phase 0, for information only: misses all 4 final targets. "
        "Phase 0 won 2,448 of 4,417 trades and lost money: a trade brought +3.1 bp before costs, "
        f"paid 22.4 bp and left {MINUS}19.3 bp. "
        "It does not clearly win more often than random entries: +1.4 points "
        f"({MINUS}0.2 to +2.9 points)."
    )


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("passing", "meets all 4 final targets."),
        ("passing", "It wins more often than random entries with the same exits: +31.0 points"),
        ("passing", "made money"),
        ("no trades", "no trade was made, so nothing can be measured."),
        ("one trade", "leaves open all 4 final targets. Phase 0 won 1 of 1 trades"),
        ("all wins", "misses 1 of 4 final targets (Sharpe); meets 2 of 4 final targets"),
        ("ruined", "The account was ruined"),
        ("long reasons", "The ledger fails 1 of its 1 checks: every verdict is withheld."),
        ("all phases", "Final phase: INCONCLUSIVE. Of 4 targets: 1 undecided, 3 met."),
        ("all phases", "Phase 2: INCONCLUSIVE. No trade was good enough."),
        ("all phases", "Phase 1: PASS. All 4 targets are met at the near end"),
    ],
)
def test_states(states: States, state: str, expected: str) -> None:
    assert expected in said(states, state)


def test_an_unbuilt_final_phase_is_never_a_pass(states: States) -> None:
    assert words.verdict(states["passing"]()).tone == "none"
    assert "PASS" not in said(states, "passing")


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        ([0, 1], "phases 2 to 4 are"),
        ([0, 1, 2], "phases 3 and 4 are"),
        ([0, 1, 2, 3], "phase 4 is"),
    ],
)
def test_what_is_not_built(states: States, built: list[int], expected: str) -> None:
    whole = states["all phases"]()
    verdict = words.verdict(replace(whole, validate={**whole.validate, "built_phases": built}))
    assert verdict.headline == f"No verdict yet: {expected} not built."


def test_headers_name_the_source(states: States) -> None:
    assert words.header(states["losing"]()) == "SIMULATED MARKET"
    assert words.header(states["real bars"]()) == "REAL BARS"
    assert words.header(states["too short"]()) == "SIMULATED MARKET · TOO SHORT TO DECIDE"
    assert "proves that the plumbing works, no more" in words.scope_note(states["too short"]())


def test_few_blocks_are_said_to_be_few(states: States) -> None:
    base = states["real bars"]()
    period = {**base.validate["period"], "blocks": 8}
    note = words.scope_note(replace(base, validate={**base.validate, "period": period}))
    assert "With 8 blocks out of sample the intervals are wide" in note
    assert "intervals are wide" not in words.scope_note(base)


def test_the_source_line_says_how_many_coins(states: States) -> None:
    base = states["real bars"]()
    one = replace(base, market={**base.market, "symbols": ["BTCUSDT"]})
    assert words.source_line(one).startswith("1 coin of real bars, 5-minute bars")
    assert "planted edge 0.8" in words.source_line(states["losing"]())


def test_an_account_lost_in_the_burn_in_is_told_where_nothing_was_traded_after_it(
    states: States,
) -> None:
    """A drawdown of 0.0 % out of sample must not read as a good sign."""
    inputs = states["no trades"]()
    validate = copy.deepcopy(inputs.validate)
    phase = validate["phases"]["0"]
    phase["money"]["equity_at_start"] = 10.37
    phase["counts"]["skipped"] = {"cash": 357, "exposure": 15, "ruined": 0}
    sentences = " ".join(words.verdict(replace(inputs, validate=validate)).sentences)
    assert "had already lost 100.0" in sentences
    assert "Orders refused in the whole period: cash 357, exposure 15." in sentences


def test_an_account_that_kept_half_is_not_said_to_be_gone(states: States) -> None:
    assert "already lost" not in said(states, "losing")
