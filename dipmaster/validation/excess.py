"""Trades and random entries to an interval: how much more often the strategy wins than chance.

Trades and pool live through the same days, so a good month lifts both. Their
calendar blocks are therefore taken together: a block adds to the error of the
difference what its trades add less what its random entries add.
"""

import numpy as np
from scipy.special import stdtr

from dipmaster.backtest import metrics
from dipmaster.numerics import Floats
from dipmaster.validation import trade_gates
from dipmaster.validation.interval import Estimate, Scale, floored_variance, t_critical
from dipmaster.validation.random_entry import Pool
from dipmaster.validation.sample import Sample

_SCALE: Scale = "linear"


def excess_win_rate(matched: Sample, pool: Pool, alpha: float, few: int) -> Estimate:
    """Win rate of the matched trades minus that of the pool, with the noise of both.

    With fewer than `few` losing (or winning) trades each bound is also at least as
    far as if trades and pool were independent, the half-widths of the two rates
    joined by the square root of their summed squares (Newcombe 1998, method 10):
    without a loser the trades would seem to have no noise.

    Parameters
    ----------
    matched
        The trades that have a stratum in the pool.
    """
    strategy, chance = trade_gates.win_rate(matched, alpha, few), pool.win_rate
    if strategy.value is None or chance is None:
        why = strategy.reason or "no bar to match the trades with"
        return Estimate(None, None, None, strategy.n, strategy.n_effective, _SCALE, why)
    value = strategy.value - chance
    if strategy.low is None or strategy.high is None or np.unique(pool.block).size < 2:
        return Estimate(
            value, None, None, strategy.n, strategy.n_effective, _SCALE, "one block only"
        )
    below = above = joint_half_width(matched, pool, alpha)
    if min(int(matched.won.sum()), matched.losing_trades) < max(few, 1):
        of_pool = pool_half_width(pool, alpha)
        below = max(below, float(np.hypot(strategy.value - strategy.low, of_pool)))
        above = max(above, float(np.hypot(strategy.high - strategy.value, of_pool)))
    low, high = max(value - below, -1.0), min(value + above, 1.0)
    return Estimate(value, low, high, strategy.n, strategy.n_effective, _SCALE)


def joint_half_width(matched: Sample, pool: Pool, alpha: float) -> float:
    """Half-width of the difference, trades and pool of a calendar block being one cluster.

    At least that of independent trades and bars, as everywhere; Student's degrees
    of freedom are one fewer than there are blocks with trades.
    """
    of_trades = (matched.won - matched.won.mean()) / matched.trades
    influence = np.concatenate([of_trades, -_influence(pool)])
    variance, _ = floored_variance(influence, np.concatenate([matched.block, pool.block]))
    return float(t_critical(matched.blocks_with_trades - 1, alpha) * np.sqrt(variance))


def pool_half_width(pool: Pool, alpha: float) -> float:
    """Half-width of the pool's own win rate, clustered by block."""
    variance, _ = floored_variance(_influence(pool), pool.block)
    return float(t_critical(np.unique(pool.block).size - 1, alpha) * np.sqrt(variance))


def _influence(pool: Pool) -> Floats:
    """Influence of each entry on the pool's win rate; sums to zero."""
    won = metrics.winning(pool.return_frac)
    influence: Floats = pool.weight * (won - pool.weight @ won)
    return influence


def chance_p(excess: Estimate, blocks: int, alpha: float) -> float | None:
    """How often chance alone would do as well: the level at which the bound would touch zero.

    From the same distribution as the bounds, so it is at most `alpha` exactly
    where the lower bound at `alpha` reaches zero. None without bounds.

    Parameters
    ----------
    excess
        From `excess_win_rate` at `alpha`.
    blocks
        Calendar blocks with matched trades.
    """
    if excess.value is None or excess.low is None:
        return None
    half = excess.value - excess.low
    if half <= 0.0:
        return 0.5 if excess.value == 0.0 else float(excess.value < 0.0)
    return float(stdtr(blocks - 1, -excess.value / half * t_critical(blocks - 1, alpha)))
