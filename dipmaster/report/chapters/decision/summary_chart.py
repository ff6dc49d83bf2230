"""Page one: whether a win rate can pay for itself, and what is left of a trade."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    BRICK,
    GREY,
    NAVY,
    PALE,
    gain_or_loss,
    inline_svg,
    list_rows,
    new_figure,
)
from dipmaster.results import GateRow
from dipmaster.results.evaluation.phase import PerTradeFigures, PhaseFigures


def draw_summary(figures: PhaseFigures, gates: Mapping[str, GateRow], name: str = "") -> Markup:
    """Two panels side by side.

    Parameters
    ----------
    gates
        Of the phase, by metric.
    name
        Of the phase, where several are built.
    """
    trade = figures.per_trade
    win_rate = gates["win_rate"].value if "win_rate" in gates else None
    figure = new_figure(24 if name else 27)
    left, right = figure.subplots(1, 2)
    _break_even(left, win_rate, trade.break_even_win_rate, figures.random_entry.win_rate.mean)
    _per_trade(right, trade)
    if name:
        left.set_title(f"{name.capitalize()}: does it win often enough?")
        right.set_title(f"{name.capitalize()}: left of a trade")
    return inline_svg(
        figure,
        f"Win rate {numbers.percent(win_rate)}, needed to break even "
        f"{numbers.percent(trade.break_even_win_rate)}. A trade brings "
        f"{numbers.bps(trade.mean_gross_bps)}, costs "
        f"{numbers.bps(trade.mean_cost_bps, signed=False)}, leaves "
        f"{numbers.bps(trade.mean_net_bps)}.",
    )


def _break_even(axes: Axes, won: float | None, needed: float | None, random: float | None) -> None:
    rows: list[tuple[str, float | None, dict[str, Any]]] = [
        ("won", won, {"marker": "o", "markersize": 5, "color": NAVY}),
        ("needed to break even", needed,
         {"marker": "|", "markersize": 9, "markeredgewidth": 2, "color": BRICK}),
        ("random entries", random, {"marker": "s", "markersize": 5, "color": GREY}),
    ]  # fmt: skip
    for place, (_, value, style) in enumerate(rows):
        axes.barh(place, 100, height=0.34, color=PALE, linewidth=0, zorder=0)
        if value is not None:
            axes.plot(100 * value, place, linestyle="none", clip_on=False, **style)
    axes.set_title("Does it win often enough?")
    axes.set_xlim(0, 100)
    axes.set_xlabel("per cent of trades")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    list_rows(axes, [f"{name}  {numbers.percent(value)}" for name, value, _ in rows])


def _per_trade(axes: Axes, trade: PerTradeFigures) -> None:
    cost = None if trade.mean_cost_bps is None else -trade.mean_cost_bps
    rows = [
        ("before costs", trade.mean_gross_bps),
        ("paid in costs", cost),
        ("left", trade.mean_net_bps),
    ]
    for place, (_, value) in enumerate(rows):
        if value is not None:
            axes.barh(place, value, height=0.5, **gain_or_loss(value < 0))
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_title("What is left of a trade?")
    axes.use_sticky_edges = False
    axes.margins(x=0.08)
    axes.set_xlabel("basis points of the position")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    list_rows(axes, [f"{name}  {numbers.bps(value)}" for name, value in rows])
