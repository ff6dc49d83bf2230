"""Days to intervals: Sharpe ratio and maximum drawdown of the whole account."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from dipmaster.backtest import metrics
from dipmaster.backtest.metrics import DailyAccount
from dipmaster.core.kernels import Floats
from dipmaster.core.time_units import DAYS_PER_YEAR
from dipmaster.evaluation.statistics.bootstrap import resample_drawdowns, resample_sums
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.sample import TradeSample
from dipmaster.evaluation.statistics.streams import Resampling
from dipmaster.learning.evaluation.clustered import describe_missing_blocks, t_critical

SQRT_DAYS_PER_YEAR = float(np.sqrt(DAYS_PER_YEAR))


@dataclass(frozen=True)
class Bounds:
    """A pair of one-sided bounds."""

    low: float
    high: float


@dataclass(frozen=True)
class SharpeBounds:
    """The annualised Sharpe ratio's bounds by three methods; the gate takes the widest."""

    hac: Bounds
    bootstrap: Bounds
    probabilistic: Bounds

    @property
    def low(self) -> float:
        """Lowest of the three."""
        return min(self.hac.low, self.bootstrap.low, self.probabilistic.low)

    @property
    def high(self) -> float:
        """Highest of the three."""
        return max(self.hac.high, self.bootstrap.high, self.probabilistic.high)


def estimate_sharpe(sample: TradeSample, alpha: float, resampling: Resampling) -> Estimate:
    """Annualised Sharpe ratio of daily net returns with the widest of three intervals."""
    returns = sample.days.returns
    value = metrics.sharpe_annual(returns)
    if value is None:
        why = "one day only" if returns.size < 2 else "the account never moved"
        return Estimate(None, None, None, returns.size, 0.0, "linear", why)
    effective = min(returns.size / _design_effect(returns), float(sample.days_with_trades))
    missing = describe_missing_blocks(sample.blocks_with_trades)
    if missing:
        return Estimate(value, None, None, returns.size, effective, "linear", missing)
    bounds = compute_sharpe_bounds(returns, alpha, sample.blocks_with_trades, resampling)
    return Estimate(value, bounds.low, bounds.high, returns.size, effective, "linear")


def compute_sharpe_bounds(
    returns: Floats, alpha: float, blocks: int, resampling: Resampling
) -> SharpeBounds:
    """Bounds by HAC-delta, stationary bootstrap and Bailey and Lopez de Prado's variance.

    Parameters
    ----------
    returns
        Shape (days,), not all equal.
    blocks
        Calendar blocks with trades; Student's degrees of freedom are one fewer.
    """
    value = returns.mean() / returns.std(ddof=1)
    critical = t_critical(blocks - 1, alpha)
    hac = critical * np.sqrt(
        estimate_long_run_variance(compute_sharpe_influence(returns)) / returns.size
    )
    psr = float(-ndtri(alpha)) * np.sqrt(_psr_variance(returns, value))
    drawn = resample_sharpe(returns, resampling)
    # Quantiles of few blocks are too narrow by about t / z: widened about the value
    # (the expanded percentile interval of Hesterberg 2015, with blocks as observations).
    wider = critical / float(-ndtri(alpha))
    low, high = value + wider * (np.quantile(drawn, [alpha, 1.0 - alpha]) - value)
    return SharpeBounds(
        _annualise(value - hac, value + hac),
        _annualise(min(low, value), max(high, value)),
        _annualise(value - psr, value + psr),
    )


def _annualise(low: float, high: float) -> Bounds:
    return Bounds(float(low) * SQRT_DAYS_PER_YEAR, float(high) * SQRT_DAYS_PER_YEAR)


def compute_sharpe_influence(returns: Floats) -> Floats:
    """Influence of each day on the daily Sharpe ratio (delta method on two moments)."""
    z = (returns - returns.mean()) / returns.std()
    influence: Floats = z - 0.5 * returns.mean() / returns.std() * (z * z - 1.0)
    return influence


def estimate_long_run_variance(influence: Floats) -> float:
    """Newey and West (1987) with Bartlett weights and ``4 (n / 100)^(2/9)`` lags."""
    n = influence.size
    lags = min(int(4.0 * (n / 100.0) ** (2.0 / 9.0)), n - 1)
    variance = influence @ influence
    for lag in range(1, lags + 1):
        weight = 1.0 - lag / (lags + 1.0)
        variance += 2.0 * weight * (influence[lag:] @ influence[:-lag])
    return max(float(variance) / n, 0.0)


def _design_effect(returns: Floats) -> float:
    influence = compute_sharpe_influence(returns)
    independent = float(influence @ influence) / influence.size
    return (
        max(1.0, estimate_long_run_variance(influence) / independent) if independent > 0.0 else 1.0
    )


def _psr_variance(returns: Floats, daily_sharpe: float) -> float:
    """``(1 - g3 SR + (g4 - 1) / 4 SR^2) / (T - 1)``, g4 not in excess of 3."""
    z = (returns - returns.mean()) / returns.std()
    skew, kurtosis = float(np.mean(z**3)), float(np.mean(z**4))
    shape = 1.0 - skew * daily_sharpe + (kurtosis - 1.0) / 4.0 * daily_sharpe**2
    return max(shape, 0.0) / (returns.size - 1)


def compute_probabilistic_sharpe(returns: Floats, target_annual: float) -> float | None:
    """Probability that the true Sharpe ratio exceeds the target (Bailey and Lopez de Prado 2012).

    It takes days as independent, so it is shown, not used as a verdict.
    """
    value = metrics.sharpe_annual(returns)
    if value is None:
        return None
    spread = np.sqrt(_psr_variance(returns, value / SQRT_DAYS_PER_YEAR))
    distance = (value - target_annual) / SQRT_DAYS_PER_YEAR
    return float(ndtr(distance / spread)) if spread > 0.0 else float(distance > 0.0)


def resample_sharpe(returns: Floats, resampling: Resampling) -> Floats:
    """Daily Sharpe ratios of resampled days; 0 where all days of a resample are equal.

    The same resampling draws the same days of any account with as many days, so
    two accounts can be compared day by day.
    """
    n, centre = returns.size, returns.mean()
    centred = returns - centre
    moments = np.column_stack([centred, centred * centred])
    sums = resample_sums(moments, resampling.reps, resampling.block_days, resampling.key)
    mean, square = sums[:, 0] / n, sums[:, 1] / n
    variance = (square - mean * mean) * n / (n - 1)
    moves = variance > 1e-12 * (square + centre * centre)
    drawn = np.zeros(resampling.reps)
    drawn[moves] = (mean[moves] + centre) / np.sqrt(variance[moves])
    return drawn


@dataclass(frozen=True)
class HorizonDrawdown:
    """Drawdown of resampled histories of fixed length: median and both bounds."""

    low: float
    median: float
    high: float


def estimate_horizon_drawdown(
    sample: TradeSample, alpha: float, horizon_days: int, resampling: Resampling
) -> HorizonDrawdown:
    """Quantiles of the drawdown over `horizon_days`; longer periods fall deeper.

    Histories are made of runs of `block_days`, of its square root and of single
    days, and the widest bounds count: long runs keep losing spells whole but
    never make one worse than was seen, single days do the reverse. Plain runs of
    a block's length broke their upper bound three to seven times as often as its
    nominal level (docs/gates.md).
    """
    levels = [alpha, 0.5, 1.0 - alpha]
    quantiles = [
        np.quantile(resample_horizon_drawdowns(sample, horizon_days, run, resampling), levels)
        for run in resampling.mean_runs
    ]
    low, high = np.min(quantiles, axis=0)[0], np.max(quantiles, axis=0)[2]
    return HorizonDrawdown(float(low), float(quantiles[0][1]), float(high))


def resample_horizon_drawdowns(
    sample: TradeSample, horizon_days: int, run: float, resampling: Resampling
) -> Floats:
    """Drawdowns of resampled histories; the same days for any account with as many days."""
    days = sample.days
    table = np.column_stack([days.growth, days.high, days.low, days.drawdown])
    return resample_drawdowns(
        table, horizon_days, resampling.reps, resampling.block_days, run, resampling.key
    )


def compute_drawdown_within(days: DailyAccount, horizon_days: int) -> float:
    """Largest drawdown of any `horizon_days` days in a row, exact on the 5-minute marks.

    Days without a bar of any coin are not among them: a fall that lies across such a
    hole counts as if the hole were not there.

    That is the largest fall whose peak and trough lie in such a window; the mark
    before a window's first day belongs to it.
    """
    inside = float(days.drawdown.max())
    if horizon_days == 1:
        return inside
    before = np.concatenate([[1.0], np.cumprod(days.growth)[:-1]])
    highs = pd.Series(before * days.high).rolling(horizon_days - 1, min_periods=1).max()
    peaks = highs.shift(1, fill_value=0.0).to_numpy()
    falls = 1.0 - np.divide(before * days.low, peaks, out=np.ones_like(before), where=peaks > 0.0)
    return max(inside, float(falls.max()))


def estimate_max_drawdown(
    sample: TradeSample, alpha: float, horizon_days: int, resampling: Resampling
) -> Estimate:
    """Deepest fall of 5-minute marks within any `horizon_days`, and bounds of that horizon.

    The value is the worst of all windows of that length out of sample (of the
    whole period where it is shorter), the bounds are those of one such window, so
    the value may lie outside. They are quantiles of resampled days, without Student's
    t, and two blocks are enough for them: they lie between 0 and 1 and say what days
    like these make, not how far other blocks may differ. So no verdict rests on fewer
    blocks than the minimum data asks for.
    """
    days = sample.days
    value, n = compute_drawdown_within(days, horizon_days), days.growth.size
    effective = float(min(sample.blocks_with_trades, sample.days_with_trades))
    if sample.blocks_with_trades < 2:
        why = "one block with trades only" if sample.trades else "no trade"
        return Estimate(value, None, None, n, effective, "linear", why)
    horizon = estimate_horizon_drawdown(sample, alpha, horizon_days, resampling)
    if horizon.high == 0.0:
        why = "no day fell: no range can be read from them"
        return Estimate(value, None, None, n, effective, "linear", why)
    lacking = ((n, horizon_days, "days out of sample"),) if n < horizon_days else ()
    return Estimate(value, horizon.low, horizon.high, n, effective, "linear", lacking=lacking)
