"""Metrics to what is done with them: the estimator, the comparison and the judging rule of each.

What a metric is stands in `dipmaster.results.metrics`; here every gate there gets its estimator
and its judging rule, every compared metric its paired difference.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dipmaster.core.params import Gates
from dipmaster.evaluation.statistics import account_metrics, trade_metrics
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.paired import account, trades
from dipmaster.evaluation.statistics.paired.sides import Difference, PairedSide
from dipmaster.evaluation.statistics.random_entry.excess import estimate_matched_excess
from dipmaster.evaluation.statistics.random_entry.portfolios import EntryPool
from dipmaster.evaluation.statistics.rules import JudgingRule, judge_by_bounds, judge_drawdown
from dipmaster.evaluation.statistics.sample import TradeSample
from dipmaster.evaluation.statistics.streams import Stream, build_resampling
from dipmaster.results.metrics import (
    EXCESS_WIN_RATE,
    MAX_DRAWDOWN,
    MEAN_NET_BPS,
    NET_RETURN,
    PROFIT_FACTOR,
    SHARPE,
    TRADES_FRAC,
    WIN_RATE,
    Metric,
)

Estimator = Callable[[float], Estimate]
"""From a one-sided level to the estimate at it."""


@dataclass(frozen=True)
class PhaseSample:
    """What the gates of a phase are estimated from; `phase` names the streams of random numbers."""

    phase: int
    sample: TradeSample
    pool: EntryPool


@dataclass(frozen=True)
class GateMetric:
    """A metric that phases are judged on: how it is estimated, and how its gate is judged."""

    metric: Metric
    estimate: Callable[[PhaseSample, float, Gates], Estimate]
    judge: JudgingRule = judge_by_bounds


_GATES = (
    GateMetric(
        WIN_RATE,
        lambda one, alpha, gates: trade_metrics.estimate_win_rate(
            one.sample, alpha, gates.few_losing_trades
        ),
    ),
    GateMetric(
        SHARPE,
        lambda one, alpha, gates: account_metrics.estimate_sharpe(
            one.sample, alpha, build_resampling(one.phase, Stream.SHARPE, gates)
        ),
    ),
    GateMetric(
        PROFIT_FACTOR,
        lambda one, alpha, gates: trade_metrics.estimate_profit_factor(
            one.sample, alpha, gates.few_losing_trades
        ),
    ),
    GateMetric(
        MAX_DRAWDOWN,
        lambda one, alpha, gates: account_metrics.estimate_max_drawdown(
            one.sample,
            alpha,
            gates.drawdown_horizon_days,
            build_resampling(one.phase, Stream.DRAWDOWN, gates),
        ),
        judge_drawdown,
    ),
    GateMetric(
        EXCESS_WIN_RATE,
        lambda one, alpha, gates: estimate_matched_excess(one.sample, one.pool, alpha, gates),
    ),
)

GATE_METRICS: Mapping[str, GateMetric] = {gate.metric.key: gate for gate in _GATES}
"""All gates by the key of their metric, in print order."""

_Comparison = Callable[[PairedSide, PairedSide, int, Gates], Difference]

COMPARISONS: Mapping[str, _Comparison] = {
    WIN_RATE.key: lambda after, before, _, gates: trades.compare_win_rate(
        after, before, gates.alpha, gates.few_losing_trades
    ),
    PROFIT_FACTOR.key: lambda after, before, _, gates: trades.compare_profit_factor(
        after, before, gates.alpha, gates.few_losing_trades
    ),
    SHARPE.key: lambda after, before, phase, gates: account.compare_sharpe(
        after, before, gates.alpha, build_resampling(phase, Stream.PAIRED_DAYS, gates)
    ),
    MAX_DRAWDOWN.key: lambda after, before, phase, gates: account.compare_max_drawdown(
        after,
        before,
        gates.alpha,
        gates.drawdown_horizon_days,
        build_resampling(phase, Stream.PAIRED_HISTORIES, gates),
    ),
    MEAN_NET_BPS.key: lambda after, before, _, gates: trades.compare_mean_net(
        after, before, gates.alpha
    ),
    NET_RETURN.key: lambda after, before, phase, gates: account.compare_net_return(
        after, before, gates.alpha, build_resampling(phase, Stream.PAIRED_DAYS, gates)
    ),
    TRADES_FRAC.key: lambda after, before, _, gates: trades.compare_trade_count(
        after, before, gates.alpha
    ),
}
"""Later phase minus earlier one, by the key of the metric."""


@dataclass(frozen=True, eq=False)
class GateEstimator:
    """A gate's estimate as a function of the one-sided level, computed once a level."""

    key: str
    one: PhaseSample
    gates: Gates
    known: dict[float, Estimate] = field(default_factory=dict, repr=False)

    def __call__(self, alpha: float) -> Estimate:
        """Estimate at a one-sided level."""
        if alpha not in self.known:
            self.known[alpha] = GATE_METRICS[self.key].estimate(self.one, alpha, self.gates)
        return self.known[alpha]


def build_estimators(one: PhaseSample, gates: Gates) -> dict[str, Estimator]:
    """Each gate's estimator; what it has estimated goes with it from one process to another."""
    return {key: GateEstimator(key, one, gates) for key in GATE_METRICS}


def compare_metrics(
    after: PairedSide, before: PairedSide, phase: int, gates: Gates
) -> dict[str, Difference]:
    """Paired difference of every compared metric; `phase` names the streams of random numbers."""
    return {key: compare(after, before, phase, gates) for key, compare in COMPARISONS.items()}
