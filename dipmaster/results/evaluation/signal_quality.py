"""How good the signals of the filtered phase are, on the labelled candidates out of sample."""

from dataclasses import dataclass
from typing import Literal

from dipmaster.results.common import SampleInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldPrecision:
    """Precision in one UTC month; None without trades."""

    fold: str
    n: int
    precision: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """1 - spread of precision between months over its mean.

    Attributes
    ----------
    value, raw
        Without and with what luck adds to the spread; None where it cannot be computed.
    reason
        Why it cannot; empty where it can.
    before, before_raw
        The same of all candidates.
    """

    value: float | None
    raw: float | None
    low: float | None
    high: float | None
    reason: str
    before: float | None
    before_raw: float | None
    folds: tuple[FoldPrecision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedChange(SampleInterval):
    """What filtering changed, after minus before; `relative_frac` is over before, or None."""

    relative_frac: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedChanges:
    """Changes on the same candidates; before, every candidate is a signal."""

    precision_change: PairedChange
    recall_change: PairedChange
    f1_change: PairedChange
    trades_change: PairedChange


@dataclass(frozen=True, slots=True, kw_only=True)
class McNemar:
    """Exact McNemar test, candidates as if independent.

    Attributes
    ----------
    b, c
        Candidates that only "take all" classified rightly, and that only the filter did.
    p
        None where nothing, or too little, was filtered out, with the `reason`.
    """

    b: int
    c: int
    p: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedRecall(SampleInterval):
    """Share of the simulator's planted drops that were traded.

    Attributes
    ----------
    by_candidates
        Share followed by any candidate; None without drops.
    within_bars
        How soon a signal has to follow.
    """

    by_candidates: float | None
    within_bars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeWinRate:
    """Win rate of the candidates traded in one regime; None with a reason."""

    regime: str
    n: int
    win_rate: float | None
    low: float | None
    high: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """Test that traded candidates win equally often in all regimes.

    Attributes
    ----------
    chi2, df, p, verdict
        None where nothing can be tested.
    reason
        What was left out, or why nothing can be tested; may be empty.
    """

    chi2: float | None
    df: int | None
    p: float | None
    alpha: float
    verdict: Literal["DIFFER", "NO DIFFERENCE FOUND"] | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalQuality:
    """Section `signal_quality`; shares are fractions.

    Attributes
    ----------
    base_precision
        Share of winners among all candidates; None without.
    n_unlabelled
        Candidates left out: their baseline trade never took place.
    n_positive, n_traded
        Winners, and traded candidates.
    blocks_with_positives
        Calendar blocks in which there is a winner.
    removed_frac
        Candidates not traded; None without any.
    planted_recall
        None on bars of an unknown truth.
    traded_mean_p, traded_win_rate
        Mean confidence and win rate of what was traded; None where nothing was.
    """

    unit: Literal["candidates"]
    base_precision: float | None
    precision: SampleInterval
    recall: SampleInterval
    f1: SampleInterval
    false_positive_rate: SampleInterval
    n_candidates: int
    n_unlabelled: int
    n_positive: int
    blocks_with_positives: int
    n_traded: int
    removed_frac: float | None
    consistency: Consistency
    paired: PairedChanges
    mcnemar: McNemar
    planted_recall: PlantedRecall | None
    win_rate_by_regime: tuple[RegimeWinRate, ...]
    heterogeneity: Heterogeneity
    traded_mean_p: float | None
    traded_win_rate: float | None
