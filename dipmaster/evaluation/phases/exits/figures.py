"""Standalone trades to figures with bounds, each like the gate of its kind."""

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Gates
from dipmaster.evaluation.figures.intervals import sample_interval
from dipmaster.evaluation.standalone import StandaloneTrades
from dipmaster.evaluation.statistics import trade_metrics
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.learning.evaluation.clustered import floored_variance, t_critical
from dipmaster.results.evaluation.exits import StandaloneFigures

NO_TRADE = "no trade"


def standalone_figures(side: StandaloneTrades, gates: Gates) -> StandaloneFigures:
    """Win rate, profit factor (at equal notional), mean net and gross return, with bounds."""
    sample, alpha, few = side.track.sample, gates.alpha, gates.few_losing_trades

    def mean_bps(frac: Floats) -> Estimate:
        return mean(1e4 * frac, side.day, side.block, alpha)

    return StandaloneFigures(
        win_rate=sample_interval(trade_metrics.estimate_win_rate(sample, alpha, few)),
        profit_factor=sample_interval(trade_metrics.estimate_profit_factor(sample, alpha, few)),
        mean_net_bps=sample_interval(mean_bps(side.net_frac)),
        mean_gross_bps=sample_interval(mean_bps(side.gross_frac)),
    )


def mean(values: Floats, day: Ints, block: Ints, alpha: float) -> Estimate:
    """Mean with bounds ``value -+ t x SE``, clustered by block, as for a difference of means.

    Parameters
    ----------
    values, day, block
        Shape (n,): the value, the day and the calendar block of each trade.
    """
    if not values.size:
        return Estimate(None, None, None, 0, 0.0, "linear", NO_TRADE)
    n, value, blocks = values.size, float(values.mean()), np.unique(block).size
    variance, effect = floored_variance((values - value) / n, block)
    effective = min(n / effect, float(np.unique(day).size))
    if blocks < 2:
        return Estimate(value, None, None, n, effective, "linear", "one block only")
    if np.ptp(values) == 0.0:
        why = "the same for every trade: no bounds can be read from it"
        return Estimate(value, None, None, n, effective, "linear", why)
    half = float(t_critical(blocks - 1, alpha) * np.sqrt(variance))
    return Estimate(value, value - half, value + half, n, effective, "linear")
