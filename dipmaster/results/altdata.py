"""altdata.json: what each channel covers, how late and old it is, and what evidence added."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dipmaster.results.common import Credit, DataStatus, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCoverage:
    """One channel over all candidates.

    Attributes
    ----------
    publication_lag_minutes
        Least time from the end of what a value describes until it is known.
    staleness_minutes
        Age at which a value is missing.
    symbols
        Coins of candidates that have a value at all, of their own or of the market.
    values
        Read for these coins; those of the market count once a coin.
    first_event, last_event
        End of what the first and the last value describe, as ``2023-01-01T00:00:00Z``.
    longest_gap_hours
        Between two events that follow each other; None with fewer than two.
    candidates
        All, whether or not their coin has the channel.
    published
        Candidates at whose close a value had been published, fresh or stale.
    fresh
        Candidates with a value within the staleness limit.
    coverage_frac
        Fresh over all; None without a candidate.
    median_lag_minutes, median_age_minutes
        Of the fresh values used: event to publication, and event to the candidate's close.
    """

    channel: str
    unit: str
    publication_lag_minutes: int
    staleness_minutes: int
    symbols: int
    values: int
    first_event: str | None
    last_event: str | None
    longest_gap_hours: float | None
    candidates: int
    published: int
    fresh: int
    coverage_frac: float | None
    median_lag_minutes: float | None
    median_age_minutes: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzerCoverage:
    """One analyser over all candidates.

    Attributes
    ----------
    with_data
        Candidates that have a score.
    mean_coverage_frac
        Weight of the components that are there, mean over all candidates; None without one.
    mean_width
        High minus low of the score, mean over the candidates that have one.
    components
        Name to the share of candidates that have it; empty without a candidate.
    """

    status: DataStatus
    candidates: int
    with_data: int
    mean_coverage_frac: float | None
    mean_width: float | None
    components: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeDataResults:
    """Coverage of a provider.

    Attributes
    ----------
    status
        Of the three analysers together.
    channels
        In the order of the provider; empty where there is no data.
    analyzers
        on_chain, sentiment, microstructure.
    cleaning
        File to reason to rows left out or put in order; empty without files.
    """

    provider: str
    status: DataStatus
    channels: tuple[ChannelCoverage, ...]
    analyzers: Mapping[str, AnalyzerCoverage]
    cleaning: Mapping[str, Mapping[str, int]]


EvidenceStep = Literal["evidence", "calibrator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFold:
    """One refit of the second layer or of its calibrator.

    Attributes
    ----------
    fitted_at
        UTC.
    rows, wins
        Candidates it learned from, and how many of them won.
    reason
        Why there is no model; empty where there is one.
    """

    layer: EvidenceStep
    fitted_at: str
    rows: int
    wins: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreComparison:
    """Phase 4's confidence against phase 1's on the same candidates, out of sample.

    Attributes
    ----------
    n
        Candidates with a label, a score of phase 1 and one of the second layer.
    blocks
        Calendar blocks with them.
    log_loss_phase_1, log_loss, auc_phase_1, auc
        Of either confidence.
    improvement
        Mean log loss of phase 1 less that of phase 4; above 0 is better.
    slope
        Of phase 4's calibration line on log odds; 1 where calibrated.
    """

    n: int
    blocks: int
    log_loss_phase_1: Interval
    log_loss: Interval
    improvement: Interval
    auc_phase_1: Interval
    auc: Interval
    slope: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPermutation:
    """Log loss with a feed's evidence shuffled in blocks of time, models as fitted.

    Attributes
    ----------
    feed
        order_book, on_chain, sentiment; all: the three together.
    candidates
        Of those judged, how many the feed says something about.
    loss_rise
        Mean log loss of the shuffles less the one measured; None without a shuffle.
    p_value
        (1 + shuffles that lose no more) / (1 + shuffles); None without a shuffle.
    """

    feed: str
    candidates: int
    permutations: int
    loss_rise: float | None
    p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationCoefficient:
    """Rank correlation of one input with the net return of the baseline trade, out of sample.

    Attributes
    ----------
    lag_minutes
        The input as it was known so long before the close of the candidate's bar.
    n
        Candidates with both.
    """

    input: str
    feed: str
    lag_minutes: int
    n: int
    coefficient: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeDataRecord:
    """All of altdata.json.

    Attributes
    ----------
    scored
        Candidates whose confidence is that of the second layer.
    inputs
        Inputs of the second layer that some candidate has, feed to names.
    comparison
        None where the second layer has no score to judge.
    permutations
        The three feeds, then all; empty without a comparison.
    """

    data: AlternativeDataResults
    candidates: int
    scored: int
    inputs: Mapping[str, tuple[str, ...]]
    folds: tuple[EvidenceFold, ...]
    comparison: ScoreComparison | None
    permutations: tuple[FeedPermutation, ...]
    information: tuple[InformationCoefficient, ...]
    credit: Credit
