"""Events, coins and scores to rows."""

from collections.abc import Collection, Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column
from dipmaster.results.volatility.spillover import CoinSpillover, EpisodeScores, SpilloverEvent

MOST_NAMES = 12  # coins of an event that are listed
CoinRow = tuple[str, CoinSpillover]


def list_coins(event: SpilloverEvent, every: Collection[str]) -> str:
    """The coins of an event, or those that are not in it where these are fewer."""
    missing = sorted(set(every) - set(event.coins))
    if not missing:
        return "all coins"
    if len(missing) < len(event.coins):
        return f"all but {_join(missing)}"
    return _join(event.coins)


def _join(names: Sequence[str]) -> str:
    """Names, not too many."""
    more = len(names) - MOST_NAMES
    joined = ", ".join(names[:MOST_NAMES])
    return f"{joined} and {numbers.count(more)} more" if more > 0 else joined


def name_span(event: SpilloverEvent) -> str:
    """First to last bar; a day that is the same stands once."""
    first, last = numbers.minute(event.first), numbers.minute(event.last)
    return f"{first} to {last[11:] if last[:10] == first[:10] else last}"


def event_columns(every: Collection[str]) -> tuple[Column[SpilloverEvent], ...]:
    """Columns of the table of events of a market of these coins."""
    return (
        Column("First to last bar, closes", name_span, "l n"),
        Column("Coins", lambda row: numbers.count(len(row.coins))),
        Column("Affected coins", lambda row: list_coins(row, every), "l", "50%"),
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
    """What the sentence on the scores does not have."""
    return [
        ("Correlation episodes", numbers.count(scores.episodes)),
        ("Events", numbers.count(scores.events)),
        ("Episodes hit", numbers.count(scores.hits)),
        ("False alarms per week", numbers.ratio(scores.false_alarms_per_week)),
        ("Median delay", numbers.minutes(_minutes(scores.median_delay_bars))),
        ("Counted until after the end", numbers.minutes(_minutes(scores.grace_bars))),
    ]


def _minutes(bars: float | None) -> float | None:
    return None if bars is None else 5.0 * bars
