"""summary.json and page one come from one function, and the committed files agree."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from dipmaster.core import catalog
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.gates import GateRows
from dipmaster.results.serialisation import read_result, to_json
from dipmaster.results.summary import Summary, summarize
from tests.made.gates import gates
from tests.made.judged import degrading
from tests.made.validation import validation


@pytest.fixture
def committed(project: Path) -> tuple[ValidationResults, GateRows, Summary]:
    return (
        read_result(project / catalog.VALIDATE_METRICS, ValidationResults),
        read_result(project / catalog.GATES, GateRows),
        read_result(project / catalog.SUMMARY, Summary),
    )


def test_the_committed_summary_is_that_of_the_committed_results(committed) -> None:
    results, rows, summary = committed
    assert summarize(results, rows) == summary
    assert summary.verdict == results.verdict
    by_phase = dict(one.split(" ", 1) for one in summary.verdict_by_phase.split(", "))
    assert by_phase == {number: one.verdict for number, one in results.phases.items()}


def test_at_most_twelve_flat_keys() -> None:
    """`dvc exp show` prints a column for each."""
    values = to_json(summarize(validation(), gates(0, 1, 2)))
    assert len(values) <= 12
    assert not any(isinstance(value, (dict, list)) for value in values.values())
    assert len(fields(Summary)) == len(values)


def test_verdicts_by_phase_and_figures_of_the_last() -> None:
    results, rows = validation(), gates(0, 1, 2)
    summary = summarize(results, rows)
    assert summary.verdict_by_phase == "0 FAIL, 1 INCONCLUSIVE, 2 INCONCLUSIVE"
    assert summary.verdict_reason == "phases 3 and 4 are not built"
    assert summary.override == ""
    last = results.phases["2"]
    assert summary.trades == last.counts.trades
    assert summary.net_return == last.money.net_return_frac
    assert summary.mean_net_bps == last.per_trade.mean_net_bps
    assert summary.time_in_market == last.exposure.time_in_market_frac
    for row in rows:
        if row.phase == 2 and row.metric != "excess_win_rate":
            assert getattr(summary, row.metric) == row.value


def test_an_override_is_reported_with_its_phase() -> None:
    results = validation()
    failed = replace(results.phases["2"], verdict="FAIL", degradation=degrading("it costs money"))
    summary = summarize(replace(results, phases={**results.phases, "2": failed}), gates(0, 1, 2))
    assert summary.override == "phase 2: it costs money"
    assert summary.verdict_by_phase.endswith("2 FAIL")
