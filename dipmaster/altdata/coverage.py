"""Published series and candidates to the coverage, lag and age of each channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dipmaster.altdata.asof import find_fresh
from dipmaster.altdata.channels import Channel
from dipmaster.altdata.history import PublishedSeries
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import format_time
from dipmaster.core.time_units import HOUR_MS, MINUTE_MS
from dipmaster.results.altdata import AnalyzerCoverage, ChannelCoverage
from dipmaster.results.common import DataStatus


@dataclass(frozen=True)
class CoinCoverage:
    """One channel at the candidates of one coin; times in milliseconds.

    Attributes
    ----------
    lag_ms, age_ms
        Of the fresh values, shape (fresh candidates,).
    longest_gap_ms
        -1 with fewer than two values.
    """

    values: int
    first_event_ms: int
    last_event_ms: int
    longest_gap_ms: int
    published: int
    lag_ms: Ints
    age_ms: Ints


def measure_coverage(
    series: PublishedSeries, channel: Channel, decision_ms: Ints
) -> CoinCoverage | None:
    """Measure one channel of one coin; None where it has no value."""
    if not series.value.size:
        return None
    row, fresh = find_fresh(series, decision_ms, channel.staleness_ms)
    used = series.newest[row[fresh]]
    event = np.sort(series.event_ms)
    return CoinCoverage(
        values=series.value.size,
        first_event_ms=int(event[0]),
        last_event_ms=int(event[-1]),
        longest_gap_ms=int(np.diff(event).max()) if event.size > 1 else -1,
        published=int((row >= 0).sum()),
        lag_ms=series.known_ms[used] - series.event_ms[used],
        age_ms=decision_ms[fresh] - series.event_ms[used],
    )


def sum_coverage(
    channel: Channel, coins: Sequence[CoinCoverage | None], candidates: int
) -> ChannelCoverage:
    """Join the coins of one channel."""
    there = [coin for coin in coins if coin is not None]
    lag, age = (
        np.concatenate([getattr(coin, name) for coin in there] or [np.empty(0, np.int64)])
        for name in ("lag_ms", "age_ms")
    )
    gap_ms = max((coin.longest_gap_ms for coin in there), default=-1)
    return ChannelCoverage(
        channel=channel.name,
        unit=channel.unit,
        publication_lag_minutes=channel.publication_lag_minutes,
        staleness_minutes=channel.staleness_minutes,
        symbols=len(there),
        values=sum(coin.values for coin in there),
        first_event=format_time(min(c.first_event_ms for c in there)) if there else None,
        last_event=format_time(max(c.last_event_ms for c in there)) if there else None,
        longest_gap_hours=gap_ms / HOUR_MS if gap_ms >= 0 else None,
        candidates=candidates,
        published=sum(coin.published for coin in there),
        fresh=age.size,
        coverage_frac=age.size / candidates if candidates else None,
        median_lag_minutes=_median_minutes(lag),
        median_age_minutes=_median_minutes(age),
    )


def measure_analyzer(
    columns: Mapping[str, Floats], name: str, components: Sequence[str]
) -> AnalyzerCoverage:
    """Measure one analyser over all candidates.

    Parameters
    ----------
    columns
        Of table EVIDENCE, shape (candidates,).
    name
        Prefix of its columns.
    components
        Its columns that the score is made of.
    """
    coverage = columns[f"{name}_coverage"]
    scored = coverage > 0.0
    width = (columns[f"{name}_high"] - columns[f"{name}_low"])[scored]
    known = {part: np.isfinite(columns[part]) for part in components}
    is_complete = bool(scored.size) and all(bool(there.all()) for there in known.values())
    status: DataStatus = "complete" if is_complete else "partial" if scored.any() else "no data"
    return AnalyzerCoverage(
        status=status,
        candidates=coverage.size,
        with_data=int(scored.sum()),
        mean_coverage_frac=float(np.mean(coverage)) if coverage.size else None,
        mean_width=float(np.mean(width)) if width.size else None,
        components={part: float(np.mean(there)) for part, there in known.items() if there.size},
    )


def join_status(parts: Sequence[DataStatus]) -> DataStatus:
    """Status of several analysers together."""
    if all(part == "no data" for part in parts):
        return "no data"
    return "complete" if all(part == "complete" for part in parts) else "partial"


def _median_minutes(times_ms: Ints) -> float | None:
    return float(np.median(times_ms)) / MINUTE_MS if times_ms.size else None
