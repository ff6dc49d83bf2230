"""Trades to intervals: win rate and profit factor with errors clustered by block."""

import numpy as np

from dipmaster.backtest import metrics
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.sample import TradeSample
from dipmaster.learning.evaluation.clustered import (
    clopper_pearson,
    describe_missing_blocks,
    floored_variance,
    t_critical,
)


def estimate_win_rate(sample: TradeSample, alpha: float, few: int) -> Estimate:
    """Share of winning round trips, with a logit interval clustered by block.

    With fewer than `few` trades not won (or won) each bound is the wider one
    of the block bound and Clopper-Pearson on the effective number of trades:
    where all won a logit interval would have no width.
    """
    return estimate_share(sample.won, sample.day, sample.block, alpha, few, "no trade")


def estimate_share(
    won: Bools, day: Ints, block: Ints, alpha: float, few: int, nothing: str = "none"
) -> Estimate:
    """Share of `won` with a logit interval clustered by block; the win rate is one such share.

    Two blocks are enough for bounds: they stay between 0 and 1, however wide they are.

    Parameters
    ----------
    won, day, block
        Shape (n,): the event, the day and the calendar block of each observation.
    few
        With fewer events (or non-events) the bounds are widened as for `estimate_win_rate`.
    nothing
        The reason given where n is 0.
    """
    if not won.size:
        return Estimate(None, None, None, 0, 0.0, "logit", nothing)
    n, events, blocks = won.size, int(won.sum()), np.unique(block).size
    rate = events / n
    variance, effect = floored_variance((won - rate) / n, block)
    effective = min(n / effect, float(np.unique(day).size))
    if blocks < 2:
        return Estimate(rate, None, None, n, effective, "logit", "one block only")
    low, high = _logit_bounds(rate, t_critical(blocks - 1, alpha) * np.sqrt(variance))
    if min(events, n - events) < max(few, 1):
        exact = clopper_pearson(rate, effective, alpha)
        low, high = min(low, exact[0]), max(high, exact[1])
    return Estimate(rate, low, high, n, effective, "logit")


def _logit_bounds(rate: float, half: float) -> tuple[float, float]:
    if rate in (0.0, 1.0):
        return rate, rate
    centre, width = np.log(rate / (1.0 - rate)), half / (rate * (1.0 - rate))
    low, high = 1.0 / (1.0 + np.exp(-np.clip(centre + np.array([-width, width]), -700, 700)))
    return float(low), float(high)


def estimate_mean(
    values: Floats, day: Ints, block: Ints, alpha: float, lowest: float = -np.inf
) -> Estimate:
    """Mean with bounds ``value -+ t x SE``, clustered by block, as for a difference of means.

    Parameters
    ----------
    values, day, block
        Shape (n,): the value, the day and the calendar block of each trade.
    lowest
        The smallest value there can be; no bound lies below it.
    """
    if not values.size:
        return Estimate(None, None, None, 0, 0.0, "linear", "no trade")
    n, value, blocks = values.size, float(values.mean()), np.unique(block).size
    variance, effect = floored_variance((values - value) / n, block)
    effective = min(n / effect, float(np.unique(day).size))
    missing = describe_missing_blocks(blocks)
    if not missing and np.ptp(values) == 0.0:
        missing = "the same for every trade: no bounds can be read from it"
    if missing:
        return Estimate(value, None, None, n, effective, "linear", missing)
    half = float(t_critical(blocks - 1, alpha) * np.sqrt(variance))
    return Estimate(value, max(value - half, lowest), value + half, n, effective, "linear")


def estimate_design_effect(sample: TradeSample) -> float | None:
    """Variance of the win rate over that of independent trades, at least 1."""
    rate = metrics.win_rate(sample.return_frac)
    if rate is None:
        return None
    return floored_variance((sample.won - rate) / sample.trades, sample.block)[1]


def estimate_profit_factor(sample: TradeSample, alpha: float, few: int) -> Estimate:
    """Money won over money lost, with a log interval clustered by block.

    The influence of a trade on log PF is won / W - lost / L. With fewer than
    `few` losing (or winning) trades the lower bound also has to hold with one
    mean loss more, the upper bound with one mean win more, each of them a block
    of its own; where nothing was won, the mean loss stands for the mean win.
    """
    value = metrics.profit_factor(sample.net, sample.return_frac)
    if value is None:
        why = "no trade lost money: the profit factor is infinite" if sample.trades else "no trade"
        return Estimate(None, None, None, sample.trades, float(sample.days_with_trades), "log", why)
    won, lost = metrics.split_gains_losses(sample.net, sample.return_frac)
    influence = won / max(won.sum(), np.finfo(float).tiny) - lost / lost.sum()
    _, effect = floored_variance(influence, sample.block)
    effective = min(sample.trades / effect, float(sample.days_with_trades))
    missing = describe_missing_blocks(sample.blocks_with_trades)
    if missing:
        return Estimate(value, None, None, sample.trades, effective, "log", missing)
    critical = t_critical(sample.blocks_with_trades - 1, alpha)
    low, high = _log_bounds(won, lost, sample.block, critical) if value > 0.0 else (0.0, 0.0)
    winners, losers = int((won > 0).sum()), int((lost > 0).sum())
    if min(winners, losers) < max(few, 1):
        mean_loss = lost.sum() / losers
        mean_win = won.sum() / winners if winners else mean_loss
        low = min(low, _bounds_with_one_more(won, lost, sample.block, critical, 0.0, mean_loss)[0])
        high = max(high, _bounds_with_one_more(won, lost, sample.block, critical, mean_win, 0.0)[1])
    return Estimate(value, low, high, sample.trades, effective, "log")


def _bounds_with_one_more(
    won: Floats, lost: Floats, block: Ints, critical: float, win: float, loss: float
) -> tuple[float, float]:
    return _log_bounds(
        np.append(won, win), np.append(lost, loss), np.append(block, block.max() + 1), critical
    )


def _log_bounds(won: Floats, lost: Floats, block: Ints, critical: float) -> tuple[float, float]:
    if won.sum() == 0.0:
        return 0.0, 0.0
    variance, _ = floored_variance(won / won.sum() - lost / lost.sum(), block)
    factor, spread = won.sum() / lost.sum(), np.exp(min(critical * np.sqrt(variance), 700.0))
    return float(factor / spread), float(min(factor * spread, np.finfo(float).max))
