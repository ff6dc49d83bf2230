"""What is recommended for each phase, from its verdict, its interval and its time to a decision."""

from dataclasses import replace

import pytest

from dipmaster.report.inputs import ReportInputs
from dipmaster.report.time_to_decision import days_to_decision, describe_time, find_longest
from dipmaster.results import GateRow
from dipmaster.results.common import SampleInterval, Verdict
from dipmaster.results.evaluation.phase import Degradation
from tests.made.gates import gates
from tests.report.printed import plain
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


def gate(n: int, needed: int | None, verdict: Verdict, days: int | None = 23) -> GateRow:
    row = next(row for row in gates(1) if row.metric == "win_rate")
    return replace(row, n=n, n_needed=needed, verdict=verdict, days_needed=days)


def test_too_few_trades_wait_for_the_minimum_and_for_the_slowest_gate() -> None:
    base = counted(judged(run(1), 1, "INSUFFICIENT DATA", 23), 1, trades=96, losing_trades=15)
    slow = gate(96, 1403, "INSUFFICIENT DATA")
    rows = tuple(
        slow if (row.phase, row.metric) == (1, "win_rate") else replace(row, n_needed=None)
        for row in base.gates
    )
    assert sentence(with_gates(base, rows)) == (
        "Phase 1: keep collecting, not decided: 96 of 100 trades; about 23 more days at this rate; "
        "even after about 20.5 more years a verdict on win rate (currently above its target) is no "
        "likelier than 50 %."
    )


def test_the_minimum_names_all_that_lacks() -> None:
    base = counted(judged(run(1), 1, "INSUFFICIENT DATA", 60), 1, trades=40, losing_trades=3)
    assert (
        "not decided: 40 of 100 trades and 3 of 10 losing trades; about 60 more days at this rate;"
    ) in sentence(base)


def test_an_open_interval_waits_for_a_decision_on_the_gates_that_are_open() -> None:
    assert sentence(run(1)) == (
        "Phase 1: keep collecting, not decided: win rate, Sharpe and profit factor; even after "
        "about 6.4 more years a verdict on win rate (currently above its target) is no likelier "
        "than 50 %."
    )


def test_an_unknown_time_is_said_to_be_not_computable() -> None:
    base = judged(run(1), 1, "INCONCLUSIVE", None)
    rows = tuple(replace(row, n_needed=None) for row in base.gates)
    assert sentence(with_gates(base, rows)) == (
        "Phase 1: keep collecting, not decided: win rate, excess win rate, Sharpe, profit factor "
        "and max drawdown; time to a decision not computable."
    )
    unknown = judged(with_gates(base, rows), 1, "INSUFFICIENT DATA", None)
    few = counted(unknown, 1, trades=96, losing_trades=15)
    assert sentence(few).endswith("96 of 100 trades; time to a decision not computable.")


def test_a_wait_that_ends_with_the_minimum_is_reported_once() -> None:
    base = counted(judged(run(1), 1, "INSUFFICIENT DATA", 23), 1, trades=96, losing_trades=15)
    rows = tuple(replace(row, n=96, n_needed=96) for row in base.gates)
    assert sentence(with_gates(base, rows)) == (
        "Phase 1: keep collecting, not decided: 96 of 100 trades; about 23 more days at this rate."
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.9, "above its target"), (0.7, "below its target"), (0.82, "at its target")],
)
def test_the_slowest_gate_says_on_which_side_its_estimate_lies(value: float, expected: str) -> None:
    slow = replace(gate(96, 1403, "INCONCLUSIVE"), value=value, target=0.82)
    longest = find_longest((slow,), 550)
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
        (7488, "about 20.5 years"),
        (99_999, "more than 100 years"),
    ],
)
def test_times_are_reported_as_roughly_as_they_are_known(days: int, expected: str) -> None:
    assert describe_time(days) == expected
    further = describe_time(days, more=True)
    assert further.removesuffix("s").endswith((" more day", " more year"))
    assert further.replace(" more day", " day").replace(" more year", " year") == expected


def test_days_to_a_decision_extrapolate_the_rate_of_the_period() -> None:
    assert days_to_decision(gate(96, 1403, "INSUFFICIENT DATA"), 550) == 7489
    assert days_to_decision(gate(96, 100, "INSUFFICIENT DATA"), 550) == 23
    assert days_to_decision(gate(96, 50, "INCONCLUSIVE", 0), 550) == 0
    assert days_to_decision(gate(96, 1403, "FAIL"), 550) == 0
    assert days_to_decision(gate(96, None, "INCONCLUSIVE"), 550) is None
    assert days_to_decision(gate(0, 100, "INSUFFICIENT DATA", None), 550) is None


def test_the_slowest_gate_is_the_one_that_decides_when() -> None:
    slow = gate(96, 1403, "INSUFFICIENT DATA")
    quick = replace(slow, metric="sharpe", n=550, n_needed=742)
    longest = find_longest((quick, slow), 550)
    assert longest is not None
    assert (longest.name, longest.days) == ("win rate", 7489)
    assert find_longest((replace(slow, verdict="PASS"),), 550) is None
