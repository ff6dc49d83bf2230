"""Waterfall of the sizes of a few trades: base, factors, caps, what was opened."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.chapters.sizing.waterfall import Explained, SizeStep, build_steps, name_base
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    GREY,
    NAVY,
    STEEL,
    gain_or_loss,
    inline_svg,
    list_rows,
    new_figure,
    note,
)

HEIGHT = 0.62
LEVEL = {"facecolor": STEEL, "edgecolor": NAVY, "linewidth": 0.8}


def panels(chosen: Sequence[Explained]) -> Markup:
    """A panel a trade, each on its own scale."""
    base = name_base([one.trade for one in chosen])
    steps = [build_steps(one.trade, base) for one in chosen]
    figure = new_figure(52)
    grid = figure.subplots(1, max(3, len(chosen)), squeeze=False)[0]
    for axes in grid[len(chosen) :]:
        axes.set_visible(False)
    for place, (axes, one, rows) in enumerate(zip(grid, chosen, steps, strict=False)):
        axes.set_title(f"{one.title}\n{one.time}", fontsize=7.5)
        _draw(axes, rows)
        list_rows(axes, [row.name for row in rows])
        if place:
            axes.set_yticklabels([])
        axes.set_xlabel("per cent of equity")
    listed = " ".join(map(_describe, chosen, steps))
    return inline_svg(figure, f"Position size step by step. {listed}")


def _draw(axes: Axes, rows: Sequence[SizeStep]) -> None:
    largest = max(max(row.before, row.after) for row in rows) or 1.0
    for place, row in enumerate(rows):
        low, high = 100 * min(row.before, row.after), 100 * max(row.before, row.after)
        style = LEVEL if row.is_level else gain_or_loss(row.after < row.before)
        axes.barh(place, high - low, left=low, height=HEIGHT, **style)
        if not row.is_level and high == low:
            axes.plot([low, low], [place - HEIGHT / 2, place + HEIGHT / 2], color=GREY, linewidth=1)
        note(axes, row.text, (high, place), (3, 0), va="center", fontsize=6.6)
    axes.set_xlim(0, 138 * largest)
    axes.xaxis.set_major_locator(MaxNLocator(4))


def _describe(one: Explained, rows: Sequence[SizeStep]) -> str:
    parts = ", ".join(f"{row.name.removeprefix('× ')} {row.text}" for row in rows)
    return f"{numbers.capital(one.picks)} trade, {one.trade.symbol} {one.time}: {parts}."
