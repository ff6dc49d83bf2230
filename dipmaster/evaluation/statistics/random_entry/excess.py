"""Trades and random entries to an interval: how much more often the strategy wins than chance.

Two half-widths, and the wider one counts. Trades and pool live through the same
days, so their calendar blocks taken together give the one that errs as often as
it says where entries really are random. But strata match no market perfectly: on
markets without edge about a point of excess is left (docs/gates.md), which the
other, of trades and pool as if independent, is wide enough to cover.
"""

from dataclasses import replace

import numpy as np
from scipy.special import stdtr

from dipmaster.core.kernels import Floats
from dipmaster.core.params import Gates
from dipmaster.core.wins import is_win
from dipmaster.evaluation.statistics import trade_metrics
from dipmaster.evaluation.statistics.estimate import Estimate, Scale
from dipmaster.evaluation.statistics.minimum_data import count_data, describe_missing_data
from dipmaster.evaluation.statistics.random_entry.portfolios import EntryPool
from dipmaster.evaluation.statistics.sample import TradeSample
from dipmaster.learning.evaluation.clustered import (
    describe_missing_blocks,
    floored_variance,
    t_critical,
)

_SCALE: Scale = "linear"


def estimate_excess_win_rate(
    matched: TradeSample, pool: EntryPool, alpha: float, few: int
) -> Estimate:
    """Win rate of the matched trades minus that of the pool, with the noise of both.

    The interval is at least as wide as `compute_joint_half_width` says, and as if both were
    independent: the half-widths of the two rates joined by the square root of their
    summed squares (Newcombe 1998, method 10).

    Parameters
    ----------
    matched
        The trades that have a stratum in the pool.
    few
        As for the win rate, whose interval this takes over.
    """
    strategy, random_rate = trade_metrics.estimate_win_rate(matched, alpha, few), pool.win_rate
    if strategy.value is None or random_rate is None:
        why = strategy.reason if strategy.value is None else "no bar to match the trades with"
        return Estimate(None, None, None, strategy.n, strategy.n_effective, _SCALE, why)
    value = strategy.value - random_rate
    blocks = min(matched.blocks_with_trades, np.unique(pool.block).size)
    missing = describe_missing_blocks(blocks)
    if strategy.low is None or strategy.high is None or missing:
        return Estimate(value, None, None, strategy.n, strategy.n_effective, _SCALE, missing)
    joint, of_pool = (
        compute_joint_half_width(matched, pool, alpha),
        compute_pool_half_width(pool, alpha),
    )
    below = max(joint, float(np.hypot(strategy.value - strategy.low, of_pool)))
    above = max(joint, float(np.hypot(strategy.high - strategy.value, of_pool)))
    low, high = max(value - below, -1.0), min(value + above, 1.0)
    return Estimate(value, low, high, strategy.n, strategy.n_effective, _SCALE)


def estimate_matched_excess(
    sample: TradeSample, pool: EntryPool, alpha: float, gates: Gates
) -> Estimate:
    """Excess of those trades of a sample that could be matched.

    No bounds where there would be enough trades, but too few of them are matched.
    """
    matched = sample.only(pool.matched)
    excess = estimate_excess_win_rate(matched, pool, alpha, gates.few_losing_trades)
    missing = describe_missing_data(matched, gates)
    if not missing or describe_missing_data(sample, gates):
        return excess
    why = excess.reason or missing.replace("sample", "matched sample", 1)
    return replace(excess, low=None, high=None, reason=why, lacking=count_data(matched, gates))


def compute_joint_half_width(matched: TradeSample, pool: EntryPool, alpha: float) -> float:
    """Half-width of the difference, trades and pool of a calendar block being one cluster.

    At least that of independent trades and bars, as everywhere; Student's degrees
    of freedom are one fewer than there are blocks with trades.
    """
    of_trades = (matched.won - matched.won.mean()) / matched.trades
    influence = np.concatenate([of_trades, -_influence(pool)])
    variance, _ = floored_variance(influence, np.concatenate([matched.block, pool.block]))
    return float(t_critical(matched.blocks_with_trades - 1, alpha) * np.sqrt(variance))


def compute_pool_half_width(pool: EntryPool, alpha: float) -> float:
    """Half-width of the pool's own win rate, clustered by block."""
    variance, _ = floored_variance(_influence(pool), pool.block)
    return float(t_critical(np.unique(pool.block).size - 1, alpha) * np.sqrt(variance))


def _influence(pool: EntryPool) -> Floats:
    """Influence of each entry on the pool's win rate; sums to zero."""
    won = is_win(pool.return_frac)
    influence: Floats = pool.weight * (won - pool.weight @ won)
    return influence


def compute_p_value(excess: Estimate, blocks: int, alpha: float) -> float | None:
    """How often chance alone would do as well: the level at which the bound would touch zero.

    From the same distribution as the bounds, so it is at most `alpha` exactly
    where the lower bound at `alpha` reaches zero. None without bounds.

    Parameters
    ----------
    excess
        From `estimate_excess_win_rate` at `alpha`.
    blocks
        Calendar blocks with matched trades.
    """
    if excess.value is None or excess.low is None:
        return None
    half = excess.value - excess.low
    if half <= 0.0:
        return 0.5 if excess.value == 0.0 else float(excess.value < 0.0)
    return float(stdtr(blocks - 1, -excess.value / half * t_critical(blocks - 1, alpha)))
