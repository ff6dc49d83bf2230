"""Reliability diagrams: predicted probability against the observed rate, and how often each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.kit.drawing import (
    BRICK,
    GREY,
    NAVY,
    STEEL,
    count_ticks,
    inline_svg,
    new_figure,
)
from dipmaster.report.kit.interval_plot import draw_reliability, percent_mark
from dipmaster.results.confidence.calibration import ScoreBin
from dipmaster.results.exits.probability import ExitBin


@dataclass(frozen=True)
class Point:
    """One bin, in fractions: mean prediction and the observed rate with its bounds."""

    predicted: float
    observed: float
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """One probability.

    Attributes
    ----------
    counts, edges
        Its histogram, with one edge more than counts; empty for the diagram alone.
    thresholds
        Drawn as vertical lines in the histogram.
    observed, counted
        What is observed, and what is counted, in words.
    """

    title: str
    points: Sequence[Point]
    observed: str
    counts: Sequence[int] = ()
    edges: Sequence[float] = ()
    thresholds: Sequence[float] = ()
    counted: str = ""


def score_points(bins: Sequence[ScoreBin]) -> list[Point]:
    """Of the confidence."""
    return [Point(row.mean_p, row.win_rate, row.win_rate_low, row.win_rate_high) for row in bins]


def exit_points(bins: Sequence[ExitBin]) -> list[Point]:
    """Of the exit probability."""
    return [Point(row.mean_p, row.rate, row.rate_low, row.rate_high) for row in bins]


def diagrams(panels: Sequence[Diagram]) -> Markup:
    """A panel a probability, its histogram below where it has one."""
    has_histogram = any(panel.edges for panel in panels)
    figure = new_figure(56 if has_histogram else 46)
    ratios = [3, 1] if has_histogram else [1]
    grid = figure.subplots(len(ratios), len(panels), squeeze=False, height_ratios=ratios)
    for column, panel in enumerate(panels):
        _points(grid[0, column], panel)
        if column == 0 or panel.observed != panels[0].observed:
            grid[0, column].set_ylabel(panel.observed.replace(", ", ",\n"))
        if has_histogram:
            _histogram(grid[1, column], panel)
        grid[-1, column].set_xlabel("predicted, per cent")
    figure.align_ylabels()
    listed = " ".join(f"{panel.title}: {_pairs(panel.points)}." for panel in panels)
    return inline_svg(figure, f"Reliability diagrams, per cent. {listed}")


def _points(axes: Axes, panel: Diagram) -> None:
    marks = [percent_mark(point.observed, point.low, point.high) for point in panel.points]
    draw_reliability(axes, [100 * point.predicted for point in panel.points], marks)
    axes.set_title(panel.title)
    if not panel.points:
        axes.annotate("no score", (0.5, 0.5), xycoords="axes fraction", ha="center", color=GREY)


def _histogram(axes: Axes, panel: Diagram) -> None:
    edges, top = 100 * np.array(panel.edges), max(*panel.counts, 1)
    axes.bar(edges[:-1], panel.counts, width=np.diff(edges), align="edge", facecolor=STEEL,
             edgecolor=NAVY, linewidth=0.4)  # fmt: skip
    for threshold in sorted(set(panel.thresholds)):
        axes.plot([100 * threshold] * 2, [0, 1.15 * top], color=BRICK, linewidth=1.2)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 1.2 * top)
    axes.set_ylabel(panel.counted)
    count_ticks(axes.yaxis)
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))


def _pairs(points: Sequence[Point]) -> str:
    listed = ", ".join(
        f"predicted {100 * point.predicted:.0f} observed {100 * point.observed:.0f}"
        for point in points
    )
    return listed or "no score"
