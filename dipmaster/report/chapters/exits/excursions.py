"""Maximum adverse and favourable excursion (MAE, MFE) of each trade, by exit type."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    BRICK,
    DASHED,
    GREY,
    NAVY,
    STEEL,
    inline_svg,
    new_figure,
    note,
)
from dipmaster.report.kit.exit_types import name_exit_type
from dipmaster.results.evaluation.exits import TradeDot

DOT: dict[str, Any] = {"linestyle": "none", "markersize": 3.6, "markeredgewidth": 0.7}
MARKS: dict[str, dict[str, Any]] = {
    "target": {"marker": "o", "markerfacecolor": NAVY, "markeredgecolor": NAVY},
    "trailing_stop": {"marker": "^", "markerfacecolor": STEEL, "markeredgecolor": NAVY},
    "optimal_timing": {"marker": "D", "markerfacecolor": "white", "markeredgecolor": NAVY},
    "quarter_hour": {"marker": "s", "markerfacecolor": STEEL, "markeredgecolor": GREY},
    "time_limit": {"marker": "s", "markerfacecolor": "white", "markeredgecolor": GREY},
    "stop": {"marker": "x", "markerfacecolor": BRICK, "markeredgecolor": BRICK},
    "end_of_data": {"marker": "+", "markerfacecolor": GREY, "markeredgecolor": GREY},
}


def scatter(trades: Sequence[TradeDot], stop_frac: float, activation_frac: float | None) -> Markup:
    """A mark a trade: maximum adverse against maximum favourable excursion.

    Parameters
    ----------
    trades
        In basis points of the entry's reference price.
    stop_frac, activation_frac
        Drawn as strokes; None where the trailing stop is off.
    """
    figure = new_figure(66)
    axes = figure.subplots()
    names = []
    for kind, style in MARKS.items():
        rows = [row for row in trades if row.exit_type == kind]
        if rows:
            names.append((name_exit_type(kind), numbers.count(len(rows))))
            places = [row.mae_bps for row in rows], [row.mfe_bps for row in rows]
            axes.plot(*places, label=", ".join(names[-1]), **DOT, **style)
    axes.axvline(-10_000 * stop_frac, color=BRICK, linewidth=0.9)
    at = (-10_000 * stop_frac, 1.0)
    note(axes, "stop", at, (2, 2), xycoords=("data", "axes fraction"))
    if activation_frac is not None:
        axes.axhline(10_000 * activation_frac, color=GREY, linewidth=0.9, linestyle=DASHED)
    axes.set_xlabel("maximum adverse excursion, bp")
    axes.set_ylabel("maximum favourable excursion, bp")
    axes.grid()
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7)
    listed = ", ".join(map(" ".join, names))
    return inline_svg(
        figure, f"Maximum adverse and favourable excursion of each trade, by exit type: {listed}."
    )
