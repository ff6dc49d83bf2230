"""The claim that confidence is calibrated in each regime: the verdict, and what decides it."""

from dataclasses import replace
from typing import Any

import pytest

from dipmaster.results.common import Interval
from dipmaster.results.confidence.calibration import CalibrationGate
from tests.evaluation.made_claims import REGIMES, Measure, claims_of, gate, measured


@pytest.fixture
def claims(gates) -> Measure:
    return claims_of(gates)


def regime(verdict: Any, ece: tuple[float, float], slope: tuple[float, float]) -> CalibrationGate:
    intervals = (Interval((low + high) / 2, low, high) for low, high in (ece, slope))
    return gate(verdict, *intervals, n=70, reason="so it is")


def test_calibration_met_shows_what_came_closest_to_its_limit(claims) -> None:
    close = regime("PASS", (0.01, 0.048), (0.9, 1.1))
    row = claims(measured().with_calibration(normal=close))["1.3.calibration"]
    assert (row.verdict, row.target, row.high, row.n) == ("met", 0.05, 0.048, 70)
    assert row.reason.startswith("decided by the calibration error in the regime normal: so it")


def test_calibration_not_shown_shows_the_limit_that_is_missed(claims) -> None:
    """An error within its limit decides nothing where a slope is not."""
    flat = regime("INCONCLUSIVE", (0.003, 0.041), (-0.11, 0.84))
    near = regime("INCONCLUSIVE", (0.003, 0.058), (0.80, 1.19))
    row = claims(measured().with_calibration(high=flat, low=near))["1.3.calibration"]
    assert (row.verdict, row.target, row.unit) == ("inconclusive", (0.8, 1.2), "ratio")
    assert (row.low, row.high) == (-0.11, 0.84)
    assert row.reason.startswith("decided by the calibration slope in the regime high: so it is")
    assert "low INCONCLUSIVE, normal PASS, high INCONCLUSIVE" in row.reason
    assert "all regimes together: calibration error 2.0 % [1.0 %, 3.0 %]" in row.reason


def test_calibration_not_met_shows_an_interval_wholly_beyond(claims) -> None:
    """The wide one sticks out farther, but only the other is beyond its limit as a whole."""
    broken = regime("FAIL", (0.06, 0.09), (0.0, 1.5))
    wide = regime("INCONCLUSIVE", (0.0, 0.2), (-1.0, 2.0))
    row = claims(measured().with_calibration(low=broken, high=wide))["1.3.calibration"]
    assert (row.verdict, row.target) == ("not met", 0.05)
    assert (row.low, row.high) == (0.06, 0.09)
    steep = regime("FAIL", (0.01, 0.09), (1.3, 1.9))
    row = claims(measured().with_calibration(low=steep))["1.3.calibration"]
    assert (row.verdict, row.low) == ("not met", 1.3)


def test_calibration_of_nothing_is_reported_as_that(claims) -> None:
    empty = replace(regime("INCONCLUSIVE", (0.0, 0.1), (0.5, 1.5)), n=0)
    row = claims(measured().with_calibration(**dict.fromkeys((*REGIMES, "all"), empty)))
    reason = row["1.3.calibration"].reason
    assert reason == "no candidate out of sample has a score"


def test_calibration_without_bounds_says_why(claims) -> None:
    nothing = Interval(None, None, None)
    few = gate("INCONCLUSIVE", nothing, nothing, 8, "8 of 100")
    row = claims(measured().with_calibration(low=few))["1.3.calibration"]
    assert (row.verdict, row.value, row.n) == ("inconclusive", None, 8)
    assert "8 of 100" in row.reason
    none = claims(replace(measured(), calibration={}))["1.3.calibration"]
    assert none.verdict == "insufficient data"
