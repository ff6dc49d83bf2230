"""The verdict in headline, for every state a run can be in."""

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report.chapters.decision import headline
from dipmaster.report.inputs import Inputs

States = dict[str, Callable[[], Inputs]]
MINUS, NBSP = "−", "\N{NO-BREAK SPACE}"


def said(states: States, name: str) -> str:
    verdict = headline.verdict(states[name]())
    return " ".join((verdict.headline, *verdict.sentences)).replace(NBSP, " ")


def test_a_strategy_that_wins_often_and_loses_money_is_seen_through(states: States) -> None:
    assert said(states, "losing") == (
        "No verdict yet: phases 1 to 4 are not built. "
        "Phase 0, for information only: misses all 4 final targets. "
        "Phase 0 won 2,448 of 4,417 trades and lost money: a trade brought +3.1 bp before costs, "
        f"paid 22.4 bp and left {MINUS}19.3 bp. "
        "Not shown to win more often than random entries with the same exits: +1.4 points "
        f"({MINUS}0.2 to +2.9 points); the target lies between {MINUS}0.2 % and 2.9 %."
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
        ("long reasons", "+2.9 points); the achievement matrix says why."),
        ("long reasons", "The ledger fails 1 of its 1 checks: every verdict is withheld."),
        (
            "all phases",
            "Final phase: INCONCLUSIVE. Of 4 targets and the excess win rate: 1 undecided, 4 met.",
        ),
        ("all phases", "Phase 2: INCONCLUSIVE. No trade was good enough: 0 of 4,502"),
        (
            "all phases",
            "Phase 1: PASS. All 4 targets and the excess win rate are met at the near end",
        ),
    ],
)
def test_states(states: States, state: str, expected: str) -> None:
    assert expected in said(states, state)


def test_an_unbuilt_final_phase_is_never_a_pass(states: States) -> None:
    assert headline.verdict(states["passing"]()).tone == "none"
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
    verdict = headline.verdict(replace(whole, validate={**whole.validate, "built_phases": built}))
    assert verdict.headline == f"No verdict yet: {expected} not built."


def test_an_account_lost_in_the_burn_in_is_told_where_nothing_was_traded_after_it(
    states: States,
) -> None:
    """A drawdown of 0.0 % out of sample must not read as a good sign."""
    inputs = states["no trades"]()
    validate = copy.deepcopy(inputs.validate)
    phase = validate["phases"]["0"]
    phase["money"]["equity_at_start"] = 10.37
    phase["counts"]["skipped"] = {"cash": 357, "exposure": 15, "ruined": 0}
    sentences = " ".join(headline.verdict(replace(inputs, validate=validate)).sentences)
    assert "had already lost 100.0" in sentences
    assert "Orders refused in the whole period: cash 357, exposure 15." in sentences


def test_an_account_that_kept_half_is_not_said_to_be_gone(states: States) -> None:
    assert "already lost" not in said(states, "losing")


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("PASS", "It wins more often than random entries with the same exits: +21.2 points"),
        ("FAIL", "It wins less often than random entries"),
        ("INCONCLUSIVE", "Not shown to win more often than random entries"),
    ],
)
def test_the_excess_win_rate_is_told_by_its_gate_and_not_by_its_interval(
    states: States, verdict: str, expected: str
) -> None:
    """An interval above 0 shows nothing where the gate has too few trades."""
    base = states["phase 1"]()
    few = "insufficient: 75 of 100 trades"
    gates = [
        {**gate, "verdict": verdict, "reason": few}
        if (gate["phase"], gate["metric"]) == (1, "excess_win_rate")
        else gate
        for gate in base.gates
    ]
    sentences = " ".join(headline.verdict(replace(base, gates=gates)).sentences)
    assert expected in sentences.replace(NBSP, " ")
    assert (few in sentences) == (verdict == "INCONCLUSIVE")
