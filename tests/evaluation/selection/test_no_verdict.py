"""Phase 1 without a verdict: it abstained, and says why, or a check failed."""

from dataclasses import asdict

import numpy as np

from dipmaster.core.panel import to_epoch_ms
from dipmaster.evaluation.integrity import Check
from dipmaster.evaluation.phase import Abstention
from dipmaster.evaluation.phase_evaluation import describe_inconclusive
from dipmaster.evaluation.phases.selection.orders import find_abstention


def test_abstaining_is_no_verdict(
    complete, judge, filter_results, candidates, period, quick
) -> None:
    """Only the burn-in is traded: out of sample the account stands still."""
    late = to_epoch_ms(candidates["open_time"]) >= period.out_of_sample_ms
    cautious = filter_results.assign(
        admitted=np.where(late, 0, filter_results["admitted"]),
        passes_threshold=np.where(late, 0, filter_results["passes_threshold"]),
    )
    phase = complete(filter_results=cautious)[1]
    why = f"0 of {late.sum()} candidates reached the threshold"
    assert phase.orders.abstention == Abstention(why, "threshold")
    assert len(phase.orders.entries) > 20
    found = judge(phase)
    assert {row.verdict for row in found.gates.rows} == {"INSUFFICIENT DATA"}
    assert found.gates.ruling.verdict == "INSUFFICIENT DATA"
    value = {row.metric: row.value for row in found.gates.rows}
    assert value == dict.fromkeys(value) | {"max_drawdown": 0.0}
    for row in found.gates.rows:
        assert row.reason.startswith(f"abstained: {why}; sample too small (0 trades, minimum 100")
        assert (asdict(row)["low"], asdict(row)["high"]) == (None, None)
    assert (found.sample.days.growth == 1.0).all()
    assert describe_inconclusive(found, quick) == f"phase 1 abstained: {why}"


def test_where_the_last_candidate_was_lost(candidates, filter_results, period) -> None:
    none = filter_results.assign(admitted=np.int8(0))
    low = none.assign(passes_threshold=np.int8(0))
    for table, lost_at in (
        (filter_results, ""),
        (none, "steps"),
        (low, "threshold"),
        (low.assign(confidence=np.nan), "score"),
    ):
        assert find_abstention(candidates, table, period, "").lost_at == lost_at
    nobody = find_abstention(candidates.iloc[:0], filter_results.iloc[:0], period, "")
    assert nobody.lost_at == "candidates"


def test_why_nothing_was_admitted(candidates, filter_results, period) -> None:
    late = to_epoch_ms(candidates["open_time"]) >= period.out_of_sample_ms
    n, reached = int(late.sum()), int((filter_results["passes_threshold"] == 1)[late].sum())
    none = filter_results.assign(admitted=np.int8(0))
    assert find_abstention(candidates, filter_results, period, "") == Abstention()
    assert find_abstention(candidates, none, period, "").reason == (
        f"{reached} of {n} candidates reached the threshold, none of them was admitted"
    )
    unscored = none.assign(confidence=np.nan, passes_threshold=np.int8(0))
    none_scored = find_abstention(candidates, unscored, period, "")
    assert none_scored.reason == f"0 of {n} candidates have a score"
    too_few = find_abstention(candidates, unscored, period, "too few candidates: 12 of 200")
    assert too_few.reason == (f"0 of {n} candidates have a score: too few candidates: 12 of 200")


def test_a_check_that_fails_takes_every_verdict_back(both, judge, quick) -> None:
    check = Check("every candidate traded had passed the filter", False, "3 of 4", 4)
    found = judge(both[1], check)
    assert found.integrity_checks[-1] == check
    assert {row.verdict for row in found.gates.rows} == {"INCONCLUSIVE"}
    assert found.gates.rows[0].reason.startswith("withheld:")
    assert describe_inconclusive(found, quick).startswith("withheld: the ledger of phase 1")
