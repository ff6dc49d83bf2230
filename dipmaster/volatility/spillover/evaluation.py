"""Spillover out of sample: events, the largest of them, coins, scores where truth is known."""

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import format_time
from dipmaster.core.params import Volatility
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY
from dipmaster.results.volatility import spillover as results
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.spillover.accuracy import BARS_PER_WEEK, find_spans, score_events
from dipmaster.volatility.spillover.analysis import SpilloverSeries, pairs_of
from dipmaster.volatility.spillover.events import MarketEvent, find_events

LARGEST = 10
NO_TRUTH = "the episodes of real bars are not known"


def evaluate_spillover(
    symbols: tuple[str, ...],
    exists: Bools,
    spillover: SpilloverSeries,
    episode: Bools | None,
    clock: GridClock,
    first_bar: int,
    params: Volatility,
) -> results.SpilloverResults:
    """Evaluate events from the start of the out-of-sample period.

    Parameters
    ----------
    exists
        Where a coin has a bar, shape (coins, bars).
    episode
        Bars of the simulated market's correlation episodes; None for real bars.
    """
    events = find_events(spillover, first_bar, params.spillover)
    largest = sorted(events, key=lambda event: (-event.rise, event.first))[:LARGEST]
    length = clock.bars - first_bar
    return results.SpilloverResults(
        window_bars=params.spillover.window_bars,
        events=len(events),
        events_per_week=len(events) * BARS_PER_WEEK / length if length else None,
        largest=tuple(_describe(event, symbols, clock) for event in largest),
        coins={
            symbol: _summarize_coin(spillover, i, exists[i], first_bar)
            for i, symbol in enumerate(symbols)
        },
        scores=_score(events, episode, clock, first_bar, params),
        correlations=results.MonthlyCorrelations(
            months=spillover.months,
            pairs=tuple(pairs_of(symbols)),
            means=tuple(tuple(_or_none(x) for x in row) for row in spillover.monthly),
        ),
    )


def _describe(
    event: MarketEvent, symbols: tuple[str, ...], clock: GridClock
) -> results.SpilloverEvent:
    def close_of(bar: int) -> str:
        return format_time(clock.first_ms + BAR_MS * (bar + 1))

    return results.SpilloverEvent(
        first=close_of(event.first),
        last=close_of(event.last),
        coins=tuple(symbols[row] for row in event.coins),
        intensity=event.intensity,
        rise=event.rise,
    )


def _summarize_coin(
    spillover: SpilloverSeries, coin: int, exists: Bools, first_bar: int
) -> results.CoinSpillover:
    bars = np.flatnonzero(exists & (np.arange(exists.size) >= first_bar))
    event, factor = spillover.event[coin, bars], spillover.factor[coin, bars]
    return results.CoinSpillover(
        in_event_frac=_mean((event[event >= 0] == 1).astype(np.float64)),
        adjusted_frac=_mean((factor < 1.0).astype(np.float64)),
        mean_factor=_mean(factor),
    )


def _score(
    events: list[MarketEvent],
    episode: Bools | None,
    clock: GridClock,
    first_bar: int,
    params: Volatility,
) -> results.EpisodeScores | results.EpisodesNotJudged:
    if episode is None:
        return results.EpisodesNotJudged(reason=NO_TRUTH)
    if clock.bars - first_bar < BARS_PER_DAY:
        return results.EpisodesNotJudged(reason="less than a day out of sample")
    return score_events(
        np.array([event.first for event in events], dtype=np.int64),
        find_spans(episode),
        first_bar,
        clock.bars,
        params.spillover.grace_bars,
        params.evaluation.seed,
    )


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if values.size else None


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
