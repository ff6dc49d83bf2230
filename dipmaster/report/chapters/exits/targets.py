"""Dynamic targets by class, and how often the trailing stop became active and ended a position."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column
from dipmaster.results.common import BySubset
from dipmaster.results.evaluation.exit_rules import TargetClass, TargetFigures, TrailingFigures

Figures = TypeVar("Figures")
UNKNOWN = "unknown"  # a class of its own only where there is such an entry


@dataclass(frozen=True)
class Class:
    """One class of a multiplier: its share of all candidates and of what was traded."""

    name: str
    multiplier: str
    all_frac: float
    traded_frac: float


def classes(targets: BySubset[TargetFigures]) -> Mapping[str, list[Class]]:
    """The classes of each multiplier by its title."""
    every, traded = targets.all, targets.traded

    def merged(of_all: Sequence[TargetClass], of_traded: Sequence[TargetClass]) -> list[Class]:
        return [
            Class(
                name=numbers.spaced(one.class_),
                multiplier=numbers.ratio(one.multiplier),
                all_frac=one.n / every.n if every.n else 0.0,
                traded_frac=other.n / traded.n if traded.n else 0.0,
            )
            for one, other in zip(of_all, of_traded, strict=True)
            if one.n or one.class_ != UNKNOWN
        ]

    return {
        "Signal strength": merged(every.strength, traded.strength),
        "Volatility regime": merged(every.regime, traded.regime),
        "Market momentum": merged(every.momentum, traded.momentum),
    }


def by_set(parts: BySubset[Figures]) -> list[tuple[str, Figures]]:
    """What was traded, then all."""
    return [("Phase 2", parts.traded), ("All candidates", parts.all)]


TARGETS: tuple[Column[tuple[str, TargetFigures]], ...] = (
    Column("Target", lambda row: row[0], "l"),
    Column("n", lambda row: numbers.count(row[1].n)),
    Column("Mean", lambda row: numbers.percent(row[1].mean_frac, 3)),
    Column("Min", lambda row: numbers.percent(row[1].min_frac, 3)),
    Column("Max", lambda row: numbers.percent(row[1].max_frac, 3)),
    Column("At a limit", lambda row: numbers.count(row[1].at_bound)),
)


def _of(some: int, whole: int) -> str:
    """A count with its share of the whole."""
    share = f" ({numbers.percent(some / whole)})" if whole else ""
    return f"{numbers.count(some)}{share}"


TRAILING: tuple[Column[tuple[str, TrailingFigures]], ...] = (
    Column("Trailing stop", lambda row: row[0], "l"),
    Column("Activated", lambda row: _of(row[1].activated, row[1].n)),
    Column("Closed the position", lambda row: _of(row[1].stopped, row[1].n)),
    Column("Mean distance", lambda row: numbers.percent(row[1].mean_distance_frac, 2)),
)
