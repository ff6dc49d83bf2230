"""Intraday patterns of volatility, and whether they help to predict the next hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from dipmaster.results.fields import BY_REASON, MEASURED, UNMEASURED
from dipmaster.results.volatility.forecasts import PooledForecastTest, TooFewForecasts

WeekOfHours = tuple[tuple[float | None, ...], ...]
"""Monday to Sunday, 24 hours UTC each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekProfile:
    """Factors on volatility as they stand at the end, from the past; mean square one over a week.

    Attributes
    ----------
    heat_map
        By weekday and hour.
    hours, weekdays
        24 from midnight UTC, and 7 from Monday.
    asia, europe, americas
        Sessions 0-8, 8-16 and 16-24 UTC.
    peak_hours, low_hours
        The three hours of the highest and of the lowest factor, the most extreme first.
    """

    heat_map: WeekOfHours
    hours: tuple[float, ...]
    weekdays: tuple[float, ...]
    asia: float
    europe: float
    americas: float
    peak_hours: tuple[int, ...]
    low_hours: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationShares:
    """Share of the bars out of sample by recommendation; None where there is none."""

    favourable: float | None
    normal: float | None
    cautious: float | None
    unknown: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternSkill:
    """Predictions of the next hour with and without the pattern.

    Attributes
    ----------
    origins
        Predictions with a known outcome.
    qlike
        Mean loss of each prediction: "week" by hour and weekday, "season" by hour and weekend,
        "flat" without a pattern; all three from the same day before.
    median_qlike
        Median over origins, which a few hours of a crash do not decide.
    against_flat, against_season
        Diebold-Mariano tests of "week"; positive where it lost more.
    covered_frac
        Share of outcomes within a factor of the confidence; 0.68 where errors are log-normal.
    """

    origins: int
    qlike: Mapping[str, float]
    median_qlike: Mapping[str, float]
    against_flat: PooledForecastTest
    against_season: PooledForecastTest
    covered_frac: float | None


_Skill = Annotated[
    Annotated[PatternSkill, MEASURED] | Annotated[TooFewForecasts, UNMEASURED], BY_REASON
]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntradayResults:
    """Intraday patterns judged out of sample.

    Attributes
    ----------
    measured_hourly_frac
        Mean realised volatility by weekday and hour, coins pooled, out of sample; None where
        nothing is known.
    pooled
        Losses averaged over the coins known at an origin, then one test.
    """

    profile: WeekProfile
    measured_hourly_frac: WeekOfHours
    recommendations: RecommendationShares
    pooled: _Skill
    by_symbol: Mapping[str, _Skill]
