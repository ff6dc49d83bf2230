"""The roadmap's stress scenarios as claims: by the bound of the share of windows, not the worst."""

from dataclasses import dataclass, replace

import pytest
from scipy import stats

from dipmaster.outcomes.stress_claims import SCENARIOS, measure_stress_claims

ALPHA = 0.025


@dataclass(frozen=True)
class Counts:
    beyond_frac: float
    worst_drawdown_frac: float = 0.0123


@dataclass(frozen=True)
class Row:
    scenario: str = "market_crash"
    phase: int = 4
    start: str = "positions open"
    independent: int = 200
    with_controls: Counts | None = Counts(0.0)
    reason: str = ""


@pytest.mark.parametrize(
    ("beyond", "verdict"), [(0, "met"), (3, "met"), (10, "inconclusive"), (40, "not met")]
)
def test_the_bound_decides(beyond: int, verdict: str) -> None:
    (found,) = measure_stress_claims([Row(with_controls=Counts(beyond / 200))], 4, ALPHA)
    exact = stats.binomtest(beyond, 200).proportion_ci(1.0 - 2.0 * ALPHA, "exact")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))
    assert (found.verdict, found.n, found.value) == (verdict, 200, beyond / 200)
    assert "1.23 % is the largest drawdown" in found.reason


def test_only_the_roadmaps_scenarios_of_the_last_phase_with_positions_open_count() -> None:
    rows = [Row(scenario=name) for name in reversed(SCENARIOS)]
    others = [
        Row(scenario="flash_crash"),
        Row(scenario="market_crash_scaled"),
        Row(phase=2, with_controls=Counts(0.9)),
        Row(start="random date", with_controls=Counts(0.9)),
    ]
    found = measure_stress_claims([*rows, *others], 4, ALPHA)
    assert [one.id for one in found] == [f"risk.{name}" for name in SCENARIOS]
    assert {one.value for one in found} == {0.0}


def test_without_windows_there_is_a_reason_and_without_rows_no_claim() -> None:
    empty = replace(Row(), independent=0, with_controls=None, reason="phase 4 held no position")
    (found,) = measure_stress_claims([empty], 4, ALPHA)
    assert (found.verdict, found.reason) == ("insufficient data", "phase 4 held no position")
    assert measure_stress_claims([], 4, ALPHA) == ()
