"""Gross to net per trade, a panel a phase."""

from collections.abc import Mapping

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    GREY,
    gain_or_loss,
    inline_svg,
    list_rows,
    new_figure,
    note,
)
from dipmaster.report.kit.gross_to_net import GrossToNet

CROWDED = 5  # panels: the label stands below the one in the middle alone
CostBar = tuple[str, float, float]
"""Name, amount, and where its bar begins."""


def waterfalls(phases: Mapping[int, GrossToNet]) -> Markup:
    """Gross, each cost, net; each phase on a scale of its own."""
    all_steps = {number: _steps(one) for number, one in phases.items()}
    figure = new_figure(14 + 4.2 * max(map(len, all_steps.values())))
    first = next(iter(all_steps))
    grid = figure.subplots(1, len(phases), squeeze=False)[0]
    for axes, (number, steps) in zip(grid, all_steps.items(), strict=True):
        _panel(axes, steps)
        axes.set_title(f"Phase {number}")
        is_named = axes is grid[0] or len(steps) != len(all_steps[first])
        list_rows(axes, [name if is_named else "" for name, _, _ in steps])
    for axes in grid if len(grid) < CROWDED else [grid[len(grid) // 2]]:
        axes.set_xlabel("basis points of the position")
    listed = ". ".join(
        f"Phase {number}: " + ", ".join(f"{name} {numbers.bps(step)}" for name, step, _ in steps)
        for number, steps in all_steps.items()
    )
    return inline_svg(figure, f"Gross to net per trade. {listed}.")


def _steps(one: GrossToNet) -> list[CostBar]:
    steps: list[CostBar] = [("gross", one.gross, 0.0)]
    level = one.gross
    for name, cost in (
        ("fees", one.fees),
        ("half-spread", one.half_spread),
        ("slippage", one.slippage),
        ("funding", one.funding),
    ):
        if cost or name != "funding":
            steps.append((name, -cost, level))
            level -= cost
    return [*steps, ("net", one.net, 0.0)]


def _panel(axes: Axes, steps: list[CostBar]) -> None:
    for place, (_, amount, start) in enumerate(steps):
        axes.barh(place, amount, left=start, height=0.6, **gain_or_loss(amount < 0))
        right = max(start, start + amount)
        note(axes, numbers.bps(amount), (right, place), (3, 0), va="center", fontsize=6.4)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.use_sticky_edges = False
    axes.margins(x=0.3)
    axes.xaxis.set_major_locator(MaxNLocator(4))
