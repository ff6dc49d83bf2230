"""MFE capture ratio and holding periods under the exits of both phases."""

from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column
from dipmaster.results.evaluation.exits import (
    CaptureFigures,
    HoldingBySubset,
    HoldingFigures,
    ProfitCapture,
)

TRADED, ALL = "Traded by both phases", "All candidates"
BEFORE, AFTER = "exits of phase 1", "exits of phase 2"
Captured = tuple[str, CaptureFigures]

CAPTURE: tuple[Column[Captured], ...] = (
    Column("Entries", lambda row: row[0], "l"),
    Column("n", lambda row: numbers.count(row[1].n)),
    Column("Exits of phase 1", lambda row: numbers.percent(row[1].before)),
    Column("Exits of phase 2", lambda row: numbers.percent(row[1].after)),
    Column("Ratio", lambda row: numbers.show(row[1].ratio.value, "times")),
    Column("Interval", lambda row: numbers.bounds(row[1].ratio, "times")),
)


def captured(capture: ProfitCapture) -> list[Captured]:
    """By set of entries."""
    return [(TRADED, capture.traded), (ALL, capture.all)]


def reasons(capture: ProfitCapture, *, is_known: bool) -> list[str]:
    """Reasons of the ratios that have a value, or of those that have none."""
    return [
        f"{entries.lower()}: {row.ratio.reason}"
        for entries, row in captured(capture)
        if (row.ratio.value is not None) == is_known and row.ratio.reason
    ]


@dataclass(frozen=True)
class Held:
    """Holding times of one set of entries under one phase's exits."""

    entries: str
    is_after: bool
    figures: HoldingFigures

    @property
    def name(self) -> str:
        """In print."""
        return f"{self.entries}, {AFTER if self.is_after else BEFORE}"

    @property
    def mean(self) -> str:
        """Mean with its bounds."""
        return numbers.estimate(self.figures.mean_minutes, "minutes")

    @property
    def median(self) -> str:
        """In print."""
        return numbers.minutes(self.figures.median_minutes)


def held(holding: HoldingBySubset) -> list[Held]:
    """Trades and all candidates, before and after; no row where there is no entry."""
    rows = [
        Held(entries, is_after, figures)
        for entries, change in ((TRADED, holding.traded), (ALL, holding.all))
        for is_after, figures in ((False, change.before), (True, change.after))
    ]
    return [row for row in rows if row.figures.mean_minutes.value is not None]


def holding_columns(band: tuple[int, int]) -> tuple[Column[Held], ...]:
    """Columns of the table of holding times."""
    return (
        Column("Entries, simulated individually", lambda row: row.name, "l"),
        Column("Mean", lambda row: row.mean),
        Column("Median", lambda row: row.median),
        Column(
            f"{band[0]} to {band[1]} minutes",
            lambda row: numbers.estimate(row.figures.in_band_frac, "percent"),
        ),
    )
