"""Targets of volatility, Sharpe ratio and drawdown to whether they can be met together.

Arithmetic of the roadmap, not of the market: independent Gaussian days of an account that is not
compounded. Losses of real accounts are skewed, so what holds there is worse.
"""

from collections.abc import Callable, Mapping

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params import Gates
from dipmaster.core.time_units import DAYS_PER_YEAR
from dipmaster.evaluation.statistics.streams import Stream, build_generator
from dipmaster.results.evaluation.volatility_target import DrawdownArithmetic

MAX_SHARPE = 40.0  # searched up to; far beyond any strategy
STEPS = 14  # of the bisection: to a few thousandths


def compute_arithmetic(
    target_annual: float,
    sharpe: float,
    limit_frac: float,
    measured: Mapping[str, float | None],
    paths: int,
    gates: Gates,
    phase: int,
) -> DrawdownArithmetic:
    """Probability of the drawdown target at the volatility target, and what would make it likely.

    Parameters
    ----------
    sharpe, limit_frac
        Targets of the phase's gates.
    measured
        Phase to the annual volatility of its account.
    """
    horizon = gates.drawdown_horizon_days
    draws = build_generator(phase, Stream.ARITHMETIC, gates).standard_normal((paths, horizon))
    walk = np.cumsum(draws, axis=1) / np.sqrt(DAYS_PER_YEAR)

    def unit_drawdowns(of_sharpe: float) -> Floats:
        return compute_unit_drawdowns(walk, of_sharpe)

    unit = unit_drawdowns(sharpe)
    return DrawdownArithmetic(
        target_annual=target_annual,
        sharpe=sharpe,
        limit_frac=limit_frac,
        horizon_days=horizon,
        paths=paths,
        within_limit_frac=_within(unit, target_annual, limit_frac),
        mean_frac=target_annual * float(unit.mean()),
        q95_frac=target_annual * float(np.quantile(unit, 0.95)),
        volatility_even=limit_frac / float(np.quantile(unit, 0.5)),
        volatility_95=limit_frac / float(np.quantile(unit, 0.95)),
        sharpe_even=find_sharpe(unit_drawdowns, target_annual, limit_frac, 0.5),
        sharpe_95=find_sharpe(unit_drawdowns, target_annual, limit_frac, 0.95),
        sharpe_searched=MAX_SHARPE,
        measured_volatility=measured,
    )


def compute_unit_drawdowns(walk: Floats, sharpe: float) -> Floats:
    """Largest fall of each path in units of annual volatility, shape (paths,).

    Parameters
    ----------
    walk
        Shape (paths, days), driftless, of annual volatility 1; the start counts as a peak.
    """
    path = walk + sharpe / DAYS_PER_YEAR * np.arange(1, walk.shape[1] + 1)
    peak = np.maximum(np.maximum.accumulate(path, axis=1), 0.0)
    return np.asarray((peak - path).max(axis=1), dtype=np.float64)


def _within(unit: Floats, volatility: float, limit_frac: float) -> float:
    return float(np.mean(volatility * unit < limit_frac))


def find_sharpe(
    unit_drawdowns: Callable[[float], Floats], volatility: float, limit_frac: float, level: float
) -> float | None:
    """Sharpe ratio from which the drawdown stays below its limit with that probability."""
    low, high = 0.0, MAX_SHARPE
    if _within(unit_drawdowns(high), volatility, limit_frac) < level:
        return None
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        if _within(unit_drawdowns(middle), volatility, limit_frac) < level:
            low = middle
        else:
            high = middle
    return high
