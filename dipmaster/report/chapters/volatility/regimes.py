"""Regimes judged: detectors against the truth or a proxy."""

from collections.abc import Callable
from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column
from dipmaster.results.common import Interval
from dipmaster.results.volatility.regimes import (
    DetectorResults,
    NothingToCompare,
    RegimeAccuracy,
    RegimeResults,
    RegimesNotJudged,
)

Compared = RegimeAccuracy | NothingToCompare
NOTHING = Interval(None, None, None)
PROXY = "proxy"


@dataclass(frozen=True)
class Detector:
    """One detector against one reference."""

    name: str
    figures: Compared

    def figure(self, of: Callable[[RegimeAccuracy], Interval]) -> Interval:
        """One of its figures; nothing where there is no bar to compare."""
        return of(self.figures) if isinstance(self.figures, RegimeAccuracy) else NOTHING


def accuracy_of(row: Detector) -> Interval:
    """How often it names the class of the reference."""
    return row.figure(lambda figures: figures.accuracy)


def _column(heading: str, of: Callable[[Detector], Interval], kind: str) -> Column[Detector]:
    return Column(heading, lambda row: numbers.estimate(of(row), kind), "n")


@dataclass(frozen=True)
class Reference:
    """A reference with every detector compared with it."""

    key: str
    title: str
    majority: float | None
    detectors: tuple[Detector, ...]

    @property
    def columns(self) -> tuple[Column[Detector], ...]:
        """Of its table; only a truth is called accuracy."""
        words = "Proxy accuracy" if self.key == PROXY else "Accuracy"
        return (
            Column(self.title, lambda row: row.name, "l"),
            _column(words, accuracy_of, "percent"),
            _column("Balanced", lambda row: row.figure(lambda f: f.balanced_accuracy), "percent"),
            _column("Kappa", lambda row: row.figure(lambda f: f.kappa), "ratio"),
        )


def references(regimes: RegimeResults | RegimesNotJudged) -> list[Reference]:
    """The truth where it is known, the coin's first; the proxy on real bars only."""
    if isinstance(regimes, RegimesNotJudged):
        return []
    if regimes.market.coin_truth is None:
        return [_reference(regimes, PROXY, "Proxy: against the class of the next 24 hours")]
    return [
        _reference(regimes, "coin_truth", "Against the true state of the coin"),
        _reference(regimes, "market_truth", "Against the true state of the market"),
    ]


def _reference(regimes: RegimeResults, key: str, title: str) -> Reference:
    detectors = {
        "market": ("Market’s, filtered", regimes.market),
        "coin": ("Coin’s own, filtered", regimes.coin),
        "naive": ("Naive", regimes.naive),
    }
    majority = compared(regimes.market, key)
    return Reference(
        key,
        title,
        majority.majority_baseline if isinstance(majority, RegimeAccuracy) else None,
        tuple(
            Detector(
                words + (" (used)" if name == regimes.detector_used else ""), compared(results, key)
            )
            for name, (words, results) in detectors.items()
        ),
    )


def compared(detector: DetectorResults, key: str) -> Compared:
    """A detector against one reference."""
    by_key = {
        PROXY: detector.proxy,
        "coin_truth": detector.coin_truth,
        "market_truth": detector.market_truth,
    }
    return by_key[key] or NothingToCompare(bars=0, reason="not known")


def used(regimes: RegimeResults) -> DetectorResults:
    """The detector that the strategy goes by."""
    return {"market": regimes.market, "coin": regimes.coin}[regimes.detector_used]
