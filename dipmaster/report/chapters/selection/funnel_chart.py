"""The funnel: how many candidates each step leaves, and how often those win."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from dipmaster.report.chapters.selection.funnel import Step
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    DASHED,
    NAVY,
    STEEL,
    count_ticks,
    inline_svg,
    list_rows,
    new_figure,
    note,
)
from dipmaster.report.kit.interval_plot import draw_rows, percent_mark

FLOOR = 0.6  # where bars of the log axis begin: a single candidate is seen, none is not


def funnel(steps: Sequence[Step]) -> Markup:
    """Bars on a logarithmic axis, precision with its interval beside them."""
    figure = new_figure(12 + 6.2 * len(steps))
    left, right = figure.subplots(1, 2, width_ratios=[3, 2], sharey=True)
    _counts(left, steps)
    _precision(right, steps)
    listed = "; ".join(
        f"{step.name} {numbers.count(step.row.left)}, of which win "
        f"{numbers.percent(step.row.precision)}"
        for step in steps
    )
    return inline_svg(figure, f"Candidates left after each step: {listed}")


def _counts(axes: Axes, steps: Sequence[Step]) -> None:
    style: dict[str, Any] = {"height": 0.62, "edgecolor": NAVY, "linewidth": 0.7}
    for place, row in enumerate(step.row for step in steps):
        if row.left:
            face = NAVY if row.on else "white"
            axes.barh(place, row.left - FLOOR, left=FLOOR, facecolor=face, **style)
        at = (max(row.left, FLOOR), place)
        note(axes, numbers.count(row.left), at, (4, 0), va="center", fontsize=7.5)
    axes.set_xscale("log")
    axes.set_xlim(FLOOR, 3.5 * max(*(step.row.left for step in steps), 1))
    count_ticks(axes.xaxis)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("candidates left, logarithmic")
    list_rows(axes, [step.name for step in steps])


def _precision(axes: Axes, steps: Sequence[Step]) -> None:
    base = steps[0].row.precision
    if base is not None:
        axes.axvline(100 * base, color=STEEL, linewidth=1.0, linestyle=DASHED)
    rows = [step.row for step in steps]
    draw_rows(axes, [percent_mark(row.precision, row.low, row.high) for row in rows], (0, 100))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlabel("per cent that win; dashed: all")
