"""Mean holding periods under the exits of two phases against the roadmap's range."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.ticker import MaxNLocator

from dipmaster.core.params.roadmap import HOLDING_BAND_MINUTES
from dipmaster.report.chapters.exits.mfe_capture import Held
from dipmaster.report.kit.drawing import NAVY, PALE, inline_svg, new_figure
from dipmaster.report.kit.interval_plot import draw_rows, mark_of


def means(rows: Sequence[Held]) -> Markup:
    """A line a set of entries and phase: the mean with its interval."""
    figure = new_figure(12 + 5.0 * len(rows))
    axes = figure.subplots()
    marks = [
        mark_of(row.figures.mean_minutes, fill=NAVY if row.is_after else "white") for row in rows
    ]
    longest = max((number for mark in marks for number in mark.numbers), default=0.0)
    limits = (0.0, max(150.0, 1.1 * longest))
    draw_rows(axes, marks, limits, labels=[row.name for row in rows], strips=False)
    axes.axvspan(*HOLDING_BAND_MINUTES, facecolor=PALE, linewidth=0, zorder=0)
    axes.set_xlabel("mean holding period, minutes")
    axes.xaxis.set_major_locator(MaxNLocator(10, steps=[1, 1.5, 3, 6, 10]))
    low, high = HOLDING_BAND_MINUTES
    listed = "; ".join(f"{row.name}: mean {row.mean}, median {row.median}" for row in rows)
    return inline_svg(figure, f"Holding periods against {low} to {high} minutes. {listed}.")
