"""Page one in every state a run can be in: what is decided, why, until when, at what risk."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.evaluation.verdict import judge_overall
from dipmaster.report.chapters.approvals.view import APPROVALS
from dipmaster.report.chapters.decision.view import DECISION, OUT_OF_REACH
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.numbers import typeset
from dipmaster.report.kit.verdicts import MARKS, mark
from dipmaster.results.summary import summarize
from tests.made.judged import degrading, evaluation
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter
from tests.report.run import run, validated, with_gates, with_phases
from tests.report.states import STATES
from tests.report.states_of_exits import until
from tests.report.test_recommendation import HARM

pytestmark = pytest.mark.slow

States = dict[str, Callable[[], ReportInputs]]


def printed(inputs: ReportInputs) -> str:
    with unpainted():
        return print_chapter(inputs, DECISION)


@cache
def words_of(name: str) -> str:
    return printed(STATES[name]())


def test_page_one_says_what_to_do_about_each_phase_why_and_until_when() -> None:
    words = words_of("phase 2")
    head = words[: words.index("Roadmap’s")]
    for one in STATES["phase 2"]().recommendations:
        assert plain(one.sentence) in head
    assert head.index("Phase 1: keep collecting") < head.index("Phase 0: do not trade")
    assert "No overall verdict: phases 3 and 4 are not built." in head
    assert "Phase 1: INCONCLUSIVE;" in head
    assert (
        "The exits of phase 2 change net return by −3.1 bp (−4.5 to −1.7 bp) per candidate" in head
    )
    assert "Time to a decision decided about 6.4 years about 6.4 years" in words
    assert "Largest risks" in words


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("losing", "Phase 0: do not trade unfiltered, it loses 19.3 bp per trade"),
        ("passing", "Phase 0: reference only, net return +21.0 bp per trade over 4,417 trades."),
        ("no trades", "Phase 0 never held a position: a drawdown of zero is no achievement."),
        ("no trades", "Orders rejected in the whole period: max positions 85."),
        ("ruined", "The account was ruined: equity fell to nothing and trading stopped."),
        (
            "long reasons",
            "The ledger fails 1 of its 1 integrity checks: every verdict is withheld.",
        ),
        ("all phases", "Phases 1 and 3: adopt, all 5 gates pass."),
        ("phase 1 abstained", "Phase 1: no decision, no trade was made out of sample."),
        ("too short", "it shows that the pipeline works and supports no conclusion."),
    ],
)
def test_states(state: str, expected: str) -> None:
    assert expected in words_of(state)


@pytest.mark.parametrize("days", [365, 7489])
def test_a_phase_whose_verdict_is_out_of_reach_says_so_beside_its_minimum(days: int) -> None:
    """Beside the final phase the rest of a recommendation is not on page one: its time is."""
    base = STATES["all phases"]()
    short = replace(base.phase(1), verdict="INSUFFICIENT DATA", days_needed=23)
    rows = tuple(
        replace(row, verdict="INSUFFICIENT DATA", days_to_power=days) if row.phase == 1 else row
        for row in base.gates
    )
    head = printed(with_gates(with_phases(base, {1: short}), rows))
    said = "the minimum takes about 23 more days at this rate"
    assert f"{said}; {OUT_OF_REACH}." in head if days > 3653 else f"{said}." in head


def test_a_verdict_out_of_reach_is_said_once() -> None:
    """An interval that is open has no minimum to wait for: its wait is among the first parts."""
    base = STATES["all phases"]()
    is_open = replace(base.phase(1), verdict="INCONCLUSIVE", days_needed=None)
    rows = tuple(
        replace(row, verdict="INCONCLUSIVE", days_to_power=7489) if row.phase == 1 else row
        for row in base.gates
    )
    inputs = with_gates(with_phases(base, {1: is_open}), rows)
    words = printed(inputs)
    head = words[words.index("Phase 1: keep collecting") : words.index("Roadmap’s")]
    first, *_ = head.split("Phase 2:")
    assert first.count("out of reach") == 1


@pytest.mark.parametrize("last", range(FINAL_PHASE + 1))
@pytest.mark.parametrize("final", ["PASS", "FAIL", "INCONCLUSIVE"])
def test_page_one_prints_the_ruling_on_all_phases_and_its_reason(last: int, final: str) -> None:
    """Of 0 to 4 phases, phase 2 being one that costs money: what is ruled is what is printed."""
    judged = [evaluation(phase, final if phase == last else "PASS") for phase in range(last + 1)]
    judged[2:3] = [evaluation(2, "PASS", HARM)] if last >= 2 else []
    ruling = judge_overall(judged)
    built = until(STATES["all phases"](), last) if 0 < last < FINAL_PHASE else None
    inputs = built or STATES["all phases" if last else "losing"]()
    words = printed(validated(inputs, verdict=ruling.verdict, verdict_reason=ruling.reason))
    reason = plain(typeset(ruling.reason))
    complete = f"Overall verdict: {ruling.verdict} ({reason})."
    assert (complete if last == FINAL_PHASE else f"No overall verdict: {reason}.") in words
    assert ("phase 2 fails: " in words) == (last >= 2)


@pytest.mark.parametrize("state", sorted(STATES))
def test_page_one_and_the_summary_agree(state: str) -> None:
    """Overall verdict, verdict of every phase and override are the same in both."""
    inputs = STATES[state]()
    summary = summarize(inputs.validation, inputs.gates)
    words = words_of(state)
    row = words[words.index(" Verdict ") : words.index(" Time to a decision ")]
    for part in summary.verdict_by_phase.split(", "):
        assert part.split(" ", 1)[1] in row
    assert plain(typeset(summary.verdict_reason)) in words
    assert bool(summary.override) == ("override: " in row)


def test_an_override_shows_its_deciding_number_in_the_matrix() -> None:
    base = run(2)
    words = printed(
        with_phases(base, {2: replace(base.phase(2), degradation=HARM, verdict="FAIL")})
    )
    row = words[words.index(" Verdict ") : words.index(" Time to a decision ")]
    assert "○ FAIL override: −0.9 bp (−1.5 to −0.2 bp) per candidate" in row
    assert "Phase 2: FAIL; override: the exit models reduce net return." in words
    assert "they reduce net return by 0.9 bp (0.2 to 1.5 bp) per candidate" in words


def test_too_little_data_shows_the_time_to_the_minimum_and_to_a_decision() -> None:
    base = run(1)
    figures = replace(base.phase(1), verdict="INSUFFICIENT DATA", days_needed=23)
    rows = tuple(
        replace(row, verdict="INSUFFICIENT DATA", days_needed=23, days_to_power=7489)
        if row.phase == 1
        else row
        for row in base.gates
    )
    words = printed(with_gates(with_phases(base, {1: figures}), rows))
    assert "Time to a decision decided about 21 years minimum data: about 23 days" in words
    assert "◔ INSUFFICIENT DATA" in words


def test_each_phase_stands_beside_buy_and_hold_and_cash() -> None:
    words = words_of("phase 1")
    held = STATES["phase 1"]().validation.benchmarks.buy_and_hold
    for heading in ("Annualised", "Time in market", "Mean exposure", "Drawdown, all days"):
        assert heading in words
    assert f"Buy-and-hold, {held.symbols} coins" in words
    assert "Cash at 0.0 % a year (assumed)" in words


def test_a_small_drawdown_of_a_small_investment_is_no_achievement() -> None:
    base = run(1)
    one = base.phase(1)
    small = replace(
        one,
        exposure=replace(one.exposure, mean_frac=0.0002, time_in_market_frac=0.005),
        drawdown=replace(one.drawdown, max_frac=0.002),
    )
    assert "Its drawdown reflects this small exposure and is no achievement in itself." in (
        printed(with_phases(base, {1: small}))
    )
    assert "Its drawdown reflects" not in words_of("losing")


def test_a_period_shorter_than_the_horizon_has_no_range_of_bootstrap_paths() -> None:
    base = run(1)
    one = base.phase(1)
    short = replace(
        one.drawdown,
        horizon_max_frac=None,
        bootstrap_lower_frac=None,
        bootstrap_median_frac=None,
        bootstrap_upper_frac=None,
    )
    inputs = with_phases(base, {1: replace(one, drawdown=short)})
    gate = inputs.gates_of(1)["max_drawdown"]
    assert (gate.low, gate.high) == (None, None)
    assert base.gates_of(1)["max_drawdown"].high is not None
    assert inputs.gates == base.gates


def test_an_account_lost_in_the_burn_in_is_reported_where_nothing_was_traded_after_it() -> None:
    """A drawdown of 0.0 % out of sample must not read as a good sign."""
    inputs = STATES["no trades"]()
    phase = inputs.phase(0)
    skipped = {"cash": 357, "exposure": 15, "ruined": 0}
    lost = replace(
        phase,
        money=replace(phase.money, equity_at_start=10.37),
        counts=replace(phase.counts, rejected=skipped),
    )
    words = printed(with_phases(inputs, {0: lost}))
    assert "had already lost 100.0" in words
    assert "Orders rejected in the whole period: cash 357, exposure 15." in words
    assert "already lost" not in words_of("losing")


def test_page_one_speaks_of_the_last_phase_that_traded() -> None:
    built, abstained = STATES["phase 2"](), STATES["phase 2 abstained"]()
    assert (built.headline_phase, abstained.headline_phase, abstained.latest) == (2, 0, 2)
    assert "Phase 2 held a position" in words_of("phase 2")
    assert "Phase 0 held a position" in words_of("phase 2 abstained")


@pytest.mark.parametrize("trades", [0, 1, 2, 3])
def test_a_handful_of_trades_prints_nothing_impossible(trades: int) -> None:
    """No share of nothing, no interval around one trade, no word of profit where none was made."""
    base = STATES["one trade" if trades else "no trades"]()
    one = base.phase(0)
    counts = replace(one.counts, trades=trades, losing_trades=0, days_with_trades=trades)
    words = printed(with_phases(base, {0: replace(one, counts=counts)}))
    assert "None" not in words
    assert " nan" not in words
    assert ("no trade was made" in words) == (trades == 0)


def test_every_verdict_has_a_mark_of_its_own() -> None:
    verdicts = ("PASS", "FAIL", "INCONCLUSIVE", "INSUFFICIENT DATA")
    assert len({MARKS[one] for one in verdicts}) == 4
    assert mark("for information") == ""


def test_degradation_is_reported_once_in_the_reason() -> None:
    base = run(2)
    harmed = replace(base.phase(2), degradation=degrading("it costs money"), verdict="FAIL")
    words = printed(with_phases(base, {2: harmed}))
    assert words[: words.index("Roadmap’s")].count("it costs money") == 1


def test_both_drawdowns_of_page_one_say_of_what_they_are() -> None:
    words = words_of("phase 1")
    assert "Max drawdown within any 365 days" in words
    assert "Drawdown, all days" in words
    base = run(1)
    one = base.phase(1)
    short = replace(one, drawdown=replace(one.drawdown, days=200))
    assert "Max drawdown whole period" in printed(with_phases(base, {1: short}))


def test_approvals_have_a_version_a_date_and_a_box_for_each_decision() -> None:
    base = run(2)
    words = print_chapter(base, APPROVALS)
    assert f"Version: document id {base.document_id}" in words
    assert words.count("☐ adopt ☐ reject ☐ keep collecting") == 2  # phases 1 and 2, not 0
    assert words.count("Conditions Date Signature") == 3
