"""Holding times under the exits of two phases against the roadmap's band."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.core.params.roadmap import HOLDING_BAND_MINUTES
from dipmaster.report.chapters.exits.mfe_capture import Held
from dipmaster.report.kit.drawing import DASHED, GREY, NAVY, PALE, STEEL, inline_svg, new_figure
from dipmaster.report.kit.interval_plot import draw_rows, mark_of
from dipmaster.results.evaluation.breakdowns import HoldingBin


def compared(
    before: Sequence[HoldingBin],
    after: Sequence[HoldingBin],
    names: tuple[str, str],
    rows: Sequence[Held],
) -> Markup:
    """Left: shares of trades by time held in both phases. Right: means with their intervals.

    Without a trade there is no left side.

    Parameters
    ----------
    before, after
        Histograms of both phases, empty where none traded.
    names
        Of the two phases, for the legend.
    rows
        One a line of the right panel.
    """
    figure = new_figure(44 if before or after else 34)
    if before or after:
        left, right = figure.subplots(1, 2, width_ratios=[5, 4])
        _histograms(left, before, after, names)
        left.axvspan(*HOLDING_BAND_MINUTES, facecolor=PALE, linewidth=0, zorder=0)
    else:
        right = figure.subplots()
    _means(right, rows)
    right.axvspan(*HOLDING_BAND_MINUTES, facecolor=PALE, linewidth=0, zorder=0)
    low, high = HOLDING_BAND_MINUTES
    listed = "; ".join(f"{row.name}: mean {row.mean}, median {row.median}" for row in rows)
    return inline_svg(figure, f"Holding times against {low} to {high} minutes. {listed}.")


def _histograms(
    axes: Axes, before: Sequence[HoldingBin], after: Sequence[HoldingBin], names: tuple[str, str]
) -> None:
    low, high = HOLDING_BAND_MINUTES
    axes.set_title("What was traded")
    for bins, name, dashed in ((after, names[1], False), (before, names[0], True)):
        if bins:
            _outline(axes, bins, name, dashed=dashed)
    axes.set_xlim(0, max((row.to_minutes for row in [*before, *after]), default=high))
    axes.set_ylim(0, 1.15 * axes.get_ylim()[1])
    axes.set_xlabel(f"minutes from entry to exit; shaded: {low} to {high}")
    axes.set_ylabel("per cent of trades")
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 1.5, 3, 6, 10]))
    axes.legend(loc="upper center", fontsize=7, ncols=2)


def _outline(axes: Axes, bins: Sequence[HoldingBin], name: str, *, dashed: bool) -> None:
    """Steps of one phase: the later one filled, the earlier one a dashed line over it."""
    whole = sum(row.trades for row in bins) or 1
    edges = [bins[0].from_minutes, *(row.to_minutes for row in bins)]
    axes.stairs(
        [100 * row.trades / whole for row in bins],
        edges,
        fill=not dashed,
        facecolor=STEEL,
        edgecolor=GREY if dashed else NAVY,
        linewidth=1.2,
        linestyle=DASHED if dashed else "-",
        label=name,
        zorder=3 if dashed else 2,
    )


def _means(axes: Axes, rows: Sequence[Held]) -> None:
    axes.set_title("On average")
    marks = [
        mark_of(row.figures.mean_minutes, fill=NAVY if row.is_after else "white") for row in rows
    ]
    longest = max((number for mark in marks for number in mark.numbers), default=0.0)
    names = [row.short for row in rows]
    draw_rows(axes, marks, (0, max(150.0, 1.1 * longest)), labels=names, strips=False)
    axes.set_xlabel("minutes, with intervals")
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 1.5, 3, 6, 10]))
