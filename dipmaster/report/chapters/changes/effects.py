"""All candidates under the exits of both phases: figures, their change and its verdict."""

from collections.abc import Sequence

from dipmaster.report.kit.comparison import PLAIN, Change, changes
from dipmaster.report.kit.table import figure
from dipmaster.results.common import SampleInterval
from dipmaster.results.evaluation.exits import EveryCandidate, StandaloneFigures


def rows(every: EveryCandidate) -> list[Change]:
    """Win rate, profit factor and mean net under both exits, with the paired change."""
    change = every.change
    return changes(
        {
            "win_rate": change.win_rate,
            "profit_factor": change.profit_factor,
            "mean_net_bps": change.mean_net_bps,
        },
        _levels(every.before),
        _levels(every.after),
    )


def _levels(figures: StandaloneFigures) -> dict[str, str]:
    return {
        "win_rate": _level(figures.win_rate, "percent"),
        "profit_factor": _level(figures.profit_factor, "ratio"),
        "mean_net_bps": _level(figures.mean_net_bps, "bps"),
    }


def _level(found: SampleInterval, kind: str) -> str:
    return figure(found.value, found, kind)


def reasons(rows: Sequence[Change]) -> list[str]:
    """Why changes are not settled, each reason once; the plain reason needs no words."""
    return [why for why in dict.fromkeys(row.reason for row in rows) if why not in ("", PLAIN)]


def gross(every: EveryCandidate) -> tuple[str, str]:
    """Mean gross return of a trade under both exits."""
    before, after = every.before.mean_gross_bps, every.after.mean_gross_bps
    return _level(before, "bps"), _level(after, "bps")
