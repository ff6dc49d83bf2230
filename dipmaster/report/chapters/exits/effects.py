"""What the exits of phase 2 do to every candidate: changes of the figures, with their verdicts."""

from collections.abc import Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.comparison import Change, changes
from dipmaster.results.evaluation.exits import EveryCandidate, StandaloneFigures

VERDICTS = ("better", "worse", "inconclusive")


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
        "win_rate": numbers.estimate(figures.win_rate, "percent"),
        "profit_factor": numbers.estimate(figures.profit_factor, "ratio"),
        "mean_net_bps": numbers.estimate(figures.mean_net_bps, "bps"),
    }


def names_by_verdict(changed: Sequence[Change]) -> dict[str, list[str]]:
    """Verdict to the figures that have it; no verdict that none has."""
    names = {
        verdict: [row.name for row in changed if row.verdict == verdict] for verdict in VERDICTS
    }
    return {verdict: listed for verdict, listed in names.items() if listed}


def gross(every: EveryCandidate) -> tuple[str, str]:
    """Mean gross of a trade under both exits: what price gave before costs."""
    before, after = every.before.mean_gross_bps, every.after.mean_gross_bps
    return numbers.estimate(before, "bps"), numbers.estimate(after, "bps")
