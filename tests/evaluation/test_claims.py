"""Claims of phase 1 held against made measurements: each verdict, and why."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from dipmaster.core.store import to_json_value
from dipmaster.evaluation.phases.selection.claims import measure_claims
from dipmaster.results import to_json
from dipmaster.results.common import Comparison, Interval, SampleInterval
from dipmaster.results.confidence.calibration import CalibrationGate
from dipmaster.results.evaluation.claims import RoadmapClaim
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.signal_quality import (
    Heterogeneity,
    PairedChange,
    RegimeWinRate,
    SignalQuality,
)
from dipmaster.results.volatility.regimes import (
    RegimeAccuracy,
    RegimeResults,
    RegimesNotJudged,
)
from tests.made.common import around, comparison, interval, sample
from tests.made.selection import signal_quality
from tests.made.validation import DIFFERENCES
from tests.made.volatility import regime_accuracy, regimes

FEW = "sample too small in phase 1 (12 trades, minimum 100)"
REGIMES = ("low", "normal", "high")


@dataclass(frozen=True)
class Case:
    """What the claims are measured on."""

    change: PhaseComparison
    quality: SignalQuality
    regimes: RegimeResults | RegimesNotJudged
    calibration: Mapping[str, CalibrationGate]

    def with_change(self, **figures: Comparison) -> "Case":
        """Other differences between the phases."""
        return replace(self, change=replace(self.change, **figures))

    def with_quality(self, **figures: Any) -> "Case":
        """Another quality of the signals."""
        return replace(self, quality=replace(self.quality, **figures))

    def with_precision_change(self, value: float) -> "Case":
        """Another change of precision."""
        paired = replace(self.quality.paired, precision_change=paired_change(value))
        return self.with_quality(paired=paired)

    def with_detector(self, **figures: Any) -> "Case":
        """Another accuracy of the detector in use."""
        detector = replace(self.regimes.market, **figures)
        return replace(self, regimes=replace(self.regimes, market=detector))

    def with_calibration(self, **rows: CalibrationGate) -> "Case":
        """Another calibration of some regimes."""
        return replace(self, calibration={**self.calibration, **rows})


def at(value: float | None) -> SampleInterval:
    return sample(value, 0.01)


def paired_change(value: float) -> PairedChange:
    middle, low, high = around(value, 0.01)
    return PairedChange(value=middle, low=low, high=high, n=400, reason="", relative_frac=None)


def accuracy(value: float, bars: int = 1000) -> RegimeAccuracy:
    return replace(regime_accuracy(value), accuracy=interval(value, 0.01), bars=bars)


def gate(
    verdict: Any, ece: Interval, slope: Interval, n: int = 100, reason: str = "within"
) -> CalibrationGate:
    return CalibrationGate(
        n=n, brier=None, brier_interval=Interval(None, None, None), ece=ece, slope=slope,
        gate=verdict, reason=reason,
    )  # fmt: skip


def win_rate(name: str, n: int, rate: float, low: float, high: float) -> RegimeWinRate:
    return RegimeWinRate(regime=name, n=n, win_rate=rate, low=low, high=high, reason="")


def heterogeneity(p: float | None, verdict: Any, reason: str = "") -> Heterogeneity:
    return Heterogeneity(chi2=None, df=None, p=p, alpha=0.025, verdict=verdict, reason=reason)


def measured() -> Case:
    """Everything the roadmap claims, and comfortably."""
    good = accuracy(0.95)
    made = signal_quality()
    quality = replace(
        made,
        n_traded=4000,
        n_positive=3500,
        precision=at(0.88),
        recall=at(0.80),
        f1=at(0.84),
        consistency=replace(made.consistency, value=0.95, low=0.94, high=0.96),
        paired=replace(made.paired, precision_change=paired_change(0.06)),
        false_positive_rate=at(0.3),
        planted_recall=replace(made.planted_recall, value=0.7, low=0.69, high=0.71),
        heterogeneity=heterogeneity(0.6, "inconclusive"),
        win_rate_by_regime=tuple(win_rate(name, 1300, 0.88, 0.86, 0.90) for name in REGIMES),
    )
    calibration = {
        name: gate("PASS", interval(0.02, 0.01), interval(1.0, 0.01)) for name in (*REGIMES, "all")
    }
    detectors = replace(
        regimes(True),
        market=replace(regimes(True).market, proxy=good, coin_truth=good, market_truth=good),
    )
    change = replace(
        DIFFERENCES[1], win_rate=comparison(0.06, 0.01), trades_frac=comparison(-0.27, 0.01)
    )
    return Case(change, quality, detectors, calibration)


Measure = Callable[..., dict[str, RoadmapClaim]]


@pytest.fixture
def claims(gates) -> Measure:
    def run(case: Case, too_small: str = "", blocks: int = 18) -> dict[str, RoadmapClaim]:
        rows = measure_claims(
            case.change, case.quality, case.regimes, case.calibration, too_small, blocks, gates
        )
        json.dumps(to_json_value(to_json(rows)), allow_nan=False)
        assert all(row.reason and row.claim for row in rows)
        assert len({row.id for row in rows}) == len(rows)
        return {row.id: row for row in rows}

    return run


def test_all_met(claims) -> None:
    rows = claims(measured())
    assert {row.verdict for row in rows.values()} == {"met"}
    assert {row.phase for row in rows.values()} == {1}
    assert rows["1.1.trades"].target == (-0.30, -0.25)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [(0.041, "met"), (0.035, "inconclusive"), (0.019, "not met"), (None, "insufficient data")],
)
def test_the_near_end_of_a_range_is_the_claim(claims, change, verdict) -> None:
    assert (
        claims(measured().with_change(win_rate=comparison(change, 0.01)))["1.1.win_rate"].verdict
        == verdict
    )


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (-0.275, "met"),
        (-0.295, "inconclusive"),
        (-0.32, "not met"),
        (-0.20, "not met"),
        (-0.97, "not met"),
    ],
)
def test_fewer_trades_means_between_the_two(claims, change, verdict) -> None:
    rows = claims(measured().with_change(trades_frac=comparison(change, 0.01)))
    assert rows["1.1.trades"].verdict == verdict
    assert f"with {-100 * change:.0f} % fewer trades" in rows["1.1.win_rate"].reason


def test_fewer_false_signals_is_precision_turned_round(claims) -> None:
    row = claims(measured().with_precision_change(0.005))["1.1.false_signals"]
    assert (row.value, row.low, row.high) == pytest.approx((-0.005, -0.015, 0.005))
    assert row.verdict == "inconclusive"
    assert "the change in precision with the opposite sign" in row.reason
    assert "30.0 % of all losing candidates are traded" in row.reason
    worse = claims(measured().with_precision_change(-0.05))
    assert worse["1.1.false_signals"].verdict == "not met"


def test_too_little_data_concludes_nothing_of_trades(claims) -> None:
    rows = claims(measured(), FEW)
    names = "1.1.win_rate", "1.1.trades", "1.1.precision", "validator.precision", "1.3.stable"
    for name in names:
        assert rows[name].verdict == "insufficient data"
        assert rows[name].reason.startswith(FEW)
        assert rows[name].value is not None
    assert rows["validator.recall"].verdict == "met"  # it rests on candidates


def test_too_short_a_period_concludes_nothing(claims) -> None:
    rows = claims(measured(), blocks=5)
    assert rows["1.3.accuracy"].verdict == "insufficient data"
    assert rows["1.3.accuracy"].reason.startswith(
        "sample too small (5 blocks out of sample, minimum 6);"
    )


def test_few_spells_show_no_accuracy(claims) -> None:
    """Bars of one spell of the market's state are no new evidence."""
    for spells, verdict in ((5, "insufficient data"), (6, "met")):
        case = replace(measured(), regimes=replace(measured().regimes, episodes=spells))
        row = claims(case)["1.3.accuracy"]
        assert (row.verdict, row.n) == (verdict, spells)
        lacks = "sample too small (5 spells of one market state, minimum 6);"
        assert row.reason.startswith(lacks) == (spells == 5)


def test_recall_needs_profitable_candidates(claims) -> None:
    for few, lacks in (
        ({"n_positive": 30}, "sample too small (30 profitable candidates, minimum 100);"),
        ({"blocks_with_positives": 2}, "sample too small (2 blocks with them, minimum 6);"),
    ):
        rows = claims(measured().with_quality(**few))
        for name in ("validator.recall", "validator.f1"):
            assert rows[name].verdict == "insufficient data"
            assert rows[name].reason.startswith(lacks)


def test_the_validators_targets_contradict_each_other(claims) -> None:
    f1 = 2 * 0.85 * 0.75 / (0.85 + 0.75)
    assert f1 == pytest.approx(0.797, abs=5e-4)
    assert "F1 = 0.797, below its 0.80" in claims(measured())["validator.f1"].reason
    recall = claims(measured())["validator.recall"]
    assert "of the drops with a built-in reversal 70.0 %" in recall.reason
    unknown = claims(measured().with_quality(planted_recall=None))["validator.recall"]
    assert "built-in" not in unknown.reason


def test_a_proxy_is_never_accuracy(claims) -> None:
    proxy = accuracy(0.97, 10)
    case = measured().with_detector(proxy=proxy, coin_truth=None, market_truth=None)
    row = claims(case)["1.3.accuracy"]
    assert (row.verdict, row.value) == ("insufficient data", None)
    assert "proxy accuracy 97.0 %" in row.reason
    assert "not accuracy" in row.reason
    not_judged = RegimesNotJudged(reason="less than a day out of sample")
    short = claims(replace(measured(), regimes=not_judged))
    assert short["1.3.accuracy"].reason == "less than a day out of sample"


def test_regime_accuracy_is_that_of_the_coins(claims) -> None:
    case = measured().with_detector(coin_truth=accuracy(0.76, 10))
    row = claims(case)["1.3.accuracy"]
    assert (row.value, row.verdict) == (0.76, "not met")
    assert "against the market's state 95.0 %" in row.reason
    assert (row.n, row.n_bars) == (123, 10)  # bars of one spell are no new evidence


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


def test_stable_needs_a_test_that_could_have_found_something(claims) -> None:
    """No significant difference and wide intervals prove nothing."""
    assert claims(measured())["1.3.stable"].high == pytest.approx(0.02 * 2**0.5)
    wide = tuple(
        win_rate(name, 40, rate, rate - 0.1, rate + 0.08)
        for name, rate in (("low", 0.88), ("high", 0.85))
    )
    row = claims(measured().with_quality(win_rate_by_regime=wide))["1.3.stable"]
    assert row.verdict == "inconclusive"
    assert row.value == pytest.approx(0.03)
    assert "the test has little power" in row.reason
    assert "p = 0.6" in row.reason
    unstable = heterogeneity(0.0001, "heterogeneous")
    row = claims(measured().with_quality(heterogeneity=unstable))["1.3.stable"]
    assert (row.verdict, row.reason) == (
        "not met",
        "win rates differ between regimes, p = 0.0001",
    )
    untested = heterogeneity(None, None, "trades in 3 blocks only")
    row = claims(measured().with_quality(heterogeneity=untested))["1.3.stable"]
    assert (row.verdict, row.reason) == ("insufficient data", "trades in 3 blocks only")
    one = claims(measured().with_quality(win_rate_by_regime=wide[:1]))["1.3.stable"]
    assert one.reason == "fewer than two regimes were traded"
