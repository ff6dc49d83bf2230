"""Two phases' accounts to differences: Sharpe ratio, net return, drawdown, on the same days.

A resampling draws the same days for every account with as many days, so each
replication compares two accounts that lived through the same days.
"""

import numpy as np
from scipy.special import ndtri

from dipmaster.backtest import metrics
from dipmaster.core.kernels import Floats
from dipmaster.evaluation.statistics import account_metrics
from dipmaster.evaluation.statistics.account_metrics import SQRT_DAYS_PER_YEAR
from dipmaster.evaluation.statistics.bootstrap import resample_sums
from dipmaster.evaluation.statistics.paired.sides import (
    Difference,
    PairedSide,
    count_blocks,
    name_side_without_trade,
)
from dipmaster.evaluation.statistics.streams import Resampling
from dipmaster.learning.evaluation.clustered import describe_missing_blocks, t_critical


def compare_sharpe(
    after: PairedSide, before: PairedSide, alpha: float, resampling: Resampling
) -> Difference:
    """Annualised Sharpe ratios of the same days; the wider of two intervals.

    The delta method with Newey-West errors on the difference of the influences
    (Ledoit and Wolf 2008), and the stationary bootstrap of days drawn for both.
    """
    for side in (after, before):
        if metrics.sharpe_annual(side.sample.days.returns) is None:
            return Difference(None, reason=f"the account of {side.name} never moved")
    days = [side.sample.days.returns for side in (after, before)]
    values = [float(returns.mean() / returns.std(ddof=1)) for returns in days]
    value, blocks = values[0] - values[1], count_blocks(after, before)
    missing = describe_missing_blocks(blocks)
    if missing:
        return Difference(value * SQRT_DAYS_PER_YEAR, reason=missing)
    influence = account_metrics.compute_sharpe_influence(
        days[0]
    ) - account_metrics.compute_sharpe_influence(days[1])
    variance = account_metrics.estimate_long_run_variance(influence) / influence.size
    half = float(t_critical(blocks - 1, alpha) * np.sqrt(variance))
    drawn = [account_metrics.resample_sharpe(returns, resampling) for returns in days]
    low, high = _expand_quantiles(drawn[0] - drawn[1], value, alpha, blocks)
    low, high = min(low, value - half), max(high, value + half)
    return Difference(
        value * SQRT_DAYS_PER_YEAR, low * SQRT_DAYS_PER_YEAR, high * SQRT_DAYS_PER_YEAR
    )


def compare_net_return(
    after: PairedSide, before: PairedSide, alpha: float, resampling: Resampling
) -> Difference:
    """Change of the account over the period; by the wider of two intervals."""
    growth = np.column_stack([side.sample.days.growth for side in (after, before)])
    total = np.prod(growth, axis=0) - 1.0
    value, blocks = float(total[0] - total[1]), count_blocks(after, before)
    if (growth <= 0.0).any():
        return Difference(value, reason="an account was lost")
    missing = describe_missing_blocks(blocks)
    if missing:
        return Difference(value, reason=name_side_without_trade(after, before) or missing)
    logs = np.log(growth)
    sums = resample_sums(logs, resampling.reps, resampling.block_days, resampling.key)
    drawn = np.expm1(sums)
    low, high = _expand_quantiles(drawn[:, 0] - drawn[:, 1], value, alpha, blocks)
    moved = (1.0 + total) * (logs - logs.mean(axis=0))
    influence = moved[:, 0] - moved[:, 1]
    spread = np.sqrt(account_metrics.estimate_long_run_variance(influence) * influence.size)
    half = float(t_critical(blocks - 1, alpha) * spread)
    return Difference(value, min(low, value - half), max(high, value + half))


def compare_max_drawdown(
    after: PairedSide, before: PairedSide, alpha: float, horizon_days: int, resampling: Resampling
) -> Difference:
    """Deepest falls within the horizon; bounds of the difference over one such horizon.

    As for the gate, histories are made of runs of three mean lengths and the widest
    bounds count; both accounts go through the same days of each.
    """
    samples = (after.sample, before.sample)
    deepest = [
        account_metrics.compute_drawdown_within(sample.days, horizon_days) for sample in samples
    ]
    value = deepest[0] - deepest[1]
    missing = describe_missing_blocks(count_blocks(after, before))
    if missing:
        return Difference(value, reason=name_side_without_trade(after, before) or missing)
    bounds = []
    for run in resampling.mean_runs:
        drawn = [
            account_metrics.resample_horizon_drawdowns(sample, horizon_days, run, resampling)
            for sample in samples
        ]
        bounds.append(np.quantile(drawn[0] - drawn[1], [alpha, 1.0 - alpha]))
    return Difference(value, float(np.min(bounds)), float(np.max(bounds)))


def _expand_quantiles(
    drawn: Floats, value: float, alpha: float, blocks: int
) -> tuple[float, float]:
    """Quantiles widened about the value by t / z, as for the Sharpe ratio's gate."""
    wider = t_critical(blocks - 1, alpha) / float(-ndtri(alpha))
    low, high = value + wider * (np.quantile(drawn, [alpha, 1.0 - alpha]) - value)
    return min(float(low), value), max(float(high), value)
