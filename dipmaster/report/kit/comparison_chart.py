"""A small forest: what changed, each figure on a scale of its own."""

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.kit.comparison import Change
from dipmaster.report.kit.drawing import inline_svg, new_figure
from dipmaster.report.kit.interval_plot import draw_rows, limits_around, mark_of
from dipmaster.report.kit.verdicts import MARKS, fill

COLUMNS = 4


def forest(rows: Sequence[Change], columns: int = COLUMNS) -> Markup:
    """One panel a figure: dot, interval, and the stroke of no change."""
    lines = -(-len(rows) // columns)
    figure = new_figure(19.0 * lines)
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for axes, row in zip(panels, rows, strict=False):
        _panel(axes, row)
    for axes in panels[len(rows) :]:
        axes.remove()
    listed = "; ".join(
        f"{row.metric.title} {row.difference} ({row.bounds}), {row.verdict}" for row in rows
    )
    return inline_svg(figure, f"Paired differences with their intervals: {listed}")


def _panel(axes: Axes, row: Change) -> None:
    shown = row.shown
    mark = mark_of(row.estimate, shown.scale, fill(row.verdict))
    mark = replace(mark, is_judged=row.verdict in MARKS)
    axes.set_title(row.metric.title)
    axes.set_xlabel(shown.axis)
    neutral = shown.no_change
    limits = limits_around([mark], neutral, 0.12)
    draw_rows(axes, [mark], limits, labels=[""], neutral=neutral)
    axes.xaxis.set_major_locator(MaxNLocator(4))
