"""Alternative data: what each channel covers, how late and how old it is, what was cleaned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

DataStatus = Literal["no data", "partial", "complete"]
"""No candidate has any component; some are missing; every candidate has all."""


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
