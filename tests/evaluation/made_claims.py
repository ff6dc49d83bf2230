"""What the claims of phase 1 are measured on, and the claims measured on it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dipmaster.core.params import Gates
from dipmaster.core.store import to_json_value
from dipmaster.evaluation.phases.selection.claims import measure_claims
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
from dipmaster.results.serialisation import to_json
from dipmaster.results.volatility.regimes import (
    RegimeAccuracy,
    RegimeResults,
    RegimesNotJudged,
)
from tests.made.common import around, comparison, interval, sample
from tests.made.selection import signal_quality
from tests.made.validation import DIFFERENCES
from tests.made.volatility import regime_accuracy, regimes

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


def claims_of(gates: Gates) -> Measure:
    """Case to claims by id; each is complete, and JSON takes it."""

    def run(case: Case, too_small: str = "", blocks: int = 18) -> dict[str, RoadmapClaim]:
        rows = measure_claims(
            case.change, case.quality, case.regimes, case.calibration, too_small, blocks, gates
        )
        json.dumps(to_json_value(to_json(rows)), allow_nan=False)
        assert all(row.reason and row.claim for row in rows)
        assert len({row.id for row in rows}) == len(rows)
        return {row.id: row for row in rows}

    return run
