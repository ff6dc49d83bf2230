"""Events against the correlation episodes of a simulated market, beside events at random times."""

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.results.volatility import spillover as results

SHIFTS = 2000  # random times; the 97.5 % point rests on 50 beyond it
SHIFTS_STREAM = 5  # apart from the other draws of `volatility.evaluation.seed`
BARS_PER_WEEK = 7 * BARS_PER_DAY


def find_spans(flags: Bools) -> Ints:
    """First and last bar of each run of flags, shape (runs, 2)."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return np.column_stack([edges[::2], edges[1::2] - 1])


def score_events(
    begins: Ints, episodes: Ints, first_bar: int, bars: int, grace_bars: int, seed: int
) -> results.EpisodeScores:
    """Hits, false alarms and delay, and what chance does with as many events.

    Chance moves all events by one random number of bars, around the end to the start: their
    number and their distances stay.

    Parameters
    ----------
    begins
        First bars of the events, rising, from `first_bar` on.
    episodes
        From `find_spans`; those that begin before `first_bar` count from there.
    bars
        Length of the grid.
    """
    length = bars - first_bar
    spans = episodes[episodes[:, 1] >= first_bar] - first_bar
    spans = np.clip(spans + np.array([0, grace_bars]), 0, length - 1)
    times = begins - first_bar
    delays = _delays(times, spans)
    hits = int(np.isfinite(delays).sum())
    inside = np.zeros(length, dtype=np.bool_)
    for start, stop in spans:
        inside[start : stop + 1] = True
    chance = _hits_at_random_times(times, spans, length, seed)
    count = len(spans)
    return results.EpisodeScores(
        episodes=count,
        events=times.size,
        hits=hits,
        hit_rate=hits / count if count else None,
        false_alarms_per_week=float((~inside[times]).sum()) * BARS_PER_WEEK / length,
        median_delay_bars=float(np.median(delays[np.isfinite(delays)])) if hits else None,
        grace_bars=grace_bars,
        chance_hit_rate=float(chance.mean()) / count if count else None,
        chance_high=float(np.quantile(chance, 0.975)) / count if count else None,
        p_value=float((1 + (chance >= hits).sum()) / (1 + SHIFTS)) if count else None,
    )


def _delays(times: Ints, spans: Ints) -> Floats:
    """Bars from the start of each span to the first time within it, NaN where there is none."""
    place = np.searchsorted(times, spans[:, 0])
    following = np.append(times, np.iinfo(np.int64).max)[place]
    return np.where(following <= spans[:, 1], following - spans[:, 0], np.nan)


def _hits_at_random_times(times: Ints, spans: Ints, length: int, seed: int) -> Ints:
    rng = np.random.default_rng([seed, SHIFTS_STREAM])
    return np.array(
        [
            np.isfinite(_delays(np.sort((times + shift) % length), spans)).sum()
            for shift in rng.integers(0, length, SHIFTS)
        ],
        dtype=np.int64,
    )
