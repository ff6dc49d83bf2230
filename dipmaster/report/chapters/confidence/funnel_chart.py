"""The funnel: which share of the candidates survives each step, and how often those win."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.chapters.confidence.funnel import FilterStep
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    DASHED,
    NAVY,
    STEEL,
    inline_svg,
    list_rows,
    new_figure,
    note,
)
from dipmaster.report.kit.interval_plot import draw_rows, percent_mark


def funnel(steps: Sequence[FilterStep]) -> Markup:
    """Survival by step with its numbers, the win rate with its interval beside it."""
    figure = new_figure(12 + 6.2 * len(steps))
    left, right = figure.subplots(1, 2, width_ratios=[3, 2], sharey=True)
    _survival(left, steps)
    _win_rates(right, steps)
    listed = "; ".join(
        f"{step.name} {_survivors(step)}, win rate {numbers.percent(step.row.precision)}"
        for step in steps
    )
    return inline_svg(figure, f"Candidates remaining after each step: {listed}")


def _survivors(step: FilterStep) -> str:
    return f"{numbers.count(step.row.left)} of {numbers.count(step.before)}"


def _survival(axes: Axes, steps: Sequence[FilterStep]) -> None:
    style: dict[str, Any] = {"height": 0.62, "edgecolor": NAVY, "linewidth": 0.7}
    for place, step in enumerate(steps):
        percent = 100.0 * (step.survival_frac or 0.0)
        if percent:
            axes.barh(place, percent, facecolor=NAVY if step.row.on else "white", **style)
        words = f"{_survivors(step)} ({numbers.percent(step.survival_frac)})"
        note(axes, words, (percent, place), (4, 0), va="center", fontsize=7)
    axes.set_xlim(0, 150)
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel("share passing the step, per cent")
    list_rows(axes, [step.name for step in steps])


def _win_rates(axes: Axes, steps: Sequence[FilterStep]) -> None:
    rows = [step.row for step in steps]
    if rows[0].precision is not None:
        axes.axvline(100 * rows[0].precision, color=STEEL, linewidth=1.0, linestyle=DASHED)
    draw_rows(axes, [percent_mark(row.precision, row.low, row.high) for row in rows], (0, 100))
    axes.set_xlabel("win rate, per cent; dashed: all candidates")
    axes.xaxis.set_major_locator(MaxNLocator(5))
