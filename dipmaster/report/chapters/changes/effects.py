"""All candidates under the exits of both phases: figures, their change and its verdict."""

from dipmaster.report.kit import numbers
from dipmaster.report.kit.comparison import Change, changes
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
        "win_rate": numbers.estimate(figures.win_rate, "percent"),
        "profit_factor": numbers.estimate(figures.profit_factor, "ratio"),
        "mean_net_bps": numbers.estimate(figures.mean_net_bps, "bps"),
    }


def gross(every: EveryCandidate) -> tuple[str, str]:
    """Mean gross return of a trade under both exits."""
    before, after = every.before.mean_gross_bps, every.after.mean_gross_bps
    return numbers.estimate(before, "bps"), numbers.estimate(after, "bps")
