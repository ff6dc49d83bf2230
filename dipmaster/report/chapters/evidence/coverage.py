"""Channels and analysers: what was there, how late and how old, what was absent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.report.kit.evidence_names import name_analyzer, name_channel
from dipmaster.report.kit.table import Column, Table, table
from dipmaster.results.altdata import AlternativeDataResults, AnalyzerCoverage, ChannelCoverage

FEW_CHANNELS = 30  # up to so many the table stays on one page
CLEANING_SHOWN = 20  # rows of the table of cleaning
AnalyzerRow = tuple[str, AnalyzerCoverage]

CHANNELS: Sequence[Column[ChannelCoverage]] = (
    Column("Channel", lambda one: name_channel(one.channel), "l"),
    Column("Unit", lambda one: one.unit, "l"),
    Column("Coins", lambda one: numbers.count(one.symbols)),
    Column("First value", lambda one: _day(one.first_event), "n"),
    Column("Longest gap, h", lambda one: numbers.plain(one.longest_gap_hours, 1), "n"),
    Column("Lag, set", lambda one: _span(one.publication_lag_minutes), "n"),
    Column("Lag, median", lambda one: _span(one.median_lag_minutes), "n"),
    Column("Staleness limit", lambda one: _span(one.staleness_minutes), "n"),
    Column("Age, median", lambda one: _span(one.median_age_minutes), "n"),
    Column("Stale", lambda one: _stale(one), "n"),
    Column("Coverage", lambda one: numbers.percent(one.coverage_frac), "n"),
)
ANALYZERS: Sequence[Column[AnalyzerRow]] = (
    Column("Analyser", lambda row: numbers.capital(name_analyzer(row[0])), "l"),
    Column("Status", lambda row: row[1].status, "l"),
    Column("Candidates with a score", lambda row: _with_data(row[1]), "n"),
    Column("Mean weight present", lambda row: numbers.percent(row[1].mean_coverage_frac), "n"),
    Column("Mean width of the bounds", lambda row: numbers.ratio(row[1].mean_width), "n"),
    Column("Components (coverage)", lambda row: _components(row[1]), "l", "42%"),
)


def _day(stamp: str | None) -> str:
    return stamp[:10] if stamp else numbers.MISSING


def _span(minutes: float | None) -> str:
    """Minutes, from two hours on hours."""
    if minutes is None or minutes < 120:
        return numbers.minutes(minutes)
    hours = minutes / 60
    return numbers.plain(hours, 0 if float(hours).is_integer() else 1) + numbers.NBSP + "h"


def _stale(one: ChannelCoverage) -> str:
    """Share of candidates at which the newest value was too old."""
    of = one.candidates
    return numbers.percent((one.published - one.fresh) / of) if of else numbers.MISSING


def _with_data(one: AnalyzerCoverage) -> str:
    return numbers.share(one.with_data, one.candidates)


def _components(one: AnalyzerCoverage) -> str:
    present = [
        f"{numbers.spaced(name)} ({numbers.percent(share, 0)})"
        for name, share in one.components.items()
        if share
    ]
    return ", ".join(present) or "none"


def tabulate_channels(channels: Sequence[ChannelCoverage]) -> Table:
    """A line a channel, in the order of the source; a long table goes on over pages."""
    css = "data short switched" if len(channels) <= FEW_CHANNELS else "data switched"
    return table(CHANNELS, channels, css)


def list_absent(analyzers: Mapping[str, AnalyzerCoverage]) -> list[tuple[str, str]]:
    """Analysers with the components that no candidate has."""
    absent = (
        (name, [part for part, share in one.components.items() if not share])
        for name, one in analyzers.items()
    )
    return [
        (name_analyzer(name), ", ".join(map(numbers.spaced, parts)))
        for name, parts in absent
        if parts
    ]


@dataclass(frozen=True)
class CleanedFile:
    """Rows of one file left out or put in order, for one reason."""

    file: str
    reason: str
    rows: int


CLEANED: Sequence[Column[CleanedFile]] = (
    Column("File", lambda one: one.file, "l any", "60%"),
    Column("Reason", lambda one: one.reason, "l"),
    Column("Rows", lambda one: numbers.count(one.rows), "n"),
)


def list_cleaned(data: AlternativeDataResults) -> list[CleanedFile]:
    """A row a file and reason, in the order of the files."""
    return [
        CleanedFile(file, reason, rows)
        for file, reasons in sorted(data.cleaning.items())
        for reason, rows in reasons.items()
        if rows
    ]
