"""Page one in every state a run can be in: the verdict in words."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.evaluation.verdict import judge_overall
from dipmaster.report import pages
from dipmaster.report.chapters.decision.view import DECISION
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.numbers import capital, typeset
from dipmaster.report.kit.verdicts import mark
from tests.made.judged import evaluation
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter, say
from tests.report.run import validated, with_gates, with_phases
from tests.report.states import STATES
from tests.report.states_of_exits import HARM, until

pytestmark = pytest.mark.slow

States = dict[str, Callable[[], ReportInputs]]
MINUS = "−"


def verdict_of(inputs: ReportInputs) -> tuple[str, str]:
    """Tone of the box, and all that stands in it."""
    with unpainted():
        html = str(pages.html(inputs, [DECISION]))
    start = html.index('<div class="verdict ') + len('<div class="verdict ')
    tone, _, rest = html[start:].partition('">')
    return tone, plain(rest[: rest.index("</div>")])


@cache
def words_of(name: str) -> str:
    return verdict_of(STATES[name]())[1]


def test_a_strategy_that_wins_often_and_loses_money_is_seen_through() -> None:
    assert words_of("losing") == (
        "No verdict yet Phases 1 to 4 are not built. "
        "Phase 0, for information only: misses all 4 final targets. "
        "Phase 0 won 2,448 of 4,417 trades and lost money: a trade brought +3.1 bp before costs, "
        f"paid 22.4 bp and left {MINUS}19.3 bp. "
        "It is inconclusive whether it wins more often than random entries with the same exits: "
        f"+1.4 points ({MINUS}0.2 to +2.9 points); the target lies between {MINUS}0.2 % and 2.9 %."
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
            "Overall verdict: INCONCLUSIVE Phase 4: inconclusive: win rate. Phase 1: PASS.",
        ),
        (
            "all phases",
            "Phase 4: INCONCLUSIVE. Of 4 targets and the excess win rate: 1 inconclusive, 4 met.",
        ),
        ("all phases", "Phase 2: INCONCLUSIVE. No trade was good enough: 0 of 4,502"),
        (
            "all phases",
            "Phase 1: PASS. All 4 targets and the excess win rate are met at the near end",
        ),
    ],
)
def test_states(state: str, expected: str) -> None:
    assert expected in words_of(state)


def test_an_unbuilt_final_phase_is_never_a_pass() -> None:
    tone, words = verdict_of(STATES["passing"]())
    assert tone == "none"
    assert "PASS" not in words


@pytest.mark.parametrize("last", range(FINAL_PHASE + 1))
@pytest.mark.parametrize("final", ["PASS", "FAIL", "INCONCLUSIVE"])
def test_page_one_prints_the_ruling_on_all_phases_and_its_reason(last: int, final: str) -> None:
    """Of 0 to 4 phases, phase 2 being one that costs money: what is ruled is what is printed."""
    judged = [evaluation(phase, final if phase == last else "PASS") for phase in range(last + 1)]
    judged[2:3] = [evaluation(2, "PASS", HARM)] if last >= 2 else []
    ruling = judge_overall(judged)
    built = until(STATES["all phases"](), last) if 0 < last < FINAL_PHASE else None
    inputs = built or STATES["all phases" if last else "losing"]()
    tone, words = verdict_of(
        validated(inputs, verdict=ruling.verdict, verdict_reason=ruling.reason)
    )
    reason = capital(typeset(ruling.reason)).replace("\N{NO-BREAK SPACE}", " ")
    heading = f"Overall verdict: {ruling.verdict}" if last == FINAL_PHASE else "No verdict yet"
    assert words.startswith(f"{heading} {reason}. ")
    assert tone == (ruling.verdict.lower() if last == FINAL_PHASE else "none")
    assert ("phase 2 fails: the exit models reduce net return" in words) == (last >= 2)


def test_a_final_pass_with_a_costly_phase_before_is_no_pass() -> None:
    tone, words = verdict_of(STATES["all phases, costly models"]())
    assert tone == "fail"
    assert words.startswith("Overall verdict: FAIL Phase 4: every gate passes; phase 1 fails: ")
    assert "; phase 2 fails: the exit models reduce net return by 3.1 bp per trade" in words


def test_an_account_lost_in_the_burn_in_is_told_where_nothing_was_traded_after_it() -> None:
    """A drawdown of 0.0 % out of sample must not read as a good sign."""
    inputs = STATES["no trades"]()
    phase = inputs.phase(0)
    skipped = {"cash": 357, "exposure": 15, "ruined": 0}
    lost = replace(
        phase,
        money=replace(phase.money, equity_at_start=10.37),
        counts=replace(phase.counts, rejected=skipped),
    )
    words = verdict_of(with_phases(inputs, {0: lost}))[1]
    assert "had already lost 100.0" in words
    assert "Orders refused in the whole period: cash 357, exposure 15." in words


def test_an_account_that_kept_half_is_not_said_to_be_gone() -> None:
    assert "already lost" not in words_of("losing")


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("PASS", "It wins more often than random entries with the same exits: +21.2 points"),
        ("FAIL", "It wins less often than random entries"),
        ("INCONCLUSIVE", "It is inconclusive whether it wins more often than random entries"),
    ],
)
def test_the_excess_win_rate_is_told_by_its_gate_and_not_by_its_interval(
    verdict: str, expected: str
) -> None:
    """An interval above 0 shows nothing where the gate has too few trades."""
    base = STATES["phase 1"]()
    few = "sample too small (75 trades, minimum 100)"
    rows = tuple(
        replace(gate, verdict=verdict, reason=few)  # type: ignore[arg-type]
        if (gate.phase, gate.metric) == (1, "excess_win_rate")
        else gate
        for gate in base.gates
    )
    words = verdict_of(with_gates(base, rows))[1]
    assert expected in words
    assert (few in words) == (verdict == "INCONCLUSIVE")


def test_page_one_speaks_of_the_last_phase_that_traded() -> None:
    built, abstained = STATES["phase 2"](), STATES["phase 2 abstained"]()
    words = verdict_of(built)[1]
    assert words.startswith("No verdict yet Phases 3 and 4 are not built.")
    assert "Phase 1: INCONCLUSIVE." in words
    assert "Phase 2: INCONCLUSIVE." in words
    assert "Phase 2 against phase 1, paired: win rate −4.1 points" in words
    assert "Phase 2 won 144 of 171 trades" in words
    assert (built.headline_phase, abstained.headline_phase, abstained.latest) == (2, 0, 2)
    assert "Against phase 1 it bought nothing" in verdict_of(abstained)[1]


def test_models_that_fail_the_phase_are_named_once() -> None:
    words = words_of("phase 2, most words")
    assert words.count("phase 2 fails: the exit models reduce net return by 3.1 bp per trade") == 1
    assert "exit models" not in words_of("phase 2")


@pytest.mark.parametrize(
    ("broke_even", "expected"),
    [
        (0, "out of sample, 1,969 of them losing"),
        (1, "out of sample, 1,968 of them losing, 1 break-even"),
        (12, "out of sample, 1,957 of them losing, 12 break-even"),
    ],
)
def test_a_trade_that_broke_even_is_not_said_to_lose(
    losing: ReportInputs, broke_even: int, expected: str
) -> None:
    phase = losing.phase(0)
    counts = replace(phase.counts, break_even=broke_even)
    with unpainted():
        printed = print_chapter(with_phases(losing, {0: replace(phase, counts=counts)}), DECISION)
    assert expected in printed
    assert ("break-even" in printed.split("of them losing")[1][:20]) == bool(broke_even)
    assert "Phase 0 won 2,448 of 4,417 trades" in printed


def test_n_effective_is_told_as_it_is_computed(losing: ReportInputs) -> None:
    with unpainted():
        printed = print_chapter(losing, DECISION)
    assert "n effective: independent trades, or days with trades if fewer" in printed


def test_the_contribution_is_told_with_its_intervals(states: States) -> None:
    change = states["phase 1"]().contribution(1)
    assert say("kit/sentences.html.j2", "contribution", change) == (
        "Phase 1 against phase 0, paired: win rate +28.8 points (+22.8 to +34.8 points), better; "
        "profit factor 2.61 times (1.51 to 3.71 times), better; mean net a trade +41.7 bp "
        f"(+33.7 to +49.7 bp), better; {MINUS}96.1 % trades."
    )


def test_an_interval_on_one_side_that_shows_nothing_says_why(states: States) -> None:
    few = "insufficient in phase 1: 75 of 100 trades"
    change = states["phase 1"]().contribution(1)
    assert change is not None
    rows = [
        replace(row, comparison=replace(row.comparison, verdict="inconclusive", reason=few))
        for row in change.changes
    ]
    printed = say("kit/sentences.html.j2", "contribution", replace(change, changes=rows))
    assert printed.count("inconclusive") == 3
    assert printed.endswith(f"Inconclusive: {few}.")


def test_a_phase_that_bought_nothing_contributes_nothing(states: States) -> None:
    change = states["phase 1 abstained"]().contribution(1)
    assert say("kit/sentences.html.j2", "contribution", change) == (
        "Against phase 0 it bought nothing: it neither earned nor lost."
    )


def test_the_profit_factor_is_compared_as_a_ratio_and_trades_have_no_verdict(
    states: States,
) -> None:
    change = states["phase 1"]().contribution(1)
    assert change is not None
    rows = {row.metric.key: row for row in change.changes}
    assert plain(rows["profit_factor"].difference) == "2.61 times"
    assert (rows["profit_factor"].before, rows["profit_factor"].after) == ("0.53", "1.38")
    assert (rows["trades_frac"].verdict, mark(rows["trades_frac"].verdict)) == (
        "for information",
        "",
    )
    assert (rows["win_rate"].verdict, mark(rows["win_rate"].verdict)) == ("better", "●")


def test_as_many_trades_are_no_percentage(states: States) -> None:
    printed = say("kit/sentences.html.j2", "contribution", states["phase 2"]().contribution(2))
    assert "; as many trades." in printed
