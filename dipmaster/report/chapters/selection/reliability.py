"""Reliability: what a score says against how often such candidates won, and where scores lie."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from dipmaster.core.kernels import Floats
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import BRICK, GREY, NAVY, STEEL, inline_svg, new_figure
from dipmaster.report.kit.interval_plot import draw_reliability, percent_mark
from dipmaster.results.confidence.calibration import ScoreBin

BINS = 20


def diagram(
    panels: Sequence[tuple[str, Sequence[ScoreBin], Floats]], thresholds: Sequence[float]
) -> Markup:
    """A panel a score: bins with their intervals above, the histogram of the score below.

    Parameters
    ----------
    panels
        Title, bins, and the scores out of sample, shape (n,).
    thresholds
        Drawn as strokes in the histogram of the first panel.
    """
    figure = new_figure(92)
    grid = figure.subplots(2, len(panels), sharex=True, squeeze=False, height_ratios=[3, 1])
    for column, (title, bins, scores) in enumerate(panels):
        _bins(grid[0, column], title, bins)
        _histogram(grid[1, column], scores, thresholds if column == 0 else ())
    grid[0, 0].set_ylabel("won, per cent")
    grid[1, 0].set_ylabel("candidates")
    return inline_svg(figure, "Reliability. " + " ".join(_described(*panel) for panel in panels))


def small(panels: Sequence[tuple[str, Sequence[ScoreBin]]]) -> Markup:
    """The bins alone, a small panel a regime, all on the same scales."""
    figure = new_figure(50)
    row = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (regime, bins) in zip(row, panels, strict=True):
        n = sum(one.n for one in bins)
        _bins(axes, f"{regime}: {numbers.count(n)} candidates", bins)
        axes.set_xlabel("said, per cent")
    row[0].set_ylabel("won, per cent")
    listed = " ".join(f"{regime}: {_pairs(bins)}." for regime, bins in panels)
    return inline_svg(figure, f"Reliability of the confidence by regime, per cent. {listed}")


def _bins(axes: Axes, title: str, bins: Sequence[ScoreBin]) -> None:
    marks = [percent_mark(one.win_rate, one.win_rate_low, one.win_rate_high) for one in bins]
    draw_reliability(axes, [100 * one.mean_p for one in bins], marks)
    axes.set_title(title)
    if not bins:
        axes.annotate("no score", (0.5, 0.5), xycoords="axes fraction", ha="center", color=GREY)


def _histogram(axes: Axes, scores: Floats, thresholds: Sequence[float]) -> None:
    counts, edges = np.histogram(100 * scores[np.isfinite(scores)], BINS, (0, 100))
    axes.bar(edges[:-1], counts, width=100 / BINS, align="edge", facecolor=STEEL, edgecolor=NAVY,
             linewidth=0.4)  # fmt: skip
    top = max(int(counts.max()), 1)
    for threshold in sorted(set(thresholds)):
        axes.plot([100 * threshold] * 2, [0, 1.15 * top], color=BRICK, linewidth=1.2)
    axes.set_ylim(0, 1.2 * top)
    axes.set_xlabel("said, per cent")


def _described(title: str, bins: Sequence[ScoreBin], scores: Floats) -> str:
    return f"{title}: {_pairs(bins)} (per cent); {np.isfinite(scores).sum()} scores."


def _pairs(bins: Sequence[ScoreBin]) -> str:
    listed = ", ".join(f"said {100 * one.mean_p:.0f} won {100 * one.win_rate:.0f}" for one in bins)
    return listed or "no score"
