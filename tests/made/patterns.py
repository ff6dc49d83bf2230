"""Made results on volatility between coins and by hour: spillover and intraday patterns."""

import math
from itertools import combinations

from dipmaster.results.volatility.forecasts import (
    DieboldMarianoVerdict,
    PooledForecastTest,
    TooFewForecasts,
)
from dipmaster.results.volatility.intraday import (
    IntradayResults,
    PatternSkill,
    RecommendationShares,
    WeekOfHours,
    WeekProfile,
)
from dipmaster.results.volatility.spillover import (
    CoinSpillover,
    EpisodeScores,
    EpisodesNotJudged,
    MonthlyCorrelations,
    SpilloverEvent,
    SpilloverResults,
)
from tests.made.common import COINS

NO_TRUTH = "correlation episodes are known in a simulated market only"
MONTHS = tuple(f"{2023 + k // 12}-{k % 12 + 1:02d}-01" for k in range(24))


def spillover(coins: tuple[str, ...] = COINS, known: bool = True) -> SpilloverResults:
    """Events of three coins; `known`: whether correlation episodes are."""
    scores = EpisodeScores(
        episodes=81,
        events=70,
        hits=3,
        hit_rate=3 / 81,
        false_alarms_per_week=0.853,
        median_delay_bars=45.0,
        grace_bars=24,
        chance_hit_rate=0.0385,
        chance_high=0.0864,
        p_value=0.617,
    )
    return SpilloverResults(
        window_bars=2016,
        events=70,
        events_per_week=0.89,
        largest=tuple(event(coins if k else coins[:1], k) for k in range(10)),
        coins={
            coin: CoinSpillover(in_event_frac=0.004, adjusted_frac=0.021, mean_factor=0.9961)
            for coin in coins
        },
        scores=scores if known else EpisodesNotJudged(reason=NO_TRUTH),
        correlations=correlations(coins),
    )


def event(coins: tuple[str, ...], k: int) -> SpilloverEvent:
    return SpilloverEvent(
        first=f"2024-{k + 1:02d}-13T12:15:00Z",
        last=f"2024-{k + 1:02d}-13T12:40:00Z",
        coins=coins,
        intensity=1.0,
        rise=0.31 - 0.01 * k,
    )


def correlations(coins: tuple[str, ...]) -> MonthlyCorrelations:
    """The first month of each pair is not known."""
    pairs = tuple(combinations(coins, 2))
    means = tuple(
        (None, *(0.3 + 0.2 * math.sin(month / 4 + pair) for month in range(1, len(MONTHS))))
        for pair in range(len(pairs))
    )
    return MonthlyCorrelations(months=MONTHS, pairs=pairs, means=means)


def no_spillover(coins: tuple[str, ...] = COINS) -> SpilloverResults:
    """Too few bars for a correlation, or one coin."""
    nothing = CoinSpillover(in_event_frac=None, adjusted_frac=None, mean_factor=None)
    return SpilloverResults(
        window_bars=2016,
        events=0,
        events_per_week=None,
        largest=(),
        coins=dict.fromkeys(coins, nothing),
        scores=EpisodesNotJudged(reason="no correlation is known"),
        correlations=MonthlyCorrelations(months=(), pairs=(), means=()),
    )


def week(level: float) -> WeekOfHours:
    """High in the afternoon, low at weekends."""
    return tuple(
        tuple(
            level * (1 + 0.4 * math.sin((hour - 8) / 24 * 2 * math.pi)) * (0.8 if day > 4 else 1.05)
            for hour in range(24)
        )
        for day in range(7)
    )


def intraday(coins: tuple[str, ...] = COINS) -> IntradayResults:
    """The week predicts better than no pattern and no better than the season alone."""
    pooled = skill(0.3531)
    return IntradayResults(
        profile=WeekProfile(
            heat_map=week(1.0),
            hours=week(1.0)[0],
            weekdays=(1.03, 1.05, 1.05, 1.04, 1.02, 0.82, 0.8),
            asia=0.91,
            europe=1.16,
            americas=0.9,
            peak_hours=(14, 13, 15),
            low_hours=(2, 3, 1),
        ),
        measured_hourly_frac=week(0.0081),
        recommendations=RecommendationShares(
            favourable=0.214, normal=0.748, cautious=0.038, unknown=0.0
        ),
        pooled=pooled,
        by_symbol=dict.fromkeys(coins, skill(0.3702)),
    )


def skill(qlike: float) -> PatternSkill:
    return PatternSkill(
        origins=13198,
        qlike={"week": qlike, "season": qlike - 0.0004, "flat": qlike + 0.06},
        median_qlike={"week": 0.512, "season": 0.51, "flat": 0.541},
        against_flat=tested(-18.2, 5e-74, "better", -0.06),
        against_season=tested(0.9, 0.37, "inconclusive", 0.0004),
        covered_frac=0.671,
    )


def tested(
    dm: float, p: float, verdict: DieboldMarianoVerdict, difference: float
) -> PooledForecastTest:
    return PooledForecastTest(dm=dm, p=p, verdict=verdict, difference=difference)


def flat_week(reason: str, coins: tuple[str, ...] = COINS) -> IntradayResults:
    """Too few days: every factor is 1 and nothing is judged."""
    few = TooFewForecasts(origins=12, reason=reason)
    ones = (1.0,) * 24
    return IntradayResults(
        profile=WeekProfile(
            heat_map=(ones,) * 7,
            hours=ones,
            weekdays=(1.0,) * 7,
            asia=1.0,
            europe=1.0,
            americas=1.0,
            peak_hours=(0, 1, 2),
            low_hours=(0, 1, 2),
        ),
        measured_hourly_frac=((None,) * 24,) * 7,
        recommendations=RecommendationShares(
            favourable=None, normal=None, cautious=None, unknown=None
        ),
        pooled=few,
        by_symbol=dict.fromkeys(coins, few),
    )
