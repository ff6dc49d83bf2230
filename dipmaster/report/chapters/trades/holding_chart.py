"""Holding periods of every phase against the roadmap's range, a panel a phase."""

from collections.abc import Mapping

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.core.params.roadmap import HOLDING_BAND_MINUTES
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import NAVY, PALE, count_ticks, inline_svg, new_figure
from dipmaster.results.evaluation.breakdowns import HoldingBin, HoldingTime

CROWDED = 5  # panels: the label stands below the one in the middle alone


def draw_holding(phases: Mapping[int, HoldingTime]) -> Markup:
    """Histograms of the time from entry to exit, each phase on a scale of its own."""
    figure = new_figure(40)
    grid = figure.subplots(1, len(phases), squeeze=False)[0]
    for axes, (number, holding) in zip(grid, phases.items(), strict=True):
        _panel(axes, holding)
        axes.set_title(f"Phase {number}")
    grid[0].set_ylabel("trades")
    for axes in grid if len(grid) < CROWDED else [grid[len(grid) // 2]]:
        axes.set_xlabel("minutes from entry to exit")
    low, high = HOLDING_BAND_MINUTES
    listed = "; ".join(
        f"phase {number} median {numbers.minutes(holding.median_minutes)}, "
        f"{numbers.percent(holding.in_band_frac)} within {low} to {high} minutes"
        for number, holding in phases.items()
    )
    return inline_svg(figure, f"Histograms of holding periods: {listed}.")


def _panel(axes: Axes, holding: HoldingTime) -> None:
    bins = holding.histogram
    axes.bar(
        [row.from_minutes for row in bins],
        [row.trades for row in bins],
        width=[row.to_minutes - row.from_minutes for row in bins],
        align="edge",
        color=[NAVY if _is_inside(row) else PALE for row in bins],
        edgecolor=NAVY,
        linewidth=0.6,
    )
    axes.set_ylim(0, 1.08 * max(*(row.trades for row in bins), 1))
    axes.set_xlim(bins[0].from_minutes, bins[-1].to_minutes)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 1.5, 3, 6, 10]))
    count_ticks(axes.yaxis)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))


def _is_inside(row: HoldingBin) -> bool:
    low, high = HOLDING_BAND_MINUTES
    return low <= row.from_minutes and row.to_minutes <= high
