"""What a phase changed against the one before it."""

from dataclasses import dataclass

from dipmaster.results.common import Comparison, FactorComparison


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseComparison:
    """A phase minus the one before, trades paired by candidate and accounts by day.

    Attributes
    ----------
    baseline_phase
        Number of the earlier phase.
    win_rate, max_drawdown, net_return
        As fractions; less drawdown is better.
    sharpe
        Annual.
    trades_frac
        Of the earlier number of trades; neither better nor worse.
    """

    baseline_phase: int
    win_rate: Comparison
    profit_factor: FactorComparison
    sharpe: Comparison
    max_drawdown: Comparison
    mean_net_bps: Comparison
    trades_frac: Comparison
    net_return: Comparison
