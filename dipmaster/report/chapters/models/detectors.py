"""Regime detectors against the true state, or on real bars against a proxy."""

from collections.abc import Callable
from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column
from dipmaster.results.common import Interval
from dipmaster.results.volatility.regimes import (
    DetectionDelay,
    DetectorResults,
    RegimeAccuracy,
    RegimeResults,
    RegimesNotJudged,
)

NOTHING = Interval(None, None, None)
NAMES = {
    "hierarchical": "Hierarchical filter, coin",
    "hierarchical_market": "Hierarchical filter, market",
    "range_class": "Class of the 24-hour forecast",
    "market": "Level filter, market",
    "coin": "Level filter, coin",
    "naive": "Unfiltered level",
}


@dataclass(frozen=True)
class Detector:
    """One detector; on real bars, where no state is known, against the proxy alone."""

    name: str
    results: DetectorResults

    def figure(
        self, key: str, get: Callable[[RegimeAccuracy], Interval] = lambda found: found.accuracy
    ) -> Interval:
        """One figure against one reference; nothing where the two cannot be compared."""
        compared = getattr(self.results, key)
        return get(compared) if isinstance(compared, RegimeAccuracy) else NOTHING


def detectors(regimes: RegimeResults | RegimesNotJudged) -> list[Detector]:
    """All detectors, the one in use marked; none where regimes cannot be judged."""
    if isinstance(regimes, RegimesNotJudged):
        return []
    return [
        Detector(words + " (used)" * (name == regimes.detector_used), getattr(regimes, name))
        for name, words in NAMES.items()
    ]


def is_truth_known(regimes: RegimeResults) -> bool:
    """Whether the simulator's latent states are there to compare with."""
    return regimes.market.coin_truth is not None


def accuracy_columns() -> tuple[Column[Detector], ...]:
    """Agreement with both latent states, which alone is called accuracy, and with the proxy."""
    return (
        Column("Detector", lambda row: row.name, "l"),
        Column("Accuracy, state of the coin", lambda row: _show(row, "coin_truth"), "n"),
        Column("Accuracy, market state", lambda row: _show(row, "market_truth"), "n"),
        Column("Proxy accuracy", lambda row: _show(row, "proxy"), "n"),
    )


def agreement_columns(*, truth: bool) -> tuple[Column[Detector], ...]:
    """Balanced accuracy and kappa: against each coin's state and with delays, or the proxy."""
    key = "coin_truth" if truth else "proxy"
    proxy = (Column[Detector]("Proxy accuracy", lambda row: _show(row, "proxy"), "n"),)
    delays = (
        Column[Detector]("Delay, coin", lambda row: _hours(row.results.coin_delay), "n"),
        Column[Detector]("Delay, market", lambda row: _hours(row.results.market_delay), "n"),
    )
    return (
        Column("Detector", lambda row: row.name, "l"),
        *(() if truth else proxy),
        Column(
            "Balanced accuracy",
            lambda row: numbers.estimate(
                row.figure(key, lambda found: found.balanced_accuracy), "percent"
            ),
            "n",
        ),
        Column(
            "Kappa",
            lambda row: numbers.estimate(row.figure(key, lambda found: found.kappa), "ratio"),
            "n",
        ),
        *(delays if truth else ()),
    )


def _show(row: Detector, key: str) -> str:
    return numbers.estimate(row.figure(key), "percent")


def _hours(delay: DetectionDelay | None) -> str:
    return numbers.MISSING if delay is None else numbers.plain(delay.median_hours, 1)


def compared_in_use(regimes: RegimeResults) -> object:
    """The detector in use against the coin's true state, or the proxy where none is known."""
    used: DetectorResults = getattr(regimes, regimes.detector_used)
    return used.coin_truth or used.proxy
