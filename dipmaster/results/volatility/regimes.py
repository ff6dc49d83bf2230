"""Regimes against their references, out of sample."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from dipmaster.results.common import Interval
from dipmaster.results.fields import BY_REASON, MEASURED, OMITTED, UNMEASURED

DetectorName = Literal["market", "coin", "hierarchical", "range_class"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeAccuracy:
    """A detector's regimes against a reference.

    Attributes
    ----------
    bars
        Where both are known, all coins.
    confusion
        Bars by (reference, detector): low, normal, high.
    accuracy, balanced_accuracy, kappa
        Agreement; mean recall of the classes that occur; agreement beyond chance.
    majority_baseline
        Accuracy of always naming the commonest class of the reference.
    """

    bars: int
    confusion: tuple[tuple[int, int, int], ...]
    accuracy: Interval
    balanced_accuracy: Interval
    kappa: Interval
    majority_baseline: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToCompare:
    """No bar on which both the regime and its reference are known."""

    bars: int
    reason: str


RegimeComparison = Annotated[
    Annotated[RegimeAccuracy, MEASURED] | Annotated[NothingToCompare, UNMEASURED], BY_REASON
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionDelay:
    """Hours from a change of the true state until it is named.

    Attributes
    ----------
    changes, undetected
        How many there were, and how many ended before they were named.
    median_hours, mean_hours, p90_hours
        Of those named; None where none was.
    """

    changes: int
    undetected: int
    median_hours: float | None
    mean_hours: float | None
    p90_hours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorResults:
    """One detector against its references; without a known truth there is the proxy alone.

    Attributes
    ----------
    proxy
        Class of the next 24 hours' realised volatility.
    market_truth, coin_truth
        Latent states of the simulator; None, and no key, on bars of an unknown truth.
    market_delay, coin_delay
        Until their changes are named: those of the market by one regime for all coins, else by
        each coin's; None, and no key, as above.
    """

    proxy: RegimeComparison
    market_truth: RegimeComparison | None = field(default=None, metadata=OMITTED)
    coin_truth: RegimeComparison | None = field(default=None, metadata=OMITTED)
    market_delay: DetectionDelay | None = field(default=None, metadata=OMITTED)
    coin_delay: DetectionDelay | None = field(default=None, metadata=OMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeResults:
    """Regimes judged.

    Attributes
    ----------
    target
        Accuracy that the roadmap wants, as a fraction.
    detector_used
        The detector that everything else goes by.
    market, coin
        The level filter, with one regime for all coins and with each coin's own.
    naive
        The detector that is only there to be compared with.
    hierarchical_market, hierarchical
        The hierarchical filter's state of the market, and of each coin.
    range_class
        Class of the range-based forecast of the next 24 hours.
    episodes
        Spells of one market state out of sample; None, and no key, on bars of an unknown truth.
    """

    target: float
    detector_used: DetectorName
    market: DetectorResults
    coin: DetectorResults
    naive: DetectorResults
    hierarchical_market: DetectorResults
    hierarchical: DetectorResults
    range_class: DetectorResults
    episodes: int | None = field(default=None, metadata=OMITTED)

    @property
    def delay(self) -> DetectionDelay | None:
        """Of the detector in use: the market's changes, or those of all coins together."""
        used: DetectorResults = getattr(self, self.detector_used)
        return used.market_delay if self.detector_used == "market" else used.coin_delay


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimesNotJudged:
    """Why regimes are not judged at all."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeShares:
    """Shares of the bars out of sample.

    Attributes
    ----------
    low, normal, high
        Of the bars with a known regime; None where there is none.
    unknown
        Of all bars; None without bars.
    no_new_trades
        On which the limit forbids new trades, of those where it is known; None without.
    """

    low: float | None
    normal: float | None
    high: float | None
    unknown: float | None
    no_new_trades: float | None
