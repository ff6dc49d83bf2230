"""Targets of volatility, Sharpe ratio and drawdown to whether they can be met together.

Arithmetic of the roadmap, not of the market: a Gaussian account marked all the time, not
compounded. Losses of real accounts are skewed, so what holds there is worse.
"""

from collections.abc import Mapping

from dipmaster.core.time_units import DAYS_PER_YEAR
from dipmaster.evaluation.statistics.drawdown_law import find_level, probability_below
from dipmaster.results.evaluation.volatility_target import DrawdownArithmetic

MAX_SHARPE = 40.0  # searched up to; far beyond any strategy
MAX_DRAWDOWN = 30.0  # in annual volatilities: none is deeper


def compute_arithmetic(
    target_annual: float,
    sharpe: float,
    limit_frac: float,
    horizon_days: int,
    measured: Mapping[str, float | None],
) -> DrawdownArithmetic:
    """Probability of the drawdown target at the volatility target, and what would make it likely.

    Parameters
    ----------
    sharpe, limit_frac
        Targets of the phase's gates; a Sharpe ratio below 0 counts as 0.
    horizon_days
        Over which drawdown is measured.
    measured
        Phase to the annual volatility of its account.
    """
    years = horizon_days / DAYS_PER_YEAR

    def within_unit(drawdown: float) -> float:
        """In units of annual volatility."""
        return probability_below(drawdown, 1.0, max(sharpe, 0.0), years)

    def unit_quantile(level: float) -> float:
        return find_level(within_unit, 1e-3, MAX_DRAWDOWN, level)

    return DrawdownArithmetic(
        target_annual=target_annual,
        sharpe=sharpe,
        limit_frac=limit_frac,
        horizon_days=horizon_days,
        within_limit_frac=within_unit(limit_frac / target_annual),
        median_frac=target_annual * unit_quantile(0.5),
        q95_frac=target_annual * unit_quantile(0.95),
        volatility_even=limit_frac / unit_quantile(0.5),
        volatility_95=limit_frac / unit_quantile(0.95),
        sharpe_even=find_sharpe(target_annual, limit_frac, years, 0.5),
        sharpe_95=find_sharpe(target_annual, limit_frac, years, 0.95),
        sharpe_searched=MAX_SHARPE,
        measured_volatility=measured,
    )


def find_sharpe(volatility: float, limit_frac: float, years: float, level: float) -> float | None:
    """Sharpe ratio from which the drawdown stays below its limit with that probability."""

    def within(sharpe: float) -> float:
        return probability_below(limit_frac, volatility, sharpe, years)

    if within(MAX_SHARPE) < level:
        return None
    return find_level(within, 0.0, MAX_SHARPE, level)
