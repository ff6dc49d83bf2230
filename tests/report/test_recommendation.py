"""What is recommended for each phase, from its verdict, its interval and its time to a decision."""

from dataclasses import replace

import pytest

from dipmaster.report.chapters.approvals.view import APPROVALS
from dipmaster.report.chapters.decision.view import DECISION
from dipmaster.report.findings.rules import find
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.time_to_decision import describe_time, find_longest
from dipmaster.results.common import SampleInterval, Verdict
from dipmaster.results.evaluation.phase import Degradation, PhaseDescription
from dipmaster.results.gates import GateRow
from tests.made.gates import gates
from tests.report.printed import plain, print_chapter
from tests.report.run import run, validated, with_gates, with_phases
from tests.report.states import STATES

HARM = Degradation(
    reason="the exit models reduce net return",
    change_mean_net_bps=SampleInterval(value=-0.9, low=-1.5, high=-0.2, n=6182, reason=""),
)


def judged(inputs: ReportInputs, phase: int, verdict: Verdict, days: int | None) -> ReportInputs:
    """The run with another verdict of one phase, of its gates too."""
    rows = tuple(
        replace(row, verdict=verdict, days_needed=days) if row.phase == phase else row
        for row in inputs.gates
    )
    figures = replace(inputs.phase(phase), verdict=verdict, days_needed=days)
    return with_gates(with_phases(inputs, {phase: figures}), rows)


def counted(inputs: ReportInputs, phase: int, **counts: int) -> ReportInputs:
    figures = inputs.phase(phase)
    return with_phases(inputs, {phase: replace(figures, counts=replace(figures.counts, **counts))})


def sentence(inputs: ReportInputs, phase: int = 1) -> str:
    return plain(inputs.recommendations[phase].sentence)


def gate(days: int | None, verdict: Verdict = "INSUFFICIENT DATA") -> GateRow:
    row = next(row for row in gates(1) if row.metric == "win_rate")
    return replace(row, verdict=verdict, days_to_power=days)


def test_too_few_trades_wait_for_the_minimum_and_for_the_slowest_gate() -> None:
    base = counted(judged(run(1), 1, "INSUFFICIENT DATA", 23), 1, trades=96, losing_trades=15)
    rows = tuple(
        replace(row, days_to_power=7489 if (row.phase, row.metric) == (1, "win_rate") else None)
        for row in base.gates
    )
    assert sentence(with_gates(base, rows)) == (
        "Phase 1: keep collecting, not decided: 96 of 100 trades; the minimum takes about 23 more "
        "days at this rate; "
        "a verdict on win rate (currently above its target) is out of reach: even after about 21 "
        "more years it is no likelier than 50 %."
    )


def test_the_minimum_names_all_that_lacks() -> None:
    base = counted(judged(run(1), 1, "INSUFFICIENT DATA", 60), 1, trades=40, losing_trades=3)
    assert (
        "not decided: 40 of 100 trades and 3 of 10 losing trades; the minimum takes about 60 more "
        "days at this rate;"
    ) in sentence(base)


def test_an_open_interval_waits_for_a_decision_on_the_gates_that_are_open() -> None:
    assert sentence(run(1)) == (
        "Phase 1: keep collecting, not decided: win rate, Sharpe and profit factor; even after "
        "about 6.4 more years a verdict on win rate (currently above its target) is no likelier "
        "than 50 %."
    )


def test_an_unknown_time_is_said_to_be_not_computable() -> None:
    base = judged(run(1), 1, "INCONCLUSIVE", None)
    rows = tuple(replace(row, days_to_power=None) for row in base.gates)
    assert sentence(with_gates(base, rows)) == (
        "Phase 1: keep collecting, not decided: win rate, excess win rate, Sharpe, profit factor "
        "and max drawdown; time to a decision not computable."
    )
    unknown = judged(with_gates(base, rows), 1, "INSUFFICIENT DATA", None)
    few = counted(unknown, 1, trades=96, losing_trades=15)
    assert sentence(few).endswith("96 of 100 trades; time to a decision not computable.")


def test_a_wait_that_ends_with_the_minimum_is_reported_once() -> None:
    base = counted(judged(run(1), 1, "INSUFFICIENT DATA", 23), 1, trades=96, losing_trades=15)
    rows = tuple(replace(row, days_to_power=23) for row in base.gates)
    assert sentence(with_gates(base, rows)) == (
        "Phase 1: keep collecting, not decided: 96 of 100 trades; the minimum takes about 23 more "
        "days at this rate."
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.9, "above its target"), (0.7, "below its target"), (0.82, "at its target")],
)
def test_the_slowest_gate_says_on_which_side_its_estimate_lies(value: float, expected: str) -> None:
    slow = replace(gate(7489, "INCONCLUSIVE"), value=value, target=0.82)
    longest = find_longest((slow,))
    assert longest is not None
    assert f"win rate (currently {expected})" in longest.describe()


def test_an_override_rejects_what_the_phase_adds_with_its_number() -> None:
    base = run(2)
    harmed = with_phases(base, {2: replace(base.phase(2), degradation=HARM, verdict="FAIL")})
    assert sentence(harmed, 2) == (
        "Phase 2: reject the exit models, they reduce net return by 0.9 bp (0.2 to 1.5 bp) per "
        "candidate over 6,182 candidates."
    )
    assert harmed.recommendations[2].action == "reject"


def test_exits_that_are_worse_over_all_candidates_are_rejected_whatever_the_gates_say() -> None:
    assert sentence(run(2), 2) == (
        "Phase 2: reject the adaptive exits, they reduce net return by 3.1 bp (1.7 to 4.5 bp) per "
        "candidate over 4,502 candidates."
    )


@pytest.mark.parametrize(
    ("verdict", "expected", "action"),
    [
        ("PASS", "Phase 1: adopt, all 5 gates pass.", "adopt"),
        (
            "FAIL",
            "Phase 1: reject, misses win rate, excess win rate, Sharpe, profit factor and max "
            "drawdown.",
            "reject",
        ),
    ],
)
def test_a_decided_phase_is_adopted_or_rejected(
    verdict: Verdict, expected: str, action: str
) -> None:
    inputs = judged(run(1), 1, verdict, 0)
    assert (sentence(inputs), inputs.recommendations[1].action) == (expected, action)


def test_a_phase_without_a_trade_is_not_decided() -> None:
    inputs = STATES["phase 1 abstained"]()
    assert sentence(inputs) == "Phase 1: no decision, no trade was made out of sample."


def test_a_broken_ledger_withholds_the_recommendation() -> None:
    base = run(1)
    checks = tuple(
        replace(check, passed=check.phase != 1) for check in base.validation.integrity_checks
    )
    broken = validated(base, integrity_checks=checks)
    assert sentence(broken) == "Phase 1: no decision, 1 of 1 integrity checks fail."
    assert broken.recommendations[0].action == "reference"


def test_phase_0_is_a_reference_and_says_what_it_loses() -> None:
    assert sentence(run(), 0) == (
        "Phase 0: do not trade unfiltered, it loses 19.3 bp per trade over 4,417 trades."
    )
    assert sentence(STATES["no trades"](), 0) == (
        "Phase 0: reference only, no trade was made out of sample."
    )


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (1, "about 1 day"),
        (23, "about 23 days"),
        (90, "about 90 days"),
        (356, "about 1.0 years"),
        (7488, "about 21 years"),
        (99_999, "more than 100 years"),
    ],
)
def test_times_are_reported_as_roughly_as_they_are_known(days: int, expected: str) -> None:
    assert describe_time(days) == expected
    further = describe_time(days, more=True)
    assert further.removesuffix("s").endswith((" more day", " more year"))
    assert further.replace(" more day", " day").replace(" more year", " year") == expected


def test_the_slowest_gate_is_the_one_that_decides_when() -> None:
    slow, quick = gate(7489), replace(gate(192), metric="sharpe")
    unknown, decided = gate(None), gate(0, "PASS")
    longest = find_longest((quick, slow, unknown, decided))
    assert longest is not None
    assert (longest.name, longest.days) == ("win rate", 7489)
    assert find_longest((unknown, decided)) is None


def test_what_applies_meanwhile_is_said_once_and_for_all() -> None:
    """Page one, approvals and the finding on exits print the same; none contradicts another."""
    base = judged(run(2), 2, "INSUFFICIENT DATA", 23)
    exits = base.validation.adaptive_exits
    unsure = replace(
        exits.standalone.change.mean_net_bps, value=0.3, low=-0.5, high=1.2, verdict="inconclusive"
    )
    change = replace(exits.standalone.change, mean_net_bps=unsure)
    standalone = replace(exits.standalone, change=change)
    inputs = validated(base, exits=replace(exits, standalone=standalone))
    one = inputs.recommendation(2)
    assert (one.action, one.default) == (
        "keep collecting",
        "the exits of phase 1 remain the default",
    )
    assert one.meanwhile == "Until phase 2 is decided, the exits of phase 1 remain the default."
    for chapter in (DECISION, APPROVALS):
        assert one.meanwhile in plain(print_chapter(inputs, chapter))
    finding = next(found for found in find(inputs) if found.name == "exits_not_better")
    assert plain(finding.consequence).endswith(
        "Recommendation for phase 2: keep collecting; the exits of phase 1 remain the default."
    )


@pytest.mark.parametrize(("verdict", "default"), [("PASS", False), ("FAIL", True)])
def test_what_is_decided_needs_no_meanwhile(verdict: Verdict, default: bool) -> None:
    base = run(2)
    exits = base.validation.adaptive_exits
    net = replace(exits.standalone.change.mean_net_bps, verdict="inconclusive")
    change = replace(exits.standalone.change, mean_net_bps=net)
    standalone = replace(exits.standalone, change=change)
    unsure = validated(base, exits=replace(exits, standalone=standalone))
    found = judged(unsure, 2, verdict, 0).recommendation(2)
    assert (found.meanwhile, bool(found.default)) == ("", default)


def test_a_phase_that_replaces_nothing_has_no_default() -> None:
    assert judged(run(1), 1, "INCONCLUSIVE", 23).recommendation(1).default == ""


def test_words_of_a_recommendation_are_those_that_the_phase_says_of_itself() -> None:
    """Another phase that replaces something and whose additions cost money, by no number."""
    base = judged(run(3), 3, "FAIL", 0)
    named = PhaseDescription(title="sizing", addition="size factors", replaces="sizes")
    harmful = with_phases(base, {3: replace(base.phase(3), degradation=HARM)})
    inputs = validated(harmful, registered={**base.validation.registered, "3": named})
    one = inputs.recommendation(3)
    assert one.text.startswith("reject the size factors, they reduce net return by ")
    assert one.default == "the sizes of phase 2 remain the default"
    assert inputs.phase_names[3] == "Phase 3: sizing"
