"""Intraday patterns out of sample: profile, recommendations, and skill against no pattern."""

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.params import Volatility
from dipmaster.core.time_units import BARS_PER_HOUR
from dipmaster.results.volatility import intraday as results
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.intraday.prediction import IntradayPatterns, measure_next_hour
from dipmaster.volatility.intraday.profiles import (
    WEEK_HOURS,
    hour_factors,
    hours_of_week,
    rank_hours,
    session_factors,
    weekday_factors,
)
from dipmaster.volatility.intraday.recommendation import Recommendations
from dipmaster.volatility.intraday.skill import measure_skill
from dipmaster.volatility.season import HOURS, WEEKDAYS

EXTREMES = 3  # peak hours and low hours; roadmap 3.3


def evaluate_intraday(
    symbols: tuple[str, ...],
    returns: Floats,
    exists: Bools,
    season: Floats,
    patterns: IntradayPatterns,
    clock: GridClock,
    first_bar: int,
    params: Volatility,
) -> results.IntradayResults:
    """Evaluate patterns from the start of the out-of-sample period.

    Parameters
    ----------
    exists
        Where a coin has a bar, shape (coins, bars).
    season
        From `season.estimate_profiles`, shape (days, 48).
    """
    pooled, by_symbol = measure_skill(symbols, returns, season, patterns, clock, first_bar, params)
    return results.IntradayResults(
        profile=describe_profile(patterns.profile[-1]),
        measured_hourly_frac=_measure_week(returns, clock, first_bar),
        recommendations=_shares(patterns.recommendation[:, first_bar:][exists[:, first_bar:]]),
        pooled=pooled,
        by_symbol=by_symbol,
    )


def describe_profile(profile: Floats) -> results.WeekProfile:
    """A profile of one day, shape (168,), by hour, weekday and session."""
    peak, low = rank_hours(profile, EXTREMES)
    return results.WeekProfile(
        heat_map=_rows(profile),
        hours=tuple(hour_factors(profile).tolist()),
        weekdays=tuple(weekday_factors(profile).tolist()),
        **session_factors(profile),
        peak_hours=peak,
        low_hours=low,
    )


def _measure_week(returns: Floats, clock: GridClock, first_bar: int) -> results.WeekOfHours:
    """Mean realised volatility of whole clock hours by hour of the week."""
    bars = np.arange(max(first_bar, 1), clock.bars)
    starts = bars[(bars + clock.bars_before_first()) % BARS_PER_HOUR == 0]
    volatility = measure_next_hour(returns)[:, starts - 1]  # of the hour that opens at `starts`
    cell = np.broadcast_to(hours_of_week(clock)[starts], volatility.shape)
    known = np.isfinite(volatility)
    count = np.bincount(cell[known], minlength=WEEK_HOURS)
    total = np.bincount(cell[known], volatility[known], minlength=WEEK_HOURS)
    return _rows(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def _rows(values: Floats) -> results.WeekOfHours:
    by_day = values.reshape(WEEKDAYS, HOURS)
    return tuple(tuple(float(x) if np.isfinite(x) else None for x in row) for row in by_day)


def _shares(recommendation: Recommendations) -> results.RecommendationShares:
    def share(value: int) -> float | None:
        return float((recommendation == value).mean()) if recommendation.size else None

    return results.RecommendationShares(
        favourable=share(0), normal=share(1), cautious=share(2), unknown=share(-1)
    )
