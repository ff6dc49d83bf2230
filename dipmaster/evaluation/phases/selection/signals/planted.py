"""Planted drops to recall: how many of the simulator's reverting drops were traded.

Recall counts every lucky candidate as positive; where the truth is known this
asks the sharper question. A planted drop is a bar out of sample with a liquidity
jump (mark 1) downwards: the only falls that revert. It is followed if a traded
candidate of the same coin fired on that bar or at most `FOLLOWED_WITHIN_BARS`
bars after it.
"""

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.figures.intervals import to_sample_interval
from dipmaster.evaluation.phases.selection.signals.rates import BoundsLevel
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.trade_metrics import estimate_share
from dipmaster.results.evaluation.signal_quality import PlantedRecall

FOLLOWED_WITHIN_BARS = 2  # half-life of the reversion is 6.6 bars: later, much of it is gone
LIQUIDITY = 1


def measure_planted_recall(
    scores: pd.DataFrame,
    traded: Bools,
    truth: Mapping[str, pd.DataFrame] | None,
    period: Period,
    level: BoundsLevel,
) -> PlantedRecall | None:
    """Share of the planted drops that were traded; None on bars without a known truth.

    Parameters
    ----------
    scores
        Table SCORES, all candidates.
    truth
        Table TRUTH by symbol: its columns open_time, jump_frac and jump_mark.

    Returns
    -------
    PlantedRecall
        An interval clustered by block, and `by_candidates`: the share followed by
        any candidate, which is the most a filter could keep.
    """
    if truth is None:
        return None
    symbols, times = scores["symbol"].to_numpy(dtype=str), to_epoch_ms(scores["open_time"])
    drops, followed, caught = [], [], []
    for symbol in sorted(truth):
        dropped, of_symbol = find_planted_drops(truth[symbol], period), symbols == symbol
        drops.append(dropped)
        followed.append(is_followed(dropped, times[of_symbol & traded]))
        caught.append(is_followed(dropped, times[of_symbol]))
    day = period.day_of(np.concatenate(drops))
    rate = estimate_share(
        np.concatenate(followed),
        day,
        period.block_of(day),
        level.alpha,
        level.few,
        "no drop with a built-in reversal out of sample",
    )
    by_any = np.concatenate(caught)
    return PlantedRecall(
        **asdict(to_sample_interval(rate)),
        by_candidates=float(by_any.mean()) if by_any.size else None,
        within_bars=FOLLOWED_WITHIN_BARS,
    )


def find_planted_drops(truth: pd.DataFrame, period: Period) -> Ints:
    """Open times of one coin's planted drops, out of sample."""
    times = to_epoch_ms(truth["open_time"])
    dropped = (truth["jump_mark"].to_numpy() == LIQUIDITY) & (truth["jump_frac"].to_numpy() < 0.0)
    drops: Ints = times[dropped & (times >= period.out_of_sample_ms)]
    return drops


def is_followed(drops_ms: Ints, signals_ms: Ints) -> Bools:
    """Which drops have a signal on their bar or within the bars after it.

    Parameters
    ----------
    signals_ms
        Open times of the bars on which candidates fired, in order.
    """
    first = np.searchsorted(signals_ms, drops_ms)
    last = np.searchsorted(signals_ms, drops_ms + FOLLOWED_WITHIN_BARS * BAR_MS, side="right")
    followed: Bools = last > first
    return followed
