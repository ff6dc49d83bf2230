"""A small forest: what a phase changed, each figure on a scale of its own."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.kit.comparison import Row
from dipmaster.report.kit.drawing import GREY, NAVY, PALE, inline_svg, new_figure, quiet

FILLS = {"BETTER": NAVY, "NOT SHOWN": "#9fb3cc", "WORSE": "white"}
COLUMNS = 4


def forest(rows: Sequence[Row], columns: int = COLUMNS) -> Markup:
    """One panel a figure: dot, interval, and the stroke where nothing has changed."""
    lines = -(-len(rows) // columns)
    figure = new_figure(19.0 * lines)
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for axes, row in zip(panels, rows, strict=False):
        _panel(axes, row)
    for axes in panels[len(rows) :]:
        axes.set_axis_off()
    return inline_svg(
        figure,
        "Paired differences with their intervals: "
        + "; ".join(f"{row.kind.name} {row.change} ({row.bounds}), {row.verdict}" for row in rows),
    )


def _panel(axes: Axes, row: Row) -> None:
    kind, found = row.kind, row.found
    axes.set_title(kind.name)
    axes.set_xlabel(kind.unit)
    axes.set_yticks([])
    axes.set_ylim(-0.6, 0.6)
    quiet(axes)
    drawn = [found[key] for key in ("value", "low", "high") if found[key] is not None]
    scaled = [kind.scale * value for value in drawn]
    low, high = min([*scaled, kind.neutral]), max([*scaled, kind.neutral])
    pad = 0.12 * (high - low) or 1.0
    axes.set_xlim(low - pad, high + pad)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.barh(0, high - low + 2 * pad, left=low - pad, height=0.5, color=PALE, zorder=0)
    axes.plot([kind.neutral] * 2, [-0.5, 0.5], color=GREY, linewidth=1.2, linestyle=(0, (3, 2)))
    if found["value"] is None:
        axes.annotate("–", (0.5, 0.5), xycoords="axes fraction", ha="center", va="center")
        return
    if found["low"] is not None and found["high"] is not None:
        axes.plot(
            [kind.scale * found["low"], kind.scale * found["high"]],
            [0, 0],
            color=NAVY,
            linewidth=1.6,
        )
    axes.plot(
        kind.scale * found["value"],
        0,
        marker="o" if row.verdict in FILLS else "D",
        markersize=5.5,
        markerfacecolor=FILLS.get(row.verdict, "white"),
        markeredgecolor=NAVY,
        markeredgewidth=1.1,
        linestyle="none",
        zorder=4,
    )
