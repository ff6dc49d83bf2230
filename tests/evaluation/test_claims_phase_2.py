"""Phase 2's claims against made measurements, and the lines that nobody measures."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from dipmaster.core.store import to_json_value
from dipmaster.evaluation.claims import list_claims
from dipmaster.evaluation.phases.exits.claims import measure_claims
from dipmaster.results.common import FactorComparison, Interval, RatioInterval, SampleInterval
from dipmaster.results.evaluation.claims import RoadmapClaim
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.exits import CaptureFigures, ExitResults
from dipmaster.results.serialisation import to_json
from tests.made.adaptive_exits import exit_results
from tests.made.validation import DIFFERENCES

FEW = "sample too small in phase 2 (12 trades, minimum 100)"


@dataclass(frozen=True)
class Case:
    """What the claims are measured on."""

    change: PhaseComparison
    exits: ExitResults

    def with_factor(self, ratio: Interval, reason: str = "") -> "Case":
        """Another ratio of the profit factors."""
        factor = FactorComparison(
            value=0.69, low=0.64, high=0.74, verdict="better", reason=reason, ratio=ratio
        )
        return replace(self, change=replace(self.change, profit_factor=factor))

    def with_minutes(self, mean: SampleInterval, inside: SampleInterval | None = None) -> "Case":
        """Another time held."""
        holding = self.exits.holding
        change = holding.traded
        after = replace(
            change.after, mean_minutes=mean, in_band_frac=inside or change.after.in_band_frac
        )
        traded = replace(change, after=after)
        return replace(self, exits=replace(self.exits, holding=replace(holding, traded=traded)))

    def with_capture(self, traded: CaptureFigures) -> "Case":
        """Another capture of the trades."""
        capture = replace(self.exits.mfe_capture, traded=traded)
        return replace(self, exits=replace(self.exits, mfe_capture=capture))


def minutes(value: float | None, low: float | None, high: float | None, n: int = 400,
            reason: str = "") -> SampleInterval:  # fmt: skip
    return SampleInterval(value=value, low=low, high=high, n=n, reason=reason)


def captured(value: float | None, low: float | None, high: float | None, before: float = 0.25,
             reason: str = "") -> CaptureFigures:  # fmt: skip
    ratio = RatioInterval(value=value, low=low, high=high, reason=reason)
    return CaptureFigures(n=390, before=before, after=0.4, ratio=ratio)


def measured() -> Case:
    """Everything the roadmap claims, and comfortably."""
    case = Case(DIFFERENCES[2], exit_results())
    held = case.with_minutes(minutes(80.0, 70.0, 95.0), minutes(0.6, 0.5, 0.7))
    reason = "the confidence interval lies on the better side of zero"
    return held.with_factor(Interval(2.0, 1.9, 2.1), reason).with_capture(captured(1.6, 1.45, 1.75))


Measure = Callable[..., dict[str, RoadmapClaim]]


@pytest.fixture
def claims() -> Measure:
    def run(case: Case, too_small: str = "", unpaired: str = "") -> dict[str, RoadmapClaim]:
        rows = measure_claims(case.change, case.exits, 405, too_small, unpaired)
        json.dumps(to_json_value(to_json(rows)), allow_nan=False)
        assert all(row.phase == 2 and row.reason for row in rows)
        return {row.id: row for row in rows}

    return run


def bounds(row: RoadmapClaim) -> tuple[float | None, ...]:
    return row.value, row.low, row.high


def test_all_met(claims) -> None:
    rows = claims(measured())
    assert list(rows) == ["2.profit_factor", "2.holding", "2.capture"]
    assert {row.verdict for row in rows.values()} == {"met"}
    factor, held, capture = rows.values()
    assert bounds(factor) == pytest.approx((1.0, 0.9, 1.1))
    assert (factor.target, factor.n) == (0.80, 405)
    assert (held.target, held.value, held.n) == ((45.0, 120.0), 80.0, 400)
    assert "60 % of trades lie within the range" in held.reason
    assert bounds(capture) == pytest.approx((0.6, 0.45, 0.75))
    assert capture.n == 390
    assert "within 36 bars: 25.0 % under phase 1's exits, 40.0 %" in capture.reason


def test_no_percentage_stands_beside_too_few_trades(claims) -> None:
    few = "sample too small in phase 2 (1 trade, minimum 100)"
    rows = claims(measured(), few)
    assert {rows[key].reason for key in ("2.holding", "2.capture")} == {few}


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(1.81, 2.0, "met"), (1.7, 1.9, "inconclusive"), (1.1, 1.79, "not met"), (0.5, 0.9, "not met")],
)
def test_profit_factor_is_measured_as_a_fraction_more(claims, low, high, verdict) -> None:
    case = measured().with_factor(Interval(1.75, low, high))
    assert claims(case)["2.profit_factor"].verdict == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(45.0, 120.0, "met"), (44.0, 60.0, "inconclusive"), (20.0, 44.0, "not met"),
     (121.0, 150.0, "not met"), (100.0, 121.0, "inconclusive")],
)  # fmt: skip
def test_the_mean_has_to_lie_in_the_band(claims, low, high, verdict) -> None:
    case = measured().with_minutes(minutes(50.0, low, high))
    assert claims(case)["2.holding"].verdict == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(1.41, 1.6, "met"), (1.2, 1.6, "inconclusive"), (0.6, 1.39, "not met")],
)
def test_capture_is_measured_as_a_fraction_more(claims, low, high, verdict) -> None:
    case = measured().with_capture(captured(1.3, low, high))
    assert claims(case)["2.capture"].verdict == verdict


def test_too_little_data_concludes_nothing(claims) -> None:
    rows = claims(measured(), FEW)
    for row in rows.values():
        assert (row.verdict, row.reason[: len(FEW)]) == ("insufficient data", FEW)
        assert row.value is not None


def test_too_few_common_entries_conclude_nothing_of_them(claims) -> None:
    """Each phase has trades enough, but not the same."""
    reason = "sample too small under phase 2 (60 trades, minimum 100)"
    rows = claims(measured(), unpaired=reason)
    for name in ("2.holding", "2.capture"):
        assert (rows[name].verdict, rows[name].reason[: len(reason)]) == (
            "insufficient data",
            reason,
        )
    assert rows["2.profit_factor"].verdict == "met"  # it rests on all trades


def test_what_cannot_be_computed_says_why(claims) -> None:
    nothing, why = minutes(None, None, None, 0, "no trade"), "phase 2 lost nothing"
    no_profit = "the exits of phase 1 took no gross profit"
    case = measured().with_factor(Interval(None, None, None), why)
    case = case.with_minutes(nothing, nothing)
    case = case.with_capture(captured(None, None, None, -0.02, no_profit))
    rows = claims(case)
    assert {row.verdict for row in rows.values()} == {"insufficient data"}
    assert rows["2.profit_factor"].reason == why
    assert rows["2.holding"].reason == "no trade"
    reason = rows["2.capture"].reason
    assert reason.startswith("the exits of phase 1 took no gross profit; gross profit over")
    assert "-2.0 % under phase 1's exits" in reason


def test_the_rest_is_not_built() -> None:
    later = {row.id: row for row in list_claims((), (0, 1, 2))}
    assert list(later) == [
        "3.sharpe", "3.targeting", "3.risk_adjusted", "4.win_rate", "4.precision",
        "4.false_signals", "plan.weeks", "plan.resources",
    ]  # fmt: skip
    assert {row.verdict for row in later.values()} == {"not measured"}
    assert all(row.value is None and row.reason for row in later.values())
    assert later["3.sharpe"].reason == "phase 3 is not built"


def test_a_phase_that_measures_a_line_replaces_it(claims) -> None:
    """What a built phase leaves unmeasured is listed as that."""
    measured_line = replace(claims(measured())["2.profit_factor"], id="3.sharpe", phase=3)
    rows = list_claims([measured_line], [0, 1, 2, 3])
    assert rows[0] is measured_line
    others = {row.id: row.reason for row in rows[1:]}
    assert "3.sharpe" not in others
    assert others["3.targeting"] == "phase 3 does not measure it"
    assert others["4.precision"] == "phase 4 is not built"
