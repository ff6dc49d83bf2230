"""The funnel: how many candidates each step leaves, and how often those win."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from dipmaster.report.chapters.selection.funnel import Step
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import NAVY, PALE, STEEL, inline_svg, new_figure, quiet

FLOOR = 0.6  # where bars of the log axis begin: a single candidate is seen, none is not


def funnel(steps: Sequence[Step]) -> Markup:
    """Bars on a logarithmic axis, precision with its interval beside them."""
    figure = new_figure(12 + 6.2 * len(steps))
    left, right = figure.subplots(1, 2, width_ratios=[3, 2], sharey=True)
    _counts(left, steps)
    _precision(right, steps)
    return inline_svg(
        figure,
        "Candidates left after each step: "
        + "; ".join(
            f"{step.name} {numbers.count(step.row.left)}, of which win "
            f"{numbers.percent(step.row.precision)}"
            for step in steps
        ),
    )


def _counts(axes: Axes, steps: Sequence[Step]) -> None:
    most = max(max(step.row.left for step in steps), 1)
    for place, step in enumerate(steps):
        if step.row.left:
            axes.barh(
                place,
                step.row.left - FLOOR,
                left=FLOOR,
                height=0.62,
                facecolor=NAVY if step.row.on else "white",
                edgecolor=NAVY,
                linewidth=0.7,
            )
        axes.annotate(
            numbers.count(step.row.left),
            (max(step.row.left, FLOOR), place),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
        )
    axes.set_xscale("log")
    axes.set_xlim(FLOOR, 3.5 * most)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: numbers.count(tick)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("candidates left, logarithmic")
    axes.set_yticks(range(len(steps)), [step.name for step in steps])
    axes.set_ylim(len(steps) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    quiet(axes)


def _precision(axes: Axes, steps: Sequence[Step]) -> None:
    base = steps[0].row.precision
    if base is not None:
        axes.axvline(100 * base, color=STEEL, linewidth=1.0, linestyle=(0, (3, 2)))
    for place, step in enumerate(steps):
        axes.barh(place, 100, height=0.34, color=PALE, linewidth=0, zorder=0)
        if step.row.low is not None and step.row.high is not None:
            ends = [100 * step.row.low, 100 * step.row.high]
            axes.plot(ends, [place, place], color=NAVY, linewidth=1.6)
        if step.row.precision is not None:
            axes.plot(100 * step.row.precision, place, marker="o", color=NAVY, linestyle="none")
    axes.set_xlim(0, 100)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlabel("per cent that win; dashed: all")
    axes.tick_params(axis="y", length=0)
    quiet(axes)
