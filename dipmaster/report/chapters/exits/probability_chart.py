"""Exit probability: what selling would have earned, and how it changes over the holding period."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    AGREEMENT,
    BRICK,
    DASHED,
    GREY,
    NAVY,
    inline_svg,
    new_figure,
)
from dipmaster.report.kit.interval_plot import Mark, draw_points
from dipmaster.results.exits.probability import GainStep, ProbabilityByAge
from dipmaster.results.exits.record import ExitModelResults

BAR_MINUTES = 5


def panels(models: ExitModelResults, thresholds: Sequence[float]) -> Markup:
    """Gain of a sale by exit probability, and the probability by time held.

    Parameters
    ----------
    models
        exits.json.
    thresholds
        Of a partial and of a full exit, drawn as vertical lines.
    """
    figure = new_figure(52)
    left, right = figure.subplots(1, 2)
    _gain(left, models.gain_by_score, thresholds)
    _by_time(right, models.by_bars_held)
    return inline_svg(figure, _alt(models))


def _gain(axes: Axes, steps: Sequence[GainStep], thresholds: Sequence[float]) -> None:
    known = [(100 * step.mean_p, step) for step in steps if step.mean_p is not None]
    marks = [Mark(step.mean_gain_bps, step.gain_low, step.gain_high) for _, step in known]
    axes.axhline(0, color=GREY, linewidth=0.9, linestyle=AGREEMENT)
    draw_points(axes, [place for place, _ in known], marks)
    for threshold in thresholds:
        axes.axvline(100 * threshold, color=BRICK, linewidth=0.9, zorder=1)
    axes.set_title("Selling now, relative to holding")
    axes.set_xlim(0, 100)
    axes.set_xlabel("exit probability, per cent")
    axes.set_ylabel("basis points")
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.grid()


def _by_time(axes: Axes, rows: Sequence[ProbabilityByAge]) -> None:
    minutes = [BAR_MINUTES * (row.bars_held + 1) for row in rows]
    highest = [100 * row.p90 for row in rows]
    axes.plot(minutes, [100 * row.mean_p for row in rows], color=NAVY, label="mean")
    axes.plot(minutes, highest, color=GREY, linestyle=DASHED, label="90th percentile")
    axes.set_title("Exit probability by time held")
    axes.set_ylim(0, 100)
    axes.set_xlim(0, max(minutes, default=1))
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 1.5, 3, 6, 10]))
    axes.set_xlabel("minutes since the entry")
    axes.set_ylabel("exit probability, per cent")
    axes.legend(loc="upper right", fontsize=7)
    axes.grid(axis="y")


def _alt(models: ExitModelResults) -> str:
    gains = ", ".join(
        f"{100 * row.mean_p:.0f}: {numbers.plain(row.mean_gain_bps, 1, signed=True)}"
        for row in models.gain_by_score
        if row.mean_gain_bps is not None and row.mean_p is not None
    )
    highest = numbers.percent(models.distribution.quantiles["max"])
    return (
        "Gain of a sale at the next open relative to holding, basis points by mean exit "
        f"probability in per cent: {gains}. Highest exit probability {highest}."
    )
