"""A small forest: what changed, each figure on a scale of its own."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.kit.comparison import Change
from dipmaster.report.kit.drawing import GREY, NAVY, PALE, inline_svg, new_figure, quiet
from dipmaster.report.kit.verdicts import MARKS, fill

COLUMNS = 4


def forest(rows: Sequence[Change], columns: int = COLUMNS) -> Markup:
    """One panel a figure: dot, interval, and the stroke where nothing has changed."""
    lines = -(-len(rows) // columns)
    figure = new_figure(19.0 * lines)
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for axes, row in zip(panels, rows, strict=False):
        _panel(axes, row)
    for axes in panels[len(rows) :]:
        axes.set_axis_off()
    listed = "; ".join(
        f"{row.metric.title} {row.difference} ({row.bounds}), {row.verdict}" for row in rows
    )
    return inline_svg(figure, f"Paired differences with their intervals: {listed}")


def _panel(axes: Axes, row: Change) -> None:
    shown, found = row.shown, row.estimate
    axes.set_title(row.metric.title)
    axes.set_xlabel(shown.axis)
    axes.set_yticks([])
    axes.set_ylim(-0.6, 0.6)
    quiet(axes)
    drawn = [value for value in (found.value, found.low, found.high) if value is not None]
    scaled = [shown.scale * value for value in drawn]
    low, high = min([*scaled, shown.no_change]), max([*scaled, shown.no_change])
    pad = 0.12 * (high - low) or 1.0
    axes.set_xlim(low - pad, high + pad)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.barh(0, high - low + 2 * pad, left=low - pad, height=0.5, color=PALE, zorder=0)
    axes.plot([shown.no_change] * 2, [-0.5, 0.5], color=GREY, linewidth=1.2, linestyle=(0, (3, 2)))
    if found.value is None:
        axes.annotate("–", (0.5, 0.5), xycoords="axes fraction", ha="center", va="center")
        return
    if found.low is not None and found.high is not None:
        axes.plot(
            [shown.scale * found.low, shown.scale * found.high],
            [0, 0],
            color=NAVY,
            linewidth=1.6,
        )
    axes.plot(
        shown.scale * found.value,
        0,
        marker="o" if row.verdict in MARKS else "D",
        markersize=5.5,
        markerfacecolor=fill(row.verdict),
        markeredgecolor=NAVY,
        markeredgewidth=1.1,
        linestyle="none",
        zorder=4,
    )
