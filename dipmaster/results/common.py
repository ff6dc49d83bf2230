"""Figures with bounds, comparisons, verdicts: what results of several stages are made of.

Every bound is one-sided at the level of its stage's params. A value or bound that cannot
be computed is None.
"""

from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from dipmaster.results.fields import OMITTED

Verdict = Literal["PASS", "FAIL", "INCONCLUSIVE", "INSUFFICIENT DATA"]
"""INCONCLUSIVE: the interval holds the target, or the verdict is withheld. INSUFFICIENT DATA: the
minimum data is not met, or there is no interval."""

ComparisonVerdict = Literal["better", "worse", "inconclusive", "insufficient data"]
ClaimVerdict = Literal["met", "not met", "inconclusive", "insufficient data", "not measured"]

DataStatus = Literal["no data", "partial", "complete"]
"""Alternative data: no candidate has any component; some are missing; every candidate has all."""

CreditVerdict = Literal["credited", "not credited", "insufficient data"]

Figures = TypeVar("Figures")


@dataclass(frozen=True, slots=True)
class IntervalBounds:
    """Bounds of a figure that stands elsewhere; both None where there are none."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and its bounds; bounds are None together, and wherever the value is.

    Attributes
    ----------
    reason
        Why something is None; no key where nothing is, or where no reason is given.
    """

    value: float | None
    low: float | None
    high: float | None
    reason: str = field(default="", metadata=OMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleInterval:
    """An interval with the size of its sample.

    Attributes
    ----------
    n
        Observations: trades, candidates, or events, as the figure has it.
    reason
        Why something is None; empty where nothing is.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioInterval:
    """A ratio of two figures.

    Attributes
    ----------
    reason
        Why nothing may be concluded, and there are no bounds; empty where something may.
    """

    value: float | None
    low: float | None
    high: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Mean of a simulated distribution, and its quantiles alpha and 1 - alpha; None without."""

    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Later minus earlier, in the unit of the figure.

    Attributes
    ----------
    verdict
        insufficient data where the minimum data lacks or there is no interval, whatever the
        value; inconclusive where the interval holds zero, or more is neither better nor worse.
    reason
        Of the verdict, in words.
    """

    value: float | None
    low: float | None
    high: float | None
    verdict: ComparisonVerdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorComparison(Comparison):
    """Of profit factors: value and bounds are those of the logarithm of their ratio.

    Attributes
    ----------
    ratio
        Later over earlier, without a reason of its own.
    """

    ratio: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class BySubset(Generic[Figures]):
    """The same figures of the entries that were traded, and of all candidates out of sample.

    Never a base class: pydantic would not check the fields that a subclass inherits.
    """

    traded: Figures
    all: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class PermutationImportance:
    """What a model loses when one input is shuffled.

    Attributes
    ----------
    auc_loss, auc_loss_sd
        Mean and standard deviation over the shuffles of the loss of AUC.
    """

    feature: str
    auc_loss: float
    auc_loss_sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSelection:
    """Which part of data/raw was asked for (params `ingest.raw`), and the sets that gave bars.

    Attributes
    ----------
    set
        Name of the folder under data/raw; None: all of them.
    sets_read
        Folders with files that were read, sorted; "" is data/raw itself.
    symbols
        Coins asked for; None: all that there are.
    start, end
        UTC dates; bars that open from the first on and before the second. None: no bound.
    """

    set: str | None
    sets_read: tuple[str, ...]
    symbols: tuple[str, ...] | None
    start: str | None
    end: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Whether alternative data is credited: docs/decisions/phase-4-credit.md."""

    verdict: CreditVerdict
    reason: str
