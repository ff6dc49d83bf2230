"""Dynamic targets by class, and how often the trailing stop became active and ended a position."""

from dataclasses import dataclass

from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

KINDS = {
    "strength": "Signal strength",
    "regime": "Volatility regime",
    "momentum": "Market momentum",
}
UNKNOWN = "unknown"  # a class of its own only where there is such an entry
SETS = {"traded": "Phase 2", "all": "Candidates"}
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Class:
    """One class of a multiplier: its share of all candidates and of what was traded."""

    name: str
    multiplier: str
    all_frac: float
    traded_frac: float


def classes(inputs: Inputs) -> dict[str, list[Class]]:
    """The classes of each multiplier by its title, in validate's order."""
    found = inputs.validate["exits"]["targets"]
    return {
        words: [
            _class(every, traded, found)
            for every, traded in zip(found["all"][kind], found["traded"][kind], strict=True)
            if every["n"] or every["class"] != UNKNOWN
        ]
        for kind, words in KINDS.items()
    }


def _class(every: Json, traded: Json, found: Json) -> Class:
    return Class(
        name=str(every["class"]).replace("_", " "),
        multiplier=numbers.ratio(every["multiplier"]),
        all_frac=_share(every["n"], found["all"]["n"]),
        traded_frac=_share(traded["n"], found["traded"]["n"]),
    )


def _share(some: int, whole: int) -> float:
    return some / whole if whole else 0.0


def targets(inputs: Inputs) -> list[Cells]:
    """Set, entries, mean, least and largest target, how many at a bound."""
    found = inputs.validate["exits"]["targets"]
    return [
        (
            words,
            numbers.count(found[name]["n"]),
            *(
                numbers.percent(found[name][key], 3)
                for key in ("mean_frac", "min_frac", "max_frac")
            ),
            numbers.count(found[name]["at_bound"]),
        )
        for name, words in SETS.items()
    ]


def trailing(inputs: Inputs) -> list[Cells]:
    """Set, became active, ended a position, mean distance; entries as for targets."""
    found = inputs.validate["exits"]["trailing"]
    return [_trailed(words, found[name]) for name, words in SETS.items()]


def _trailed(words: str, row: Json) -> Cells:
    return (
        words,
        _of(row["activated"], row["n"]),
        _of(row["stopped"], row["n"]),
        numbers.percent(row["mean_distance_frac"], 2),
    )


def _of(some: int, whole: int) -> str:
    """A count with its share of the whole."""
    share = f" ({numbers.percent(some / whole)})" if whole else ""
    return f"{numbers.count(some)}{share}"
