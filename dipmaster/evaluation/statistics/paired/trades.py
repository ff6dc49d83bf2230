"""Two phases' trades to differences: win rate, profit factor, net a trade, number of trades.

Both trade the same bars, and often the same candidates, so their errors are not
independent. What a candidate adds to the error of a difference is what it adds to
the later figure less what it adds to the earlier one (a candidate that both trade
with the same result can cancel out), clustered by calendar block, at least as wide
as independent candidates.

With few losing (or winning) trades a linear interval is too narrow: without a loser
it has no width. Then the bounds are at least as wide as if the two figures were
independent, each with its own interval: the square root of the summed squares
(Newcombe 1998, method 10; Zou and Donner 2008).
"""

import numpy as np

from dipmaster.backtest import metrics
from dipmaster.core.kernels import Floats
from dipmaster.evaluation.statistics import trade_metrics
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.paired.sides import Difference, Track, blocks_of, without_trade
from dipmaster.evaluation.statistics.sample import Sample
from dipmaster.learning.evaluation.clustered import floored_variance, t_critical


def win_rate(after: Track, before: Track, alpha: float, few: int) -> Difference:
    """Points of win rate."""
    if not (after.sample.trades and before.sample.trades):
        return Difference(None, reason=without_trade(after, before))
    won = [track.sample.won.astype(np.float64) for track in (after, before)]
    found = _of_means(after, before, won[0], won[1], alpha)
    if not _has_few(after, before, few):
        return found
    alone = [trade_metrics.win_rate(track.sample, alpha, few) for track in (after, before)]
    return _at_least(found, alone[0], alone[1])


def log_profit_factor(after: Track, before: Track, alpha: float, few: int) -> Difference:
    """Logarithm of the later profit factor over the earlier one."""
    for track in (after, before):
        if not metrics.profit_factor(track.sample.net, track.sample.return_frac):
            return Difference(None, reason=_no_factor(track))
    factors = [_logged(trade_metrics.profit_factor(t.sample, alpha, few)) for t in (after, before)]
    own = [_factor_influence(track.sample) for track in (after, before)]
    value = (factors[0].value or 0.0) - (factors[1].value or 0.0)
    found = _linear(after, before, value, own[0], own[1], alpha)
    return _at_least(found, factors[0], factors[1]) if _has_few(after, before, few) else found


def mean_net_bps(after: Track, before: Track, alpha: float) -> Difference:
    """Mean net return a trade in basis points."""
    if not (after.sample.trades and before.sample.trades):
        return Difference(None, reason=without_trade(after, before))
    net = [1e4 * track.sample.return_frac for track in (after, before)]
    return _of_means(after, before, net[0], net[1], alpha)


def trades_frac(after: Track, before: Track, alpha: float) -> Difference:
    """Number of trades, as a fraction more (or fewer); the interval is one of the log ratio."""
    later, earlier = after.sample.trades, before.sample.trades
    if not earlier:
        return Difference(None, reason=f"{before.name} has no trade")
    value = later / earlier - 1.0
    if not later:
        return Difference(value, reason=f"{after.name} has no trade")
    own = [np.full(n, 1.0 / n) for n in (later, earlier)]
    logged = _linear(after, before, float(np.log1p(value)), own[0], own[1], alpha)
    if logged.low is None or logged.high is None:
        return Difference(value, reason=logged.reason)
    return Difference(value, float(np.expm1(logged.low)), float(np.expm1(logged.high)))


def _of_means(
    after: Track, before: Track, later: Floats, earlier: Floats, alpha: float
) -> Difference:
    """Mean over the later trades minus mean over the earlier ones."""
    own, other = ((values - values.mean()) / values.size for values in (later, earlier))
    return _linear(after, before, float(later.mean() - earlier.mean()), own, other, alpha)


def _linear(
    after: Track, before: Track, value: float, own: Floats, other: Floats, alpha: float
) -> Difference:
    """``value -+ t x SE``, candidates that both trade counted once."""
    blocks = blocks_of(after, before)
    if blocks < 2:
        return Difference(value, reason="one block only")
    candidate = np.concatenate([after.candidate, before.candidate])
    _, first, place = np.unique(candidate, return_index=True, return_inverse=True)
    joined = np.concatenate([own, -other])
    influence = np.bincount(place, weights=joined).astype(np.float64)
    block = np.concatenate([after.sample.block, before.sample.block])[first]
    variance, _ = floored_variance(influence, block)
    half = float(t_critical(blocks - 1, alpha) * np.sqrt(variance))
    return Difference(value, value - half, value + half)


def _has_few(after: Track, before: Track, few: int) -> bool:
    samples = (after.sample, before.sample)
    return any(min(int(s.won.sum()), s.losing_trades) < max(few, 1) for s in samples)


def _at_least(found: Difference, later: Estimate, earlier: Estimate) -> Difference:
    """Widen to the bounds of two independent figures."""
    known = (found.value, found.low, found.high, later.value, later.low, later.high)
    if None in known or None in (earlier.value, earlier.low, earlier.high):
        return found
    value, low, high, own, own_low, own_high = (float(x) for x in known if x is not None)
    other = [float(x) for x in (earlier.value, earlier.low, earlier.high) if x is not None]
    below = np.hypot(own - own_low, other[2] - other[0])
    above = np.hypot(own_high - own, other[0] - other[1])
    return Difference(value, min(low, value - float(below)), max(high, value + float(above)))


def _logged(factor: Estimate) -> Estimate:
    """The estimate's logarithm; without bounds where one of them has none."""
    three = (factor.value, factor.low, factor.high)
    logs = [float(np.log(x)) if x else None for x in three]
    return Estimate(logs[0], logs[1], logs[2], factor.n, factor.n_effective, "linear")


def _factor_influence(sample: Sample) -> Floats:
    won, lost = metrics.won_and_lost(sample.net, sample.return_frac)
    influence: Floats = won / won.sum() - lost / lost.sum()
    return influence


def _no_factor(track: Track) -> str:
    if not track.sample.trades:
        return f"{track.name} has no trade"
    nothing = "won" if track.sample.losing_trades else "lost"
    return f"{track.name} {nothing} nothing"
