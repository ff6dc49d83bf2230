"""All of outcomes.json of the small market: whole, without NaN, the same for any workers."""

from dataclasses import replace

import pytest

from dipmaster.outcomes import measure_outcomes
from dipmaster.results.outcomes import OutcomesResults
from dipmaster.results.serialisation import from_json, to_json
from tests.report.run import json_of

pytestmark = pytest.mark.slow


def test_it_is_whole_and_the_same_for_any_number_of_workers(context, traded, monkeypatch) -> None:
    texts = []
    for workers in ("1", "2"):
        monkeypatch.setenv("DIPMASTER_WORKERS", workers)
        results = measure_outcomes(context, traded, context.params)
        texts.append(json_of(to_json(results)))
    assert texts[0] == texts[1]
    assert "NaN" not in texts[0]
    assert from_json(OutcomesResults, to_json(results)) == results
    assert [one.phase for one in results.added] == [1, 2, 3]
    assert [one.phase for one in results.left_out] == [1, 2, 3]
    assert [one.id for one in results.claims[:3]] == ["roi.1", "roi.2", "roi.3"]
    assert (results.final_phase, results.programme.phase) == (3, 0)


def test_with_phase_0_alone_there_is_nothing_to_compare(context, traded) -> None:
    results = measure_outcomes(context, traded[:1], context.params)
    assert (results.added, results.left_out, results.roi) == ((), (), ())
    assert results.programme is None
    assert results.contradictions


def test_a_phase_without_trades_has_values_of_none_and_a_reason(context, traded) -> None:
    table = context.filter_results.assign(admitted=0)
    empty = replace(context, filter_results=table)
    from dipmaster.evaluation.run import complete_phases

    completed = complete_phases(empty, tuple(one.phase for one in traded))
    results = measure_outcomes(empty, completed, context.params)
    first = results.added[0]
    assert first.trades == 0
    assert first.mean_net_bps.comparison.value is None
    assert first.mean_net_bps.comparison.verdict == "insufficient data"
    assert first.mean_net_bps.comparison.reason
    assert from_json(OutcomesResults, to_json(results)) == results
