"""Every metric has what it needs, gates judge in its direction, docs say what it means."""

from dataclasses import replace
from pathlib import Path

import pytest

from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.metrics import COMPARISONS, GATE_METRICS
from dipmaster.evaluation.statistics.rules import judge_by_bounds
from dipmaster.results.metrics import COMPARED, GATES, PROFIT_FACTOR

DOCS = Path(__file__).parents[2] / "docs/gates.md"


def test_every_gate_has_an_estimator_and_every_estimator_a_gate() -> None:
    assert [gate.metric for gate in GATE_METRICS.values()] == list(GATES)
    assert list(GATE_METRICS) == [metric.key for metric in GATES]


def test_every_compared_metric_has_a_comparison_and_the_reverse() -> None:
    assert list(COMPARISONS) == [metric.key for metric in COMPARED]


WITHIN = "the target 2.00 lies within the confidence interval"


@pytest.mark.parametrize(
    ("direction", "low", "high", "verdict", "reason"),
    [
        ("min", 2.0, 3.0, "PASS", "the lower confidence bound 2.00 meets the target 2.00"),
        ("min", 1.0, 1.9, "FAIL", "the upper confidence bound 1.90 misses the target 2.00"),
        ("min", 1.9, 3.0, "INCONCLUSIVE", f"{WITHIN}, 1.90 to 3.00"),
        ("max", 1.0, 1.9, "PASS", "the upper confidence bound 1.90 meets the target 2.00"),
        ("max", 2.0, 3.0, "FAIL", "the lower confidence bound 2.00 misses the target 2.00"),
        ("max", 1.0, 2.0, "INCONCLUSIVE", f"{WITHIN}, 1.00 to 2.00"),
    ],
)
def test_bounds_are_judged_in_the_direction_of_the_metric(
    gates, direction, low, high, verdict, reason
) -> None:
    metric = replace(PROFIT_FACTOR, direction=direction)
    ruling = judge_by_bounds(metric, Estimate(2.0, low, high, 500, 300.0, "linear"), 2.0, gates)
    assert (ruling.verdict, ruling.reason) == (verdict, reason)


def test_docs_define_the_gates_as_the_report_does() -> None:
    """docs/gates.md holds the table made of the definitions, settings by their name."""
    settings = {"drawdown_horizon_days": "`drawdown_horizon_days`"}
    rows = [f"| `{metric.key}` | {metric.describe(settings)} |" for metric in GATES]
    table = "\n".join(["| metric | definition |", "|---|---|", *rows])
    assert table in DOCS.read_text(encoding="utf-8")
