"""Alternative data in print: body, appendix, page one; credited or not, without data, abstained."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report.chapters.alternative_data import feeds
from dipmaster.report.chapters.alternative_data.view import ALTERNATIVE_DATA
from dipmaster.report.chapters.decision import final_phase
from dipmaster.report.chapters.decision.view import DECISION
from dipmaster.report.chapters.evidence import coverage, scores, trades
from dipmaster.report.chapters.evidence.view import EVIDENCE
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.evidence_names import name_channel
from dipmaster.report.kit.table import table
from tests.made.alternative_data import alternative_data, record
from tests.made.alternative_data import coverage as made_coverage
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter, say
from tests.report.run import run, validated, with_gates, with_phases
from tests.report.states_of_evidence import TOO_FEW, with_reach

States = dict[str, Callable[[], ReportInputs]]
KIT = "kit/sentences.html.j2"
BUILT = ["all phases", "phase 4", "phase 4 abstained", "phase 4, few trades", "phase 4, no data",
         "phase 4, not credited", "phase 4, real bars", "phase 4, too little evidence"]  # fmt: skip


def printed(inputs: ReportInputs) -> tuple[str, str]:
    """Body and appendix as text."""
    with unpainted():
        return print_chapter(inputs, ALTERNATIVE_DATA), print_chapter(inputs, EVIDENCE)


def head(inputs: ReportInputs) -> str:
    """Page one above its matrix."""
    with unpainted():
        words = print_chapter(inputs, DECISION)
    return words[: words.index("Roadmap’s")]


def test_both_are_left_out_before_phase_4(states: States) -> None:
    for chapter in (ALTERNATIVE_DATA, EVIDENCE):
        assert not chapter.applies(states["phase 3"]())
        assert chapter.applies(states["phase 4"]())


@pytest.mark.parametrize("state", BUILT)
def test_every_state_is_printed_whole(state: str, states: States) -> None:
    for text in printed(states[state]()):
        assert "None" not in text
        assert " nan" not in text


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("phase 4", "Alternative data is credited: the log loss of the score is lower with it"),
        ("phase 4, not credited", "Alternative data is not credited: it is not shown to improve"),
        ("phase 4, too little evidence", "There is too little alternative data to credit it."),
        ("phase 4, no data", "There is no alternative data (source: none): phase 4 makes the "
         "trades of phase 3, and nothing can be credited."),
    ],
)  # fmt: skip
def test_the_credit_is_one_sentence_in_the_body_and_on_page_one(
    state: str, sentence: str, states: States
) -> None:
    inputs = states[state]()
    assert sentence in printed(inputs)[0]
    assert sentence in head(inputs)


def test_the_body_has_reason_rule_feeds_and_ceiling(states: States) -> None:
    body, _ = printed(states["phase 4"]())
    for words in (
        "The mean log loss is lower with evidence: reduction 0.00130 (confidence interval −0.00180",
        "a permutation test, which shuffles the evidence in time, has p of at most 0.025",
        "it needs 100 candidates and 6 blocks",
        "Phase 4 scores 6,243 of 6,250 candidates with evidence; the signal filter admits 310",
        "130 trades are in both phases, 172 are new and 34 are no longer made.",
        "Versus phase 3: Sharpe ratio +1.55 (+0.05 to +3.05; better)",
        "The mean confidence of the trades is 83.0 %",
    ):
        assert words in body, words
    assert TOO_FEW.capitalize() in printed(states["phase 4, too little evidence"]())[0]


def test_each_feed_has_its_permutation_and_its_trades() -> None:
    rows = table(feeds.COLUMNS, feeds.contributions(run(4))).rows
    assert [plain(cell) for cell in rows[0]] == [
        "Order book", "6,243", "+0.0023", "0.025", "80 (+25.0 bp)", "14 (+9.0 bp)",
    ]  # fmt: skip
    assert plain(rows[-1][0]) == "All feeds together"
    assert plain(rows[-1][4]) == "172 (+24.5 bp)"


def test_without_data_there_is_no_table_of_feeds_and_no_score(states: States) -> None:
    body, detail = printed(states["phase 4, no data"]())
    assert "Contribution by feed" not in body
    assert "There is no difference to phase 3 to report: the trades are the same." in body
    for words in ("there is no data, and all 8,200 candidates keep the confidence of phase 1",
                  "All components are absent.", "Not judged: no data"):  # fmt: skip
        assert words in detail, words
    assert "Trades kept" not in detail


def test_a_channel_has_lag_age_and_coverage() -> None:
    flows = replace(made_coverage().channels[0], published=8190, fresh=8108)
    row = coverage.tabulate_channels([flows]).rows[0]
    assert [plain(cell) for cell in row] == [
        "Net exchange flow", "of daily volume", "10", "2023-01-01", "0.1", "30 min", "44 min",
        "3 h", "47 min", "1.0 %", "99.9 %",
    ]  # fmt: skip
    idle = replace(flows, candidates=0, published=0, fresh=0, first_event=None)
    assert plain(coverage.tabulate_channels([idle]).rows[0][3]) == "–"
    assert name_channel("implied_volatility_pct") == "Implied volatility"


def test_a_long_table_of_channels_may_go_on_over_pages() -> None:
    flows = made_coverage().channels[0]
    assert "short" in coverage.tabulate_channels([flows] * 30).css
    assert "short" not in coverage.tabulate_channels([flows] * 31).css


def test_what_was_absent_and_what_was_cleaned_is_named(states: States) -> None:
    inputs = states["phase 4, real bars"]()
    detail = printed(inputs)[1]
    assert "Absent throughout: on-chain analytics: holder distribution;" in detail
    assert "exchange flows (99 %)" in detail
    assert "BTCUSDT-metrics-<b>2021.zip doubled value 288" in detail
    assert len(coverage.list_cleaned(inputs.alternative_data.data)) == 2


def test_the_slope_of_phase_1_is_printed_where_it_is_of_the_same_candidates() -> None:
    compared = record().comparison
    assert compared is not None
    base = run(1).confidence.models["confidence"]
    same = replace(base, n=compared.n, auc=replace(base.auc, value=compared.auc_phase_1.value))
    assert scores.find_slope_before(compared, same) == base.slope
    assert scores.find_slope_before(compared, replace(same, n=compared.n + 1)) is None
    assert scores.find_slope_before(compared, None) is None
    rows = table(scores.SCORES, scores.score_rows(compared, base.slope)).rows
    assert plain(rows[2][1]).startswith(f"{base.slope.value:.2f} ")


def test_scores_lags_and_trades() -> None:
    found = record()
    assert found.comparison is not None
    rows = table(scores.SCORES, scores.score_rows(found.comparison, None)).rows
    assert [plain(cell) for cell in rows[0][1:]] == [
        "0.64850 0.63800 to 0.65900", "0.64730 0.63690 to 0.65770",
        "+0.00130 −0.00180 to +0.00440",
    ]  # fmt: skip
    assert plain(rows[2][1]) == "–"
    lags = scores.tabulate_lags(found.information[1:])
    assert lags is not None
    assert [column.heading for column in lags.columns[2:]] == [
        "Lag 60\N{NO-BREAK SPACE}min", "Lag 180\N{NO-BREAK SPACE}min",
        "Lag 720\N{NO-BREAK SPACE}min",
    ]  # fmt: skip
    assert scores.tabulate_lags(()) is None
    moved = table(trades.TRADES, trades.list_moved(alternative_data())).rows
    assert [plain(cell) for cell in moved[1]] == [
        "Gained: in phase 4 alone", "172", "133", "77.3 %", "+24.5 bp",
    ]  # fmt: skip
    assert len(moved) == 9


@pytest.mark.parametrize(
    ("reach", "value", "words"),
    [
        ("out of reach", 0.77, "out of reach of these exits: even candidates at a built-in"),
        ("within reach", 0.9, "is within reach of these exits: candidates at a built-in"),
        ("open", 0.85, "Whether these exits can reach the win-rate target of 85 % is open:"),
        ("not known", None, "The highest attainable win rate is not known:"),
    ],
)
def test_page_one_says_what_more_data_changes(reach: str, value: float | None, words: str) -> None:
    text = head(with_reach(value, reach))
    assert words in text
    assert "More data decides the gate sooner and cannot make it pass." in text or (
        reach != "out of reach" and "narrows the interval" in text
    )


def test_nothing_is_added_on_what_can_be_won_where_the_win_rate_passes() -> None:
    base = with_reach(0.77, "out of reach")
    rows = tuple(
        replace(row, verdict="PASS") if (row.phase, row.metric) == (4, "win_rate") else row
        for row in base.gates
    )
    assert "out of reach" not in head(with_gates(base, rows))


def test_the_gate_that_fails_binds_and_else_the_one_that_takes_longest() -> None:
    rows = tuple(row for row in run(4).gates if row.phase == 4)
    failed = final_phase.find_binding(rows)
    assert [row.metric for row in failed] == ["win_rate"]
    waiting = tuple(
        replace(row, verdict="INCONCLUSIVE", days_to_power=days)
        for row, days in zip(rows, (40, 10, 90, 20, None), strict=True)
    )
    assert [row.metric for row in final_phase.find_binding(waiting)] == [rows[2].metric]
    unknown = tuple(replace(row, days_to_power=None) for row in waiting)
    assert final_phase.find_binding(unknown) == list(unknown)
    passed = tuple(replace(row, verdict="PASS", days_to_power=0) for row in rows)
    assert final_phase.find_binding(passed) == []


def answered(verdict: str, overall: str) -> str:
    base = run(4)
    phase = replace(base.phase(4), verdict=verdict)  # type: ignore[arg-type]
    whole = validated(with_phases(base, {4: phase}), verdict=overall)
    return say("chapters/decision/sentences.html.j2", "final_answer", final_phase.answer(whole))


def test_the_headline_answers_for_the_final_phase(states: States) -> None:
    assert answered("PASS", "PASS") == "Phase 4 reaches all final targets."
    assert answered("PASS", "FAIL") == (
        "Phase 4 reaches all final targets, but what an earlier phase adds reduces net return."
    )
    assert answered("FAIL", "FAIL") == (
        "Phase 4 does not reach the final targets: win rate 76.5 % (70.1 to 82.1 %; target ≥ 85 %)."
    )
    assert answered("INCONCLUSIVE", "INCONCLUSIVE").startswith(
        "It is not decided whether phase 4 reaches the final targets: 3 of 5 gates pass "
    )
    assert "reaches the final targets: it made no trade." in head(states["phase 4 abstained"]())
    assert final_phase.answer(run(3)) is None


def test_page_one_has_what_each_phase_contributed_and_no_phase_that_is_missing() -> None:
    base = run(4)
    assert (
        "Change of the Sharpe ratio versus the previous phase: phase 1 +12.20 (better), phase 2 "
        "−0.20 (inconclusive), phase 3 −0.10 (inconclusive), phase 4 +1.55 (better)."
    ) in head(base)
    with unpainted():
        assert "not built" not in print_chapter(base, DECISION)


def test_a_ceiling_without_bounds_has_its_reason() -> None:
    ceiling = alternative_data().ceiling
    assert ceiling.planted is not None
    none = replace(ceiling.planted, value=None, low=None, high=None, reason="no candidate", n=0)
    text = say(KIT, "win_rate_ceiling", replace(ceiling, reach="not known", planted=none))
    assert text.startswith("The highest attainable win rate is not known: no candidate.")
