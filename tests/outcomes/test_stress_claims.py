"""The roadmap's stress scenarios as claims: by the bound of the share of windows, not the worst."""

from dataclasses import replace
from typing import Any

import pytest
from scipy import stats

from dipmaster.outcomes.stress_claims import SCENARIOS, measure_stress_claims
from dipmaster.results.stress import StressResults, StressRow
from tests.made import stress

ALPHA = 0.025


def row(name: str = "market_crash", beyond: float = 0.0, **changes: Any) -> StressRow:
    measures = replace(stress.measures(0.0123, 200), beyond_frac=beyond)
    one = stress.row(name, 4, "positions open")
    return replace(one, **{"with_controls": measures, "independent": 200, **changes})


def of(*rows: StressRow, limit: float = 0.05) -> StressResults:
    return replace(stress.stress(4), rows=rows, drawdown_limit_frac=limit)


@pytest.mark.parametrize(
    ("beyond", "verdict"), [(0, "met"), (3, "met"), (10, "inconclusive"), (40, "not met")]
)
def test_the_bound_decides(beyond: int, verdict: str) -> None:
    (found,) = measure_stress_claims(of(row(beyond=beyond / 200)), ALPHA)
    exact = stats.binomtest(beyond, 200).proportion_ci(1.0 - 2.0 * ALPHA, "exact")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))
    assert (found.verdict, found.n, found.value) == (verdict, 200, beyond / 200)
    assert "1.23 % is the largest drawdown" in found.reason


def test_only_the_roadmaps_scenarios_of_the_last_phase_with_positions_open_count() -> None:
    rows = [row(name) for name in reversed(SCENARIOS)]
    others = [
        row("flash_crash"),
        row("market_crash_scaled"),
        row(beyond=0.9, phase=2),
        row(beyond=0.9, start="random date"),
    ]
    found = measure_stress_claims(of(*rows, *others), ALPHA)
    assert [one.id for one in found] == [f"risk.{name}" for name in SCENARIOS]
    assert {one.value for one in found} == {0.0}


def test_without_windows_there_is_a_reason_and_without_rows_no_claim() -> None:
    empty = row(independent=0, with_controls=None, reason="phase 4 held no position")
    (found,) = measure_stress_claims(of(empty), ALPHA)
    assert (found.verdict, found.reason) == ("insufficient data", "phase 4 held no position")
    assert measure_stress_claims(of(), ALPHA) == ()


def test_windows_counted_at_another_limit_say_nothing_about_the_roadmaps() -> None:
    (found,) = measure_stress_claims(of(row(), limit=0.1), ALPHA)
    assert (found.verdict, found.value) == ("insufficient data", None)
    assert found.reason == "windows were counted at a drawdown of 10 %"
