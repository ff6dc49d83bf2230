"""Trades and random entries to an interval: how much more often the strategy wins than chance.

Two half-widths, and the wider one counts. Trades and pool live through the same
days, so their calendar blocks taken together give the one that errs as often as
it says where entries really are random. But strata match no market perfectly: on
markets without edge about a point of excess is left (docs/gates.md), which the
other, of trades and pool as if independent, is wide enough to cover.
"""

import numpy as np
from scipy.special import stdtr

from dipmaster.core.kernels import Floats
from dipmaster.core.wins import is_win
from dipmaster.evaluation.statistics import trade_metrics
from dipmaster.evaluation.statistics.estimate import Estimate, Scale
from dipmaster.evaluation.statistics.random_entry.portfolios import Pool
from dipmaster.evaluation.statistics.sample import Sample
from dipmaster.learning.evaluation.clustered import floored_variance, t_critical

_SCALE: Scale = "linear"


def excess_win_rate(matched: Sample, pool: Pool, alpha: float, few: int) -> Estimate:
    """Win rate of the matched trades minus that of the pool, with the noise of both.

    The interval is at least as wide as `joint_half_width` says, and as if both were
    independent: the half-widths of the two rates joined by the square root of their
    summed squares (Newcombe 1998, method 10).

    Parameters
    ----------
    matched
        The trades that have a stratum in the pool.
    few
        As for the win rate, whose interval this takes over.
    """
    strategy, chance = trade_metrics.win_rate(matched, alpha, few), pool.win_rate
    if strategy.value is None or chance is None:
        why = strategy.reason or "no bar to match the trades with"
        return Estimate(None, None, None, strategy.n, strategy.n_effective, _SCALE, why)
    value = strategy.value - chance
    if strategy.low is None or strategy.high is None or np.unique(pool.block).size < 2:
        return Estimate(
            value, None, None, strategy.n, strategy.n_effective, _SCALE, "one block only"
        )
    joint, of_pool = joint_half_width(matched, pool, alpha), pool_half_width(pool, alpha)
    below = max(joint, float(np.hypot(strategy.value - strategy.low, of_pool)))
    above = max(joint, float(np.hypot(strategy.high - strategy.value, of_pool)))
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
    won = is_win(pool.return_frac)
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
