"""How much of the best price is kept, and how long positions are held, under both exits."""

from dataclasses import dataclass

from dipmaster.core.params.roadmap import HOLDING_BAND_MINUTES
from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

SETS = {"traded": "Opened by both phases", "all": "Every candidate alone"}
WHEN = {"before": "phase 1’s exits", "after": "phase 2’s exits"}
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """Holding times of one set of entries under one phase's exits."""

    name: str
    short: str
    after: bool
    mean: str
    median: str
    inside: str
    found: Json


def capture_rows(inputs: Inputs) -> list[Cells]:
    """Set, entries, captured before and after, ratio, its interval."""
    found = inputs.validate["exits"]["capture"]
    return [_captured(words, found[name]) for name, words in SETS.items()]


def _captured(words: str, row: Json) -> Cells:
    ratio = row["ratio"]
    return (
        words,
        numbers.count(row["n"]),
        numbers.percent(row["before"]),
        numbers.percent(row["after"]),
        numbers.metric("times", ratio["value"]),
        numbers.interval("times", ratio["low"], ratio["high"]),
    )


def capture_words(inputs: Inputs) -> str:
    """What is captured, and why a ratio of it cannot be formed where it cannot."""
    found = inputs.validate["exits"]["capture"]
    minutes = numbers.minutes(5 * found["horizon_bars"])
    told = "".join(_why(found, words, known) for words, known in _LACKING)
    return (
        f"Capture is the gross result in all over the best price in all within {minutes} of the "
        f"entry, the same for both exits, so that leaving early does not look like catching all. "
        f"The ratio is after over before; the roadmap promises 40 % more, 1.40 times.{told}"
    )


_LACKING = (("Not to be computed", False), ("Not shown", True))


def _why(found: Json, words: str, known: bool) -> str:
    """Reasons of the ratios that have a value, or of those that have none."""
    reasons = [
        f"{entries.lower()}: {found[name]['ratio']['reason']}"
        for name, entries in SETS.items()
        if (found[name]["ratio"]["value"] is not None) == known and found[name]["ratio"]["reason"]
    ]
    return f" {words}: {'; '.join(reasons)}." if reasons else ""


def held(inputs: Inputs) -> list[Held]:
    """What was traded and every candidate, before and after; no row where there is no entry."""
    found = inputs.validate["exits"]["holding"]
    return [
        _held(f"{SETS[name]}, {words}", when, name, found[name][when])
        for name in SETS
        for when, words in WHEN.items()
        if found[name][when]["mean_minutes"]["value"] is not None
    ]


def _held(words: str, when: str, name: str, row: Json) -> Held:
    return Held(
        name=words,
        short=f"{'trades' if name == 'traded' else 'all'}, {when}",
        after=when == "after",
        mean=numbers.estimate(row["mean_minutes"], "minutes"),
        median=numbers.minutes(row["median_minutes"]),
        inside=numbers.estimate(row["in_band_frac"], "percent"),
        found=row,
    )


def holding_words(inputs: Inputs) -> str:
    """Where the mean of the trades lies against the band, as measured."""
    low, high = HOLDING_BAND_MINUTES
    found = inputs.validate["exits"]["holding"]
    said = [
        f"{words} {_means(found[name])}"
        for name, words in (("traded", "entries of both phases are held"), ("all", "candidates"))
        if found[name]["after"]["mean_minutes"]["value"] is not None
    ]
    wanted = f"The roadmap wants positions to be held {low} to {high} minutes on average."
    return f"{wanted} On average {'; '.join(said)}." if said else wanted


def _means(row: Json) -> str:
    before, after = (numbers.estimate(row[when]["mean_minutes"], "minutes") for when in WHEN)
    return f"{before} under phase 1’s exits and {after} under phase 2’s"
