"""Chapters on monitoring and rollout, and the count of evaluations: in every state sentences."""

import re
from dataclasses import replace
from typing import Literal

import pytest

from dipmaster.report.chapter import Chapter
from dipmaster.report.chapters.approvals.view import APPROVALS
from dipmaster.report.chapters.decision.view import DECISION
from dipmaster.report.chapters.monitoring.tables import FORMATS, NAMES, tabulate_checks
from dipmaster.report.chapters.monitoring.view import MONITORING
from dipmaster.report.chapters.rollout.view import ROLLOUT
from dipmaster.report.kit import numbers
from dipmaster.results.common import Interval
from dipmaster.results.monitoring.alerts import Rule, Severity
from dipmaster.results.monitoring.record import MonitoringResults
from dipmaster.results.trials import TrialCount
from tests.made import monitoring
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter
from tests.report.run import run
from tests.report.wording import find_refused, text_of_page


def print_text(results: MonitoringResults, chapter: Chapter) -> str:
    with unpainted():
        page = print_chapter(replace(run(4), monitoring=results), chapter)
    text = re.sub(r"\s+", " ", text_of_page(page))
    assert find_refused(text) == []
    return text.replace(numbers.NBSP, " ")


def test_every_rule_has_a_name_and_a_format() -> None:
    assert set(NAMES) == set(FORMATS) == set(monitoring.RULES)


def test_a_healthy_system() -> None:
    text = print_text(monitoring.monitoring(4), MONITORING)
    assert "the system is healthy: no alert is active, 1 over." in text
    assert "82.0 % 70.5 to 91.4 % ≥ 80 %" in text
    assert "alert at 140; now 1.6" in text
    assert "Latency has not been measured." in text
    assert (
        "Whether a stream decides as this report did has not been compared. To compare: dipmaster"
        in text
    )
    assert "2024-10-21 23:55 Drift of inputs" in text


@pytest.mark.parametrize(
    ("rule", "limit", "beyond", "met"),
    [
        ("calibration", -0.05, -0.053, -0.05),
        ("sharpe", 1.5, 1.49, 1.5),
        ("latency", 100.0, 100.1, 100.0),
        ("signal_rate", 2.0, 2.1, 0.5),
    ],
)
def test_a_threshold_that_is_missed_without_an_alert_is_said(
    rule: Rule, limit: float, beyond: float, met: float
) -> None:
    def state_of(value: float, state: Severity | Literal["healthy"] = "healthy") -> str:
        check = replace(
            monitoring.check(rule),
            threshold=limit,
            value=Interval(value, None, None),
            state=state,
        )
        return tabulate_checks([check], ()).rows[0][-1]

    assert "threshold missed" in state_of(beyond)
    assert "threshold missed" not in state_of(met)
    assert "threshold missed" not in state_of(beyond, "warning")


def test_drift_is_judged_against_chance_and_not_by_its_index_alone() -> None:
    check = replace(monitoring.check("drift"), state="healthy", value=Interval(9.0, None, None))
    like_chance = replace(monitoring.feature("sigma", 9.0), chance_mean=9.2)
    assert "threshold missed" not in tabulate_checks([check], [like_chance]).rows[0][-1]
    unlike = replace(like_chance, chance_mean=8.99)
    _, value, *_, state = tabulate_checks([check], [like_chance, unlike]).rows[0]
    assert plain(value) == "0.31 above chance (9.30; chance 8.99)"
    assert state.endswith("(threshold missed, not significantly)")


def test_drift_that_was_not_measured_has_no_value() -> None:
    check = replace(monitoring.check("drift"), state="not measured", value=Interval(*[None] * 3))
    _, value, *_, state = tabulate_checks([check], ()).rows[0]
    assert plain(value) == "–"
    assert "threshold missed" not in state


def test_a_failing_system() -> None:
    made = monitoring.monitoring(4)
    alerts = (*made.alerts, monitoring.failing_alert())
    text = print_text(replace(made, status="critical", alerts=alerts), MONITORING)
    assert "the system is critical: 1 alert active, 1 over." in text
    assert text.index("2024-11-21 10:05") < text.index("2024-10-21 23:55")


def test_what_was_measured_is_quoted() -> None:
    made = monitoring.monitoring(4)
    full = replace(made, latency=monitoring.latency(), parity=monitoring.parity())
    text = print_text(full, MONITORING)
    assert "on two cores of an office computer, 2025-01-02: median 0.800 ms, p99 2.500 ms" in text
    assert "over 105,120 bars of 10 coins with 12 refits inside, 110,120 values" in text
    assert "to the last bit: 0 differences." in text


def test_a_comparison_of_another_run_is_named_and_not_quoted() -> None:
    made = replace(monitoring.monitoring(4), parity_mismatch=("data", "params"))
    text = print_text(made, MONITORING)
    assert "the comparison on record has other data and params. To compare: dipmaster" in text
    assert "differences" not in text


def test_nothing_to_watch_yet() -> None:
    made = monitoring.monitoring(4)
    empty = replace(
        made, alerts=(), win_rate_path=(), calibration=(), drift=(), window_from=None,
        window_to=None,
    )  # fmt: skip
    text = print_text(empty, MONITORING)
    assert "No alert since" in text
    assert "Drift of the models" not in text


def test_steps_that_are_not_ready_name_what_is_missing() -> None:
    text = print_text(monitoring.monitoring(4), ROLLOUT)
    assert "No step is ready. 3 of 4 criteria are not met." in text
    assert "This software never sends an order to an exchange" in text
    assert "over 100,000 bars" in text
    assert "At risk: at most 10,000. Roadmap: week 4." in text
    assert "Roadmap: weeks 5-8." in text
    assert "Phase 2: exits" in text


def test_a_step_that_is_ready() -> None:
    made = monitoring.monitoring(4)
    steps = (replace(made.rollout[0], is_ready=True), *made.rollout[1:])
    text = print_text(replace(made, rollout=steps), ROLLOUT)
    assert "Ready: paper trading." in text
    assert "Paper trading: ready" in text


def test_the_body_says_in_a_sentence_whether_a_step_is_ready() -> None:
    made = monitoring.monitoring(4)
    assert "No step of the rollout is ready." in print_text(made, APPROVALS)
    steps = (replace(made.rollout[0], is_ready=True), *made.rollout[1:])
    assert "Ready: paper trading." in print_text(replace(made, rollout=steps), APPROVALS)


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (TrialCount(evaluations=1, outcomes=1, is_registered=True), "Evaluations on this data: 1."),
        (
            TrialCount(evaluations=1_203, outcomes=15, is_registered=True),
            "Evaluations on this data: 1,203, with 15 different sets of trades.",
        ),
        (
            TrialCount(evaluations=2, outcomes=1, is_registered=False),
            "Evaluations on this data: 2, all with the same trades.",
        ),
    ],
)
def test_page_one_counts_evaluations(count: TrialCount, sentence: str) -> None:
    assert sentence in text_of_page(print_chapter(replace(run(4), trials=count), DECISION))


def test_the_count_enters_the_document_id() -> None:
    few, many = (TrialCount(evaluations=n, outcomes=1, is_registered=True) for n in (1, 2))
    assert replace(run(4), trials=few).document_id != replace(run(4), trials=many).document_id
