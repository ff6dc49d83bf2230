"""Exit probability: said against done, where scores lie, what acting would have earned."""

import itertools
from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import BRICK, GREY, NAVY, STEEL, inline_svg, new_figure
from dipmaster.results import ExitModelResults
from dipmaster.results.exits import ExitBin, ExitHistogram, GainStep, ProbabilityByAge

BAR_MINUTES = 5
DASHED = (0, (4, 2))


def panels(models: ExitModelResults, thresholds: Sequence[float]) -> Markup:
    """Four panels: reliability over the histogram, gain by tenth, probability by time held.

    Parameters
    ----------
    models
        exits.json.
    thresholds
        Of a partial and of a full exit, drawn as strokes.
    """
    figure = new_figure(98)
    grid = figure.subplots(2, 2, height_ratios=[5, 4])
    _reliability(grid[0, 0], models.reliability)
    _gain(grid[0, 1], models.gain)
    _histogram(grid[1, 0], models.distribution)
    _by_time(grid[1, 1], models.by_bars_held)
    for axes in grid.ravel()[:3]:
        axes.set_xlim(0, 100)
        axes.set_xlabel("said, per cent")
        for threshold in thresholds:
            axes.axvline(100 * threshold, color=BRICK, linewidth=0.9, zorder=1)
    return inline_svg(figure, _alt(models))


def _reliability(axes: Axes, bins: Sequence[ExitBin]) -> None:
    axes.set_title("Said and done")
    axes.plot([0, 100], [0, 100], color=GREY, linewidth=0.9, linestyle=DASHED)
    for row in bins:
        _dot(axes, 100 * row.mean_p, row.rate, row.rate_low, row.rate_high, 100.0)
    axes.set_ylim(0, 100)
    axes.set_ylabel("a sale was best, per cent")
    axes.grid()


def _gain(axes: Axes, steps: Sequence[GainStep]) -> None:
    axes.set_title("What a sale now earns against holding")
    axes.axhline(0, color=GREY, linewidth=0.9, linestyle=DASHED)
    for row in steps:
        if row.mean_gain_bps is None or row.mean_p is None:
            continue
        _dot(axes, 100 * row.mean_p, row.mean_gain_bps, row.gain_low, row.gain_high)
    axes.set_ylabel("basis points")
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.grid()


def _dot(
    axes: Axes, place: float, value: float, low: float | None, high: float | None, scale: float = 1
) -> None:
    if low is not None and high is not None:
        ends = [scale * low, scale * high]
        axes.plot([place, place], ends, color=STEEL, linewidth=1.8, solid_capstyle="butt")
    axes.plot(place, scale * value, marker="o", color=NAVY, markersize=4.2)


def _histogram(axes: Axes, histogram: ExitHistogram) -> None:
    edges = [100 * edge for edge in histogram.edges]
    axes.set_title("Where scores lie")
    axes.bar(
        edges[:-1],
        histogram.counts,
        width=[right - left for left, right in itertools.pairwise(edges)],
        align="edge",
        facecolor=STEEL,
        edgecolor=NAVY,
        linewidth=0.4,
    )
    axes.set_yscale("symlog", linthresh=1)
    axes.set_ylim(0, 4 * max(*histogram.counts, 1))
    ticks = [10**power for power in range(0, 8, 2) if 10**power <= 4 * max(*histogram.counts, 1)]
    axes.set_yticks([0, *ticks])
    axes.yaxis.set_minor_locator(MaxNLocator(1))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda tick, _: numbers.count(tick)))
    axes.set_ylabel("closed bars, logarithmic")


def _by_time(axes: Axes, rows: Sequence[ProbabilityByAge]) -> None:
    minutes = [BAR_MINUTES * (row.bars_held + 1) for row in rows]
    axes.set_title("By time held")
    axes.plot(minutes, [100 * row.mean_p for row in rows], color=NAVY, label="mean")
    axes.plot(
        minutes,
        [100 * row.p90 for row in rows],
        color=GREY,
        linestyle=(0, (3, 2)),
        label="one in ten lies above",
    )
    axes.set_ylim(0, 100)
    axes.set_xlim(0, max(minutes, default=1))
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 1.5, 3, 6, 10]))
    axes.set_xlabel("minutes since the entry")
    axes.set_ylabel("said, per cent")
    axes.legend(loc="upper right", fontsize=7)
    axes.grid(axis="y")


def _alt(models: ExitModelResults) -> str:
    bins = ", ".join(
        f"said {100 * row.mean_p:.0f} came true {100 * row.rate:.0f}" for row in models.reliability
    )
    gains = ", ".join(
        f"{100 * row.mean_p:.0f}: {numbers.plain(row.mean_gain_bps, 1, signed=True)}"
        for row in models.gain
        if row.mean_gain_bps is not None and row.mean_p is not None
    )
    highest = numbers.percent(models.distribution.quantiles["max"])
    return (
        f"Exit probability, per cent: {bins}. Gain of a sale at the next open against holding, "
        f"basis points by mean probability: {gains}. Highest probability {highest}."
    )
