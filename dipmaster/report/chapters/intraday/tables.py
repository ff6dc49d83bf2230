"""Sessions, hours, recommendations and forecast skill to rows."""

from collections.abc import Mapping
from dataclasses import dataclass

from dipmaster.core.params.volatility import Intraday
from dipmaster.report.kit import numbers
from dipmaster.results.volatility.forecasts import ForecastTest, TooFewForecasts
from dipmaster.results.volatility.intraday import (
    IntradayResults,
    PatternSkill,
    RecommendationShares,
    WeekProfile,
)

PREDICTIONS = ("week", "season", "flat")
ALL_COINS = "All coins"
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class SkillRow:
    """Skill of one coin, or of all: cells in the order of the table; or why there are none."""

    name: str
    cells: tuple[str, ...]
    reason: str = ""


def is_flat(profile: WeekProfile) -> bool:
    """Whether all hours of the week have one factor: nothing was learnt."""
    return len({cell for day in profile.heat_map for cell in day}) <= 1


def profile_pairs(profile: WeekProfile) -> Pairs:
    """Sessions and extreme hours."""
    return [
        ("Asia, 0 to 8 h", numbers.ratio(profile.asia)),
        ("Three hours of highest volatility", _hours(profile.peak_hours)),
        ("Europe, 8 to 16 h", numbers.ratio(profile.europe)),
        ("Three hours of lowest volatility", _hours(profile.low_hours)),
        ("Americas, 16 to 24 h", numbers.ratio(profile.americas)),
        ("Monday to Friday; Saturday; Sunday", _weekdays(profile.weekdays)),
    ]


def _hours(hours: tuple[int, ...]) -> str:
    return ", ".join(f"{hour}:00" for hour in hours)


def _weekdays(factors: tuple[float, ...]) -> str:
    working = numbers.pair(numbers.ratio(min(factors[:5])), numbers.ratio(max(factors[:5])))
    return "; ".join((working, *map(numbers.ratio, factors[5:])))


def recommendation_pairs(shares: RecommendationShares, params: Intraday) -> Pairs:
    """Share of bars and factor on sizes of each recommendation."""
    factors = params.size_factors
    low, high = params.favourable_below_hourly_frac, params.cautious_above_hourly_frac

    def row(words: str, share: float | None, factor: float) -> tuple[str, str]:
        return words, f"{numbers.percent(share)}; size × {numbers.ratio(factor)}"

    return [
        row(f"Favourable, below {numbers.percent(low)}", shares.favourable, factors.favourable),
        row("Normal", shares.normal, factors.normal),
        row(f"Cautious, above {numbers.percent(high)}", shares.cautious, factors.cautious),
        ("No prediction", numbers.percent(shares.unknown)),
    ]


def skill_rows(results: IntradayResults) -> list[SkillRow]:
    """All coins as one, then a row a coin."""
    coins: Mapping[str, PatternSkill | TooFewForecasts] = results.by_symbol
    return [_row(ALL_COINS, results.pooled), *(_row(*coin) for coin in sorted(coins.items()))]


def _row(name: str, skill: PatternSkill | TooFewForecasts) -> SkillRow:
    if isinstance(skill, TooFewForecasts):
        return SkillRow(name, (), skill.reason)
    qlike = tuple(numbers.show(skill.qlike[key], "fine") for key in PREDICTIONS)
    tests = _verdict(skill.against_flat), _verdict(skill.against_season)
    return SkillRow(name, (*qlike, *tests, numbers.percent(skill.covered_frac)))


def _verdict(test: ForecastTest) -> str:
    if test.dm is None:
        return test.verdict
    return f"{test.verdict} ({numbers.show(test.dm, 'signed')})"
