"""Exit probability: said against done, where scores lie, what acting would have earned."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    AGREEMENT,
    BRICK,
    DASHED,
    GREY,
    NAVY,
    STEEL,
    count_ticks,
    inline_svg,
    new_figure,
)
from dipmaster.report.kit.interval_plot import Mark, draw_points, draw_reliability, percent_mark
from dipmaster.results import ExitModelResults
from dipmaster.results.exits import ExitBin, ExitHistogram, GainStep, ProbabilityByAge

BAR_MINUTES = 5


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
    _gain(grid[0, 1], models.gain_by_score)
    _histogram(grid[1, 0], models.distribution)
    _by_time(grid[1, 1], models.by_bars_held)
    for axes in grid.ravel()[:3]:
        axes.set_xlim(0, 100)
        axes.set_xlabel("said, per cent")
        for threshold in thresholds:
            axes.axvline(100 * threshold, color=BRICK, linewidth=0.9, zorder=1)
    return inline_svg(figure, _alt(models))


def _reliability(axes: Axes, bins: Sequence[ExitBin]) -> None:
    marks = [percent_mark(row.rate, row.rate_low, row.rate_high) for row in bins]
    draw_reliability(axes, [100 * row.mean_p for row in bins], marks)
    axes.set_title("Said and done")
    axes.set_ylabel("money that said sell, per cent")


def _gain(axes: Axes, steps: Sequence[GainStep]) -> None:
    known = [(100 * step.mean_p, step) for step in steps if step.mean_p is not None]
    marks = [Mark(step.mean_gain_bps, step.gain_low, step.gain_high) for _, step in known]
    axes.axhline(0, color=GREY, linewidth=0.9, linestyle=AGREEMENT)
    draw_points(axes, [place for place, _ in known], marks)
    axes.set_title("What a sale now earns against holding")
    axes.set_ylabel("basis points")
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.grid()


def _histogram(axes: Axes, histogram: ExitHistogram) -> None:
    edges, top = 100 * np.array(histogram.edges), 4 * max(*histogram.counts, 1)
    style: dict[str, Any] = {"facecolor": STEEL, "edgecolor": NAVY, "linewidth": 0.4}
    axes.bar(edges[:-1], histogram.counts, width=np.diff(edges), align="edge", **style)
    axes.set_title("Where scores lie")
    axes.set_yscale("symlog", linthresh=1)
    axes.set_ylim(0, top)
    axes.set_yticks([0, *(10**power for power in range(0, 8, 2) if 10**power <= top)])
    axes.yaxis.set_minor_locator(MaxNLocator(1))
    count_ticks(axes.yaxis)
    axes.set_ylabel("closed bars, logarithmic")


def _by_time(axes: Axes, rows: Sequence[ProbabilityByAge]) -> None:
    minutes = [BAR_MINUTES * (row.bars_held + 1) for row in rows]
    highest = [100 * row.p90 for row in rows]
    axes.plot(minutes, [100 * row.mean_p for row in rows], color=NAVY, label="mean")
    axes.plot(minutes, highest, color=GREY, linestyle=DASHED, label="one in ten lies above")
    axes.set_title("By time held")
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
        for row in models.gain_by_score
        if row.mean_gain_bps is not None and row.mean_p is not None
    )
    highest = numbers.percent(models.distribution.quantiles["max"])
    return (
        f"Exit probability, per cent: {bins}. Gain of a sale at the next open against holding, "
        f"basis points by mean probability: {gains}. Highest probability {highest}."
    )
