"""Two phases' trades to differences: win rate, profit factor, net a trade, number of trades.

Both trade the same bars, and often the same candidates, so their errors are not
independent. What a candidate adds to the error of a difference is what it adds to
the later figure less what it adds to the earlier one (a candidate that both trade
with the same result can cancel out), clustered by calendar block, at least as wide
as independent candidates.

With few trades won, or few of the others (not won for a win rate, lost for a profit
factor), a linear interval is too narrow: without one of them it has no width. Then the
bounds are at least as wide as if the two figures were independent, each with its own
interval: the square root of the summed squares (Newcombe 1998, method 10; Zou and Donner
2008).
"""

from collections.abc import Callable

import numpy as np

from dipmaster.backtest import metrics
from dipmaster.core.kernels import Floats
from dipmaster.evaluation.statistics import trade_metrics
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.paired.sides import (
    Difference,
    PairedSide,
    count_blocks,
    name_side_without_trade,
)
from dipmaster.evaluation.statistics.sample import TradeSample
from dipmaster.learning.evaluation.clustered import (
    describe_missing_blocks,
    floored_variance,
    t_critical,
)


def compare_win_rate(after: PairedSide, before: PairedSide, alpha: float, few: int) -> Difference:
    """Points of win rate, from -1 to 1."""
    if not (after.sample.trades and before.sample.trades):
        return Difference(None, reason=name_side_without_trade(after, before))
    won = [side.sample.won.astype(np.float64) for side in (after, before)]
    difference = _compare_means(after, before, won[0], won[1], alpha)
    if _has_few(after, before, few, lambda sample: sample.not_won):
        rates = [trade_metrics.estimate_win_rate(s.sample, alpha, few) for s in (after, before)]
        difference = _widen(difference, rates[0], rates[1])
    return difference.clip(-1.0, 1.0)


def compare_profit_factor(
    after: PairedSide, before: PairedSide, alpha: float, few: int
) -> Difference:
    """Logarithm of the later profit factor over the earlier one."""
    for side in (after, before):
        if not metrics.profit_factor(side.sample.net, side.sample.return_frac):
            return Difference(None, reason=_why_no_factor(side))
    factors = [
        _log_estimate(trade_metrics.estimate_profit_factor(side.sample, alpha, few))
        for side in (after, before)
    ]
    influences = [_factor_influence(side.sample) for side in (after, before)]
    value = (factors[0].value or 0.0) - (factors[1].value or 0.0)
    difference = _linear_difference(after, before, value, influences, alpha)
    if _has_few(after, before, few, lambda sample: sample.losing_trades):
        difference = _widen(difference, factors[0], factors[1])
    return difference


def compare_mean_net(after: PairedSide, before: PairedSide, alpha: float) -> Difference:
    """Mean net return a trade in basis points."""
    if not (after.sample.trades and before.sample.trades):
        return Difference(None, reason=name_side_without_trade(after, before))
    net = [1e4 * side.sample.return_frac for side in (after, before)]
    return _compare_means(after, before, net[0], net[1], alpha)


def compare_trade_count(after: PairedSide, before: PairedSide, alpha: float) -> Difference:
    """Number of trades, as a fraction more (or fewer); the interval is one of the log ratio."""
    later, earlier = after.sample.trades, before.sample.trades
    if not earlier:
        return Difference(None, reason=f"{before.name} has no trade")
    value = later / earlier - 1.0
    if not later:
        return Difference(value, reason=f"{after.name} has no trade")
    influences = [np.full(n, 1.0 / n) for n in (later, earlier)]
    logged = _linear_difference(after, before, float(np.log1p(value)), influences, alpha)
    if logged.low is None or logged.high is None:
        return Difference(value, reason=logged.reason)
    return Difference(value, float(np.expm1(logged.low)), float(np.expm1(logged.high)))


def _compare_means(
    after: PairedSide, before: PairedSide, later: Floats, earlier: Floats, alpha: float
) -> Difference:
    """Mean over the later trades minus mean over the earlier ones."""
    value = float(later.mean() - earlier.mean())
    influences = [(values - values.mean()) / values.size for values in (later, earlier)]
    return _linear_difference(after, before, value, influences, alpha)


def _linear_difference(
    after: PairedSide, before: PairedSide, value: float, influences: list[Floats], alpha: float
) -> Difference:
    """``value -+ t x SE``, candidates that both trade counted once."""
    blocks = count_blocks(after, before)
    missing = describe_missing_blocks(blocks)
    if missing:
        return Difference(value, reason=missing)
    candidate = np.concatenate([after.candidate, before.candidate])
    _, first, candidate_index = np.unique(candidate, return_index=True, return_inverse=True)
    joined = np.concatenate([influences[0], -influences[1]])
    influence = np.bincount(candidate_index, weights=joined).astype(np.float64)
    block = np.concatenate([after.sample.block, before.sample.block])[first]
    variance, _ = floored_variance(influence, block)
    half = float(t_critical(blocks - 1, alpha) * np.sqrt(variance))
    return Difference(value, value - half, value + half)


def _has_few(
    after: PairedSide, before: PairedSide, few: int, others: Callable[[TradeSample], int]
) -> bool:
    """Whether either side has few trades that won, or few of the others."""
    samples = (after.sample, before.sample)
    return any(min(int(s.won.sum()), others(s)) < max(few, 1) for s in samples)


def _widen(difference: Difference, later: Estimate, earlier: Estimate) -> Difference:
    """Widen to the bounds of two independent figures."""
    known = (difference.value, difference.low, difference.high, later.value, later.low, later.high)
    if None in known or None in (earlier.value, earlier.low, earlier.high):
        return difference
    value, low, high, own, own_low, own_high = (float(x) for x in known if x is not None)
    other = [float(x) for x in (earlier.value, earlier.low, earlier.high) if x is not None]
    below = np.hypot(own - own_low, other[2] - other[0])
    above = np.hypot(own_high - own, other[0] - other[1])
    return Difference(value, min(low, value - float(below)), max(high, value + float(above)))


def _log_estimate(factor: Estimate) -> Estimate:
    """The estimate's logarithm; without bounds where one of them has none."""
    three = (factor.value, factor.low, factor.high)
    logs = [float(np.log(x)) if x else None for x in three]
    return Estimate(logs[0], logs[1], logs[2], factor.n, factor.n_effective, "linear")


def _factor_influence(sample: TradeSample) -> Floats:
    won, lost = metrics.split_gains_losses(sample.net, sample.return_frac)
    influence: Floats = won / won.sum() - lost / lost.sum()
    return influence


def _why_no_factor(side: PairedSide) -> str:
    if not side.sample.trades:
        return f"{side.name} has no trade"
    nothing = "won" if side.sample.losing_trades else "lost"
    return f"{side.name} {nothing} nothing"
