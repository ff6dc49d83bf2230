"""Equity over windows to figures: drawdown, loss quantiles, recovery, what controls saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Stress
from dipmaster.core.time_units import BARS_PER_DAY, DAYS_PER_YEAR
from dipmaster.learning.evaluation.clustered import (
    clopper_pearson,
    describe_missing_blocks,
    floored_variance,
    t_critical,
)
from dipmaster.results.common import Interval
from dipmaster.results.stress import StressMeasures

TAIL = 0.05
_ROUNDING = 1e-12
"""Relative: sums of the same fills in another order differ by less."""


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """One run.

    Attributes
    ----------
    recovery_bars
        From the shock to the first bar after the lowest at which equity is back; 0 where it
        never fell below, -1 where it did not come back.
    daily
        Shape (days,), returns of 24 hours each.
    path
        Equity over that at the shock, minus 1, at `path_bars`.
    """

    drawdown_frac: float
    return_frac: float
    recovery_bars: int
    open_at_shock: int
    traded: bool
    daily: Floats
    path: Floats


@cache
def path_bars(window_bars: int, points: int = 40) -> Ints:
    """Bars after the shock at which paths are kept, the shock's own close before it first."""
    return np.unique(np.linspace(0, window_bars, points + 1).round().astype(np.int64))


def measure_window(equity: Floats, open_at_shock: int, traded: bool) -> WindowFigures:
    """Measure one run.

    Parameters
    ----------
    equity
        Shape (bars + 1,), the first at the close before the shock and above 0.
    """
    growth = equity / equity[0]
    peak = np.maximum.accumulate(growth)
    days = growth[::BARS_PER_DAY]
    return WindowFigures(
        float((1.0 - growth / peak).max()),
        float(growth[-1] - 1.0),
        count_recovery_bars(growth),
        open_at_shock,
        traded,
        days[1:] / days[:-1] - 1.0,
        growth[path_bars(growth.size - 1)] - 1.0,
    )


def count_recovery_bars(growth: Floats) -> int:
    """Bars to the first after the lowest at which growth is 1 again; 0 never below, -1 not back."""
    lowest = int(growth.argmin())
    if growth[lowest] >= 1.0 - _ROUNDING:
        return 0
    back = np.flatnonzero(growth[lowest:] >= 1.0 - _ROUNDING)
    return lowest + int(back[0]) if back.size else -1


def summarize_windows(
    runs: Sequence[WindowFigures], independent: int, stress: Stress
) -> StressMeasures:
    """Summarise the runs of one scenario, phase and start; at least one."""
    drawdown = np.array([one.drawdown_frac for one in runs])
    returns = np.array([one.return_frac for one in runs])
    recovery = np.array([one.recovery_bars for one in runs])
    beyond = int((drawdown >= stress.drawdown_limit_frac).sum())
    share, fell = beyond / len(runs), int((recovery != 0).sum())
    tail = float(np.quantile(returns, TAIL))
    back = recovery[recovery > 0]
    return StressMeasures(
        worst_drawdown_frac=float(drawdown.max()),
        p95_drawdown_frac=float(np.quantile(drawdown, 1.0 - TAIL)),
        median_drawdown_frac=float(np.median(drawdown)),
        beyond=beyond,
        beyond_frac=share,
        beyond_high_frac=clopper_pearson(share, independent, stress.alpha)[1],
        mean_return_frac=float(returns.mean()),
        worst_return_frac=float(returns.min()),
        var_95_frac=-tail,
        es_95_frac=-float(returns[returns <= tail].mean()),
        sharpe=_annual_sharpe(np.concatenate([one.daily for one in runs])),
        fell=fell,
        recovered=int(back.size),
        median_recovery_bars=float(np.median(back)) if back.size else None,
    )


def _annual_sharpe(daily: Floats) -> float | None:
    deviation = float(daily.std(ddof=1)) if daily.size > 1 else 0.0
    if deviation < _ROUNDING:
        return None
    return float(daily.mean() / deviation * np.sqrt(DAYS_PER_YEAR))


def compare_drawdowns(
    with_controls: Sequence[WindowFigures],
    without: Sequence[WindowFigures],
    block: Ints,
    stress: Stress,
) -> Interval:
    """Mean drawdown that controls save, paired by window; windows of a calendar block together.

    Parameters
    ----------
    block
        Calendar block of each window.
    """
    pairs = zip(with_controls, without, strict=True)
    saved = np.array([off.drawdown_frac - on.drawdown_frac for on, off in pairs])
    mean, blocks = float(saved.mean()), int(np.unique(block).size)
    reason = describe_missing_blocks(blocks)
    if reason:
        return Interval(mean, None, None, reason)
    variance, _ = floored_variance((saved - mean) / saved.size, block)
    reach = t_critical(blocks - 1, stress.alpha) * float(np.sqrt(variance))
    return Interval(mean, mean - reach, mean + reach)
