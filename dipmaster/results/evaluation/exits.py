"""What the adaptive exits did: section `exits`.

"before" is under the exits of the phase before, "after" under the adaptive ones, by standalone
trades. "traded" are entries that the phases opened, "all" every candidate out of
sample.
"""

from dataclasses import dataclass
from typing import Literal

from dipmaster.results.common import (
    BySubset,
    Comparison,
    FactorComparison,
    RatioInterval,
    SampleInterval,
)
from dipmaster.results.evaluation.exit_rules import (
    ExitProbabilityUse,
    ExitRuleUse,
    TargetFigures,
    TrailingFigures,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureFigures:
    """Gross profit over the largest rise within the horizon.

    Attributes
    ----------
    before, after
        None where no price rose.
    ratio
        After over before.
    """

    n: int
    before: float | None
    after: float | None
    ratio: RatioInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfitCapture:
    """Profit capture over `horizon_bars` from the entry on."""

    horizon_bars: int
    traded: CaptureFigures
    all: CaptureFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingFigures:
    """Minutes from entry to the last sale; the median is None without trades."""

    mean_minutes: SampleInterval
    median_minutes: float | None
    in_band_frac: SampleInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingChange:
    """Holding time under both sets of exits."""

    before: HoldingFigures
    after: HoldingFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingBySubset:
    """Holding time against the band of the roadmap, both ends included."""

    band_minutes: tuple[int, int]
    traded: HoldingChange
    all: HoldingChange


@dataclass(frozen=True, slots=True, kw_only=True)
class StandaloneFigures:
    """Standalone trades, each with the same notional."""

    win_rate: SampleInterval
    profit_factor: SampleInterval
    mean_net_bps: SampleInterval
    mean_gross_bps: SampleInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class StandaloneChange:
    """What the exits changed, paired by entry."""

    win_rate: Comparison
    profit_factor: FactorComparison
    mean_net_bps: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryCandidate:
    """All `n` candidates out of sample under both sets of exits."""

    n: int
    before: StandaloneFigures
    after: StandaloneFigures
    change: StandaloneChange


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationFigures:
    """Entries under the exits with one rule switched; values are None without trades.

    Attributes
    ----------
    change_mean_net_bps
        With the rule switched minus as it is.
    effect
        Of the rule itself.
    """

    n: int
    win_rate: float | None
    profit_factor: float | None
    mean_net_bps: float | None
    change_mean_net_bps: Comparison
    effect: Literal["beneficial", "harmful", "inconclusive", "insufficient data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """One rule switched the other way; `state` is what it was switched to."""

    rule: str
    state: Literal["on", "off"]
    traded: AblationFigures
    all: AblationFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeDot:
    """Largest loss and gain while a trade was open, and what it netted, in basis points."""

    mae_bps: float
    mfe_bps: float
    net_bps: float
    exit_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitResults:
    """What the phase with adaptive exits alone has.

    Attributes
    ----------
    exit_counts
        A row an exit type, whether it was taken or not.
    ablation
        A row a rule.
    excursions
        A dot a trade, every k-th where there are too many.
    """

    exit_counts: tuple[ExitRuleUse, ...]
    exit_probability_use: ExitProbabilityUse
    targets: BySubset[TargetFigures]
    trailing: BySubset[TrailingFigures]
    mfe_capture: ProfitCapture
    holding: HoldingBySubset
    standalone: EveryCandidate
    ablation: tuple[Ablation, ...]
    excursions: tuple[TradeDot, ...]
