"""Leave-one-out: what each rule, switched the other way, changes in the mean net of a trade."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.chapters.exits.effects import Variant
from dipmaster.report.kit.drawing import GREY, NAVY, PALE, inline_svg, new_figure, quiet

FILLS = {"HELPS": NAVY, "NOT SHOWN": "#9fb3cc", "HURTS": "white"}


def forest(panels: Sequence[tuple[str, Sequence[Variant]]]) -> Markup:
    """A panel a set of entries, a line a rule, each panel on a scale of its own."""
    lines = max(len(rows) for _, rows in panels)
    figure = new_figure(14 + 5.2 * lines)
    grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (title, rows) in zip(grid, panels, strict=True):
        _panel(axes, title, rows)
    told = [
        f"{title}: "
        + "; ".join(f"{row.name} {row.change} ({row.bounds}), {row.effect}" for row in rows)
        for title, rows in panels
    ]
    return inline_svg(
        figure, "Change of the mean net of a trade with one rule switched. " + ". ".join(told) + "."
    )


def _panel(axes: Axes, title: str, rows: Sequence[Variant]) -> None:
    axes.set_title(title)
    drawn = [
        row.found[key]
        for row in rows
        for key in ("value", "low", "high")
        if row.found[key] is not None
    ]
    low, high = min([*drawn, 0.0]), max([*drawn, 0.0])
    pad = 0.08 * (high - low) or 1.0
    axes.axvline(0, color=GREY, linewidth=1.1, linestyle=(0, (3, 2)))
    for place, row in enumerate(rows):
        axes.barh(place, high - low + 2 * pad, left=low - pad, height=0.5, color=PALE, zorder=0)
        _draw(axes, place, row)
    axes.set_xlim(low - pad, high + pad)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlabel("bp of mean net, against phase 2 as it is")
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    quiet(axes)


def _draw(axes: Axes, place: int, row: Variant) -> None:
    found = row.found
    if found["value"] is None:
        axes.annotate("–", (0, place), ha="center", va="center")
        return
    if found["low"] is not None and found["high"] is not None:
        axes.plot([found["low"], found["high"]], [place, place], color=NAVY, linewidth=1.6)
    axes.plot(
        found["value"],
        place,
        marker="o",
        markersize=5.2,
        markerfacecolor=FILLS[row.effect],
        markeredgecolor=NAVY,
        markeredgewidth=1.1,
        linestyle="none",
        zorder=4,
    )
