"""Forecasts to the volatility that weights made of them would have had.

Every coin is held all the time with a weight of target over forecast, set anew every 2 hours, the
forecast's own horizon. A forecast that is right on average in variance gives the target.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.params import Gates, Sizing
from dipmaster.core.params.roadmap import TARGETING_TOLERANCE
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAYS_PER_YEAR
from dipmaster.evaluation.statistics.bootstrap import resample_sums
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.streams import Stream, build_resampling
from dipmaster.learning.evaluation.clustered import describe_missing_blocks, t_critical
from dipmaster.results.common import SampleInterval
from dipmaster.results.evaluation.volatility_target import OverlayFigures, OverlayName
from dipmaster.sizing import annualise_daily

HORIZON_BARS = 24  # of the forecast
NAMES: tuple[OverlayName, ...] = ("unit_risk", "clipped", "capped")


@dataclass(frozen=True)
class Origins:
    """Forecasts every 2 hours and what the next 2 hours brought.

    Attributes
    ----------
    day
        Shape (origins,), days from the out-of-sample start.
    forecast_annual_frac, realised_daily_variance
        Shape (symbols, origins); NaN where a bar lacks.
    """

    day: Ints
    forecast_annual_frac: Floats
    realised_daily_variance: Floats


def measure_overlay(
    panel: Panel,
    forecast_daily_frac: npt.NDArray[np.float32],
    period: Period,
    sizing: Sizing,
    position_cap_frac: float,
    gates: Gates,
    phase: int,
) -> tuple[OverlayFigures, ...]:
    """Volatility realised by unit-risk weights, by those of the scalar's bounds, and capped ones.

    Parameters
    ----------
    forecast_daily_frac
        Shape (symbols, bars), known at each bar's close.
    position_cap_frac
        Largest weight of one position.
    """
    origins = collect_origins(panel, forecast_daily_frac, period)
    bounds: dict[OverlayName, tuple[float, float]] = {
        "unit_risk": (0.0, np.inf),
        "clipped": (sizing.min_scalar, sizing.max_scalar),
        "capped": (0.0, position_cap_frac),
    }
    late = panel.open_time + BAR_MS >= period.out_of_sample_ms
    every = annualise_daily(forecast_daily_frac[:, late].astype(np.float64))
    wished = sizing.target_annual_frac / every[(every > 0.0)]
    return tuple(
        _figures(name, bounds[name], origins, wished, period, sizing, gates, phase)
        for name in NAMES
    )


def collect_origins(
    panel: Panel, forecast_daily_frac: npt.NDArray[np.float32], period: Period
) -> Origins:
    """Pair forecasts at even UTC hours out of sample with squared returns of the next 24 bars."""
    closed = panel.open_time + BAR_MS
    first = int(np.flatnonzero(closed % (HORIZON_BARS * BAR_MS) == 0)[0])
    count = max(0, (panel.bars - 1 - first) // HORIZON_BARS)
    origin = first + HORIZON_BARS * np.arange(count)
    squares = np.full(panel.close.shape, np.nan)
    squares[:, 1:] = np.diff(np.log(panel.close), axis=1) ** 2
    ahead = squares[:, first + 1 : first + 1 + count * HORIZON_BARS]
    summed = ahead.reshape(len(panel.symbols), count, HORIZON_BARS).sum(axis=2)
    late = closed[origin] >= period.out_of_sample_ms
    annual = annualise_daily(forecast_daily_frac[:, origin[late]].astype(np.float64))
    return Origins(
        period.day_of(closed[origin[late]]),
        np.where(annual > 0.0, annual, np.nan),
        summed[:, late] * (BARS_PER_DAY / HORIZON_BARS),
    )


def _figures(
    name: OverlayName,
    bounds: tuple[float, float],
    origins: Origins,
    wished: Floats,
    period: Period,
    sizing: Sizing,
    gates: Gates,
    phase: int,
) -> OverlayFigures:
    weight = np.clip(sizing.target_annual_frac / origins.forecast_annual_frac, *bounds)
    realised = _realise(weight, origins, period, sizing.equivalence_alpha, gates, phase)
    outside = (wished < bounds[0]) | (wished > bounds[1])
    return OverlayFigures(
        name=name,
        target=sizing.target_annual_frac,
        tolerance=TARGETING_TOLERANCE,
        realised=realised,
        within_tolerance=judge_equivalence(
            realised, sizing.target_annual_frac, TARGETING_TOLERANCE
        ),
        bound_frac=float(outside.mean()) if wished.size else None,
        mean_weight_frac=float(np.clip(wished, *bounds).mean()) if wished.size else None,
    )


def judge_equivalence(
    realised: SampleInterval, target: float, tolerance: float
) -> Literal["met", "not met", "inconclusive"]:
    """Two one-sided tests (Schuirmann 1987): met where the whole interval is near enough."""
    low, high = realised.low, realised.high
    if low is None or high is None:
        return "inconclusive"
    if low >= target - tolerance and high <= target + tolerance:
        return "met"
    if high < target - tolerance or low > target + tolerance:
        return "not met"
    return "inconclusive"


def _realise(
    weight: Floats, origins: Origins, period: Period, alpha: float, gates: Gates, phase: int
) -> SampleInterval:
    """Annual volatility over days, all coins together, with two bounds by the block bootstrap.

    The interval of the mean daily variance is that of resampled days, widened by t / z for few
    blocks as the Sharpe ratio's; the root of its ends is the volatility's.
    """
    variance = weight**2 * origins.realised_daily_variance
    known = ~np.isnan(variance)
    total = np.bincount(origins.day, weights=np.where(known, variance, 0.0).sum(axis=0))
    count = np.bincount(origins.day, weights=known.sum(axis=0))
    days = np.flatnonzero(count > 0)
    if not days.size:
        return SampleInterval(value=None, low=None, high=None, n=0, reason="no forecast")
    daily = total[days] / count[days]
    mean = float(daily.mean())
    blocks = int(np.unique(period.block_of(days)).size)
    missing = describe_missing_blocks(blocks)
    if missing:
        return _interval(mean, None, None, days.size, missing)
    resampling = build_resampling(phase, Stream.OVERLAY, gates)
    sums = resample_sums(
        (daily - mean)[:, None], resampling.reps, resampling.block_days, resampling.key
    )
    wider = t_critical(blocks - 1, alpha) / float(-ndtri(alpha))
    low, high = mean + wider * np.quantile(sums[:, 0] / days.size, [alpha, 1.0 - alpha])
    return _interval(mean, min(float(low), mean), max(float(high), mean), days.size, "")


def _interval(
    mean: float, low: float | None, high: float | None, days: int, reason: str
) -> SampleInterval:
    value, below, above = (
        None if x is None else float(np.sqrt(max(x, 0.0) * DAYS_PER_YEAR))
        for x in (mean, low, high)
    )
    return SampleInterval(value=value, low=below, high=above, n=days, reason=reason)
