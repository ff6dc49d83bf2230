"""Volatility aimed at against what comes of it; annual fractions (root of 365)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dipmaster.results.common import SampleInterval

OverlayName = Literal["unit_risk", "clipped", "capped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayFigures:
    """Every coin held all the time with a weight of target over forecast, over the next 2 hours.

    Attributes
    ----------
    name
        unit_risk: that weight; clipped: within the scalar's bounds; capped: at most the
        position cap.
    target, tolerance
        Volatility aimed at, and how far from it counts as met.
    realised
        Root of the mean squared return, with the interval of two one-sided tests; n are days.
    within_tolerance
        met where the whole interval lies within the tolerance, not met where it lies outside.
    bound_frac
        Share of bars with a forecast on which the bound acts; 0 for unit_risk.
    mean_weight_frac
        Over the same bars; None without any.
    """

    name: OverlayName
    target: float
    tolerance: float
    realised: SampleInterval
    within_tolerance: Literal["met", "not met", "inconclusive"]
    bound_frac: float | None
    mean_weight_frac: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawdownArithmetic:
    """Whether the volatility target and the drawdown target can both be met.

    A Gaussian account marked all the time, not compounded, by a formula; no market enters.

    Attributes
    ----------
    target_annual, sharpe, limit_frac, horizon_days
        Targets of the phase, and the length over which drawdown is measured.
    within_limit_frac
        Probability that the drawdown stays below its target.
    median_frac, q95_frac
        Of the drawdown.
    volatility_even, volatility_95
        Volatility at which that probability is one half, and .95, at the same Sharpe ratio.
    sharpe_even, sharpe_95
        Sharpe ratio at which it is, at the volatility aimed at; None beyond `sharpe_searched`.
    measured_volatility
        Phase, as text, to the volatility of its account; None where it never moved.
    """

    target_annual: float
    sharpe: float
    limit_frac: float
    horizon_days: int
    within_limit_frac: float
    median_frac: float
    q95_frac: float
    volatility_even: float
    volatility_95: float
    sharpe_even: float | None
    sharpe_95: float | None
    sharpe_searched: float
    measured_volatility: Mapping[str, float | None]
