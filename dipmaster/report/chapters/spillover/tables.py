"""Events, coins and scores to rows."""

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column
from dipmaster.results.volatility.spillover import CoinSpillover, EpisodeScores, SpilloverEvent

MOST_NAMES = 12  # coins of an event that are listed
CoinRow = tuple[str, CoinSpillover]


def list_coins(event: SpilloverEvent) -> str:
    """Their names, not too many."""
    names = ", ".join(event.coins[:MOST_NAMES])
    more = len(event.coins) - MOST_NAMES
    return f"{names} and {numbers.count(more)} more" if more > 0 else names


EVENTS: tuple[Column[SpilloverEvent], ...] = (
    Column("First bar, close", lambda row: numbers.minute(row.first), "l n"),
    Column("Last bar, close", lambda row: numbers.minute(row.last), "l n"),
    Column("Coins", lambda row: numbers.count(len(row.coins))),
    Column("Affected coins", list_coins, "l"),
    Column("Intensity", lambda row: numbers.percent(row.intensity, 0), "n"),
    Column("Mean rise", lambda row: numbers.plain(row.rise, 3, signed=True), "n"),
)
COINS: tuple[Column[CoinRow], ...] = (
    Column("Coin", lambda row: row[0], "l"),
    Column("In event", lambda row: numbers.percent(row[1].in_event_frac, 2), "n"),
    Column("Size reduced", lambda row: numbers.percent(row[1].adjusted_frac, 2), "n"),
    Column("Mean factor", lambda row: numbers.show(row[1].mean_factor, "fine"), "n"),
)


def score_pairs(scores: EpisodeScores) -> list[tuple[str, str]]:
    """Names and values."""
    return [
        ("Correlation episodes", numbers.count(scores.episodes)),
        ("Hit rate", numbers.percent(scores.hit_rate)),
        ("Events", numbers.count(scores.events)),
        ("Hit rate at random times, mean", numbers.percent(scores.chance_hit_rate)),
        ("Episodes hit", numbers.count(scores.hits)),
        ("Hit rate at random times, 97.5 % point", numbers.percent(scores.chance_high)),
        ("False alarms per week", numbers.ratio(scores.false_alarms_per_week)),
        ("p of so many hits at random times", numbers.p_value(scores.p_value)),
        ("Median delay", numbers.minutes(_minutes(scores.median_delay_bars))),
        ("Counted until after the end", numbers.minutes(_minutes(scores.grace_bars))),
    ]


def _minutes(bars: float | None) -> float | None:
    return None if bars is None else 5.0 * bars
