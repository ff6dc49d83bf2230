"""Standalone trades to figures with bounds, each like the gate of its kind."""

from dipmaster.core.kernels import Floats
from dipmaster.core.params import Gates
from dipmaster.evaluation.figures.intervals import sample_interval
from dipmaster.evaluation.standalone import StandaloneTrades
from dipmaster.evaluation.statistics import trade_metrics
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.results.evaluation.exits import StandaloneFigures


def standalone_figures(side: StandaloneTrades, gates: Gates) -> StandaloneFigures:
    """Win rate, profit factor (at equal notional), mean net and gross return, with bounds."""
    sample, alpha, few = side.track.sample, gates.alpha, gates.few_losing_trades

    def mean_bps(frac: Floats) -> Estimate:
        return trade_metrics.estimate_mean(1e4 * frac, side.day, side.block, alpha)

    return StandaloneFigures(
        win_rate=sample_interval(trade_metrics.estimate_win_rate(sample, alpha, few)),
        profit_factor=sample_interval(trade_metrics.estimate_profit_factor(sample, alpha, few)),
        mean_net_bps=sample_interval(mean_bps(side.net_frac)),
        mean_gross_bps=sample_interval(mean_bps(side.gross_frac)),
    )
