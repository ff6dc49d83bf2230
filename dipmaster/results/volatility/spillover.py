"""Spillover of volatility between coins: events, correlations through time, what truth says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from dipmaster.results.fields import BY_REASON, MEASURED, UNMEASURED


@dataclass(frozen=True, slots=True, kw_only=True)
class SpilloverEvent:
    """One event of the market: enough coins in event at once, until none was for a while.

    Attributes
    ----------
    first, last
        Closes of its first and last bar, UTC.
    coins
        Coins in event at some bar of it.
    intensity
        Largest share of a coin's pairs.
    rise
        Largest mean rise of the correlation over all known pairs, those not in event as 0.
    """

    first: str
    last: str
    coins: tuple[str, ...]
    intensity: float
    rise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeScores:
    """Events against the correlation episodes of the simulated market, out of sample.

    Attributes
    ----------
    hits, hit_rate
        Episodes in which an event began, up to `grace_bars` after their end; None without one.
    false_alarms_per_week
        Events that began elsewhere.
    median_delay_bars
        From the start of an episode to the first event in it, of the hits.
    chance_hit_rate, chance_high
        Mean and 97.5 % point of the hit rate where the same events begin at random times.
    p_value
        Share of random times with at least as many hits, one-sided.
    """

    episodes: int
    events: int
    hits: int
    hit_rate: float | None
    false_alarms_per_week: float
    median_delay_bars: float | None
    grace_bars: int
    chance_hit_rate: float | None
    chance_high: float | None
    p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodesNotJudged:
    """Why events are not scored."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinSpillover:
    """One coin out of sample; None where nothing is known.

    Attributes
    ----------
    in_event_frac
        Share of its bars in event.
    adjusted_frac
        Share of its bars on which sizes are reduced.
    mean_factor
        Mean factor on sizes.
    """

    in_event_frac: float | None
    adjusted_frac: float | None
    mean_factor: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyCorrelations:
    """Mean rolling correlation of volatility, the whole history.

    Attributes
    ----------
    months
        First day of each month, UTC.
    pairs
        Both coins of each pair.
    means
        By pair and month; None where nothing is known.
    """

    months: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    means: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpilloverResults:
    """Spillover judged.

    Attributes
    ----------
    window_bars
        Of the correlation.
    events, events_per_week
        Of the market, out of sample.
    largest
        The largest of them by `rise`.
    """

    window_bars: int
    events: int
    events_per_week: float | None
    largest: tuple[SpilloverEvent, ...]
    coins: Mapping[str, CoinSpillover]
    scores: Annotated[
        Annotated[EpisodeScores, MEASURED] | Annotated[EpisodesNotJudged, UNMEASURED], BY_REASON
    ]
    correlations: MonthlyCorrelations
