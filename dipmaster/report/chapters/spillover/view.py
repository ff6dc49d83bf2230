"""The chapter on spillover of volatility between coins."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.spillover import correlation_chart, correlations, tables
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.heat_map import find_limits
from dipmaster.report.kit.table import table
from dipmaster.results.volatility.spillover import EpisodeScores

ONE_BY_ONE = 6  # coins up to which their table has one column of rows


def view(inputs: ReportInputs) -> Context:
    """Scores, largest events, correlations through time, what it does to sizes."""
    results = inputs.volatility.spillover
    grid = correlations.build_grid(results.correlations)
    scores, coins = results.scores, sorted(results.coins.items())
    return {
        "results": results,
        "scores": scores,
        "score_pairs": tables.score_pairs(scores) if isinstance(scores, EpisodeScores) else [],
        "largest": table(tables.event_columns(results.coins), results.largest),
        "grid": grid,
        "limits": find_limits(grid.values) if grid else (0.0, 0.0),
        "chart": correlation_chart.heat_map(grid) if grid else "",
        "coins": table(tables.COINS, coins, "data short halves"),
        "is_long": len(coins) > ONE_BY_ONE,
    }


SPILLOVER = Chapter(
    folder="spillover",
    title="Volatility spillover",
    view=view,
    part="appendix",
)
