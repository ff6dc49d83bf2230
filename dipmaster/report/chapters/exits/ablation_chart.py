"""Ablation: what each rule, switched the other way, changes in the mean net of a trade."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.chapters.exits.ablation import Entries, Variant
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import GREY, NAVY, PALE, inline_svg, new_figure, quiet
from dipmaster.report.kit.verdicts import fill


def forest(switched: Sequence[Entries]) -> Markup:
    """A panel a set of entries, a line a rule, each panel on a scale of its own."""
    lines = max(len(entries.variants) for entries in switched)
    figure = new_figure(14 + 5.2 * lines)
    grid = figure.subplots(1, len(switched), sharey=True, squeeze=False)[0]
    for axes, entries in zip(grid, switched, strict=True):
        _panel(axes, entries.title, entries.variants)
    listed = ". ".join(
        f"{entries.title}: " + "; ".join(map(_described, entries.variants)) for entries in switched
    )
    return inline_svg(
        figure, f"Change of the mean net of a trade with one rule switched. {listed}."
    )


def _described(row: Variant) -> str:
    change = row.change
    bounds = numbers.bounds(change, "bps")
    return f"{row.name} {numbers.bps(change.value)} ({bounds}), {row.effect}"


def _panel(axes: Axes, title: str, rows: Sequence[Variant]) -> None:
    axes.set_title(title)
    drawn = [
        value
        for row in rows
        for value in (row.change.value, row.change.low, row.change.high)
        if value is not None
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
    change = row.change
    if change.value is None:
        axes.annotate("–", (0, place), ha="center", va="center")
        return
    if change.low is not None and change.high is not None:
        axes.plot([change.low, change.high], [place, place], color=NAVY, linewidth=1.6)
    axes.plot(
        change.value,
        place,
        marker="o",
        markersize=5.2,
        markerfacecolor=fill(row.effect),
        markeredgecolor=NAVY,
        markeredgewidth=1.1,
        linestyle="none",
        zorder=4,
    )
