"""The deepest drawdowns of phases as rows of a table."""

from collections.abc import Mapping
from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column
from dipmaster.results.evaluation.phase import PhaseFigures
from dipmaster.results.evaluation.risk import DrawdownEpisode


@dataclass(frozen=True)
class Ranked:
    """One drawdown of a phase; `rank` 1 is the deepest."""

    phase: int
    rank: int
    episode: DrawdownEpisode


def rank_drawdowns(phases: Mapping[int, PhaseFigures]) -> list[Ranked]:
    """All phases, the deepest first in each."""
    return [
        Ranked(number, rank, episode)
        for number, phase in phases.items()
        for rank, episode in enumerate(phase.drawdown.worst, start=1)
    ]


DRAWDOWNS: tuple[Column[Ranked], ...] = (
    Column("Phase", lambda row: str(row.phase) if row.rank == 1 else "", "l", "8%"),
    Column("Rank", lambda row: str(row.rank), "", "8%"),
    Column("Depth", lambda row: numbers.percent(row.episode.depth_frac, 2), "n", "13%"),
    Column("Peak", lambda row: numbers.minute(row.episode.peak_time), "n", "19%"),
    Column("Trough", lambda row: numbers.minute(row.episode.trough_time), "n", "19%"),
    Column(
        "Recovered",
        lambda row: (
            numbers.minute(row.episode.recovery_time)
            if row.episode.recovery_time
            else "not recovered"
        ),
        "n",
        "19%",
    ),
    Column("Length, days", lambda row: numbers.plain(row.episode.days, 1), "", "14%"),
)
