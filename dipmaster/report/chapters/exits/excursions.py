"""Maximum adverse and favourable excursion (MAE, MFE) of each trade, by exit type."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import BRICK, GREY, NAVY, STEEL, inline_svg, new_figure
from dipmaster.results.evaluation.exits import TradeDot

MARKS = {
    "target": {"marker": "o", "markerfacecolor": NAVY, "markeredgecolor": NAVY},
    "trailing_stop": {"marker": "^", "markerfacecolor": STEEL, "markeredgecolor": NAVY},
    "optimal_timing": {"marker": "D", "markerfacecolor": "white", "markeredgecolor": NAVY},
    "boundary": {"marker": "s", "markerfacecolor": STEEL, "markeredgecolor": GREY},
    "time_limit": {"marker": "s", "markerfacecolor": "white", "markeredgecolor": GREY},
    "stop": {"marker": "x", "markerfacecolor": BRICK, "markeredgecolor": BRICK},
    "end_of_data": {"marker": "+", "markerfacecolor": GREY, "markeredgecolor": GREY},
}


def scatter(trades: Sequence[TradeDot], stop_frac: float, activation_frac: float | None) -> Markup:
    """A mark a trade: how far price fell below the entry against how far it rose above.

    Parameters
    ----------
    trades
        In basis points of the entry's reference price.
    stop_frac, activation_frac
        Drawn as strokes; None where the trailing stop is off.
    """
    figure = new_figure(66)
    axes = figure.subplots()
    counts = {kind: sum(row.exit_type == kind for row in trades) for kind in MARKS}
    for kind, style in MARKS.items():
        if counts[kind]:
            rows = [row for row in trades if row.exit_type == kind]
            _marks(axes, rows, f"{numbers.spaced(kind)}, {numbers.count(len(rows))}", style)
    axes.axvline(-10_000 * stop_frac, color=BRICK, linewidth=0.9)
    _named(axes, -10_000 * stop_frac, "stop")
    if activation_frac is not None:
        axes.axhline(10_000 * activation_frac, color=GREY, linewidth=0.9, linestyle=(0, (3, 2)))
    axes.set_xlabel("lowest point before the exit, basis points of the entry price")
    axes.set_ylabel("highest point, basis points")
    axes.grid()
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7)
    listed = ", ".join(
        f"{numbers.spaced(kind)} {numbers.count(n)}" for kind, n in counts.items() if n
    )
    return inline_svg(
        figure, f"Lowest against highest point of each trade before its exit, by exit: {listed}."
    )


def _marks(axes: Axes, rows: Sequence[TradeDot], label: str, style: dict[str, str]) -> None:
    axes.plot(
        [row.mae_bps for row in rows],
        [row.mfe_bps for row in rows],
        linestyle="none",
        markersize=3.6,
        markeredgewidth=0.7,
        label=label,
        **style,  # type: ignore[arg-type]
    )


def _named(axes: Axes, place: float, words: str) -> None:
    axes.annotate(
        words,
        (place, 1.0),
        (2, 2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        fontsize=7,
    )
