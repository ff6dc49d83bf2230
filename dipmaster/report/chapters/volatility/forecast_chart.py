"""Forecasts of volatility against realised volatility."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from dipmaster.report.chapters.volatility.deciles import Bin
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import AGREEMENT, GREY, inline_svg, new_figure
from dipmaster.report.kit.interval_plot import draw_points, percent_mark

TICKS = (0.5, 1, 2, 5, 10, 20, 50)


def calibration(panels: Sequence[tuple[str, Sequence[Bin]]]) -> Markup:
    """Deciles of each forecast: mean forecast against what was realised, both per day."""
    figure = new_figure(54)
    drawn = [value for _, bins in panels for one in bins for value in one.drawn]
    low, high = 0.85 * min(drawn, default=0.005), 1.15 * max(drawn, default=0.1)
    axes_of = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (title, bins) in zip(axes_of, panels, strict=True):
        _deciles(axes, title, bins, 100 * low, 100 * high)
    axes_of[0].set_ylabel("realised, per cent per day")
    return inline_svg(
        figure, "Forecast against realised. " + " ".join(_described(*p) for p in panels)
    )


def _deciles(axes: Axes, title: str, bins: Sequence[Bin], low: float, high: float) -> None:
    axes.set_title(title.replace(" (used)", "\n(used)"))
    axes.plot([low, high], [low, high], color=GREY, linewidth=0.9, linestyle=AGREEMENT)
    marks = [percent_mark(one.realised, one.low, one.high) for one in bins]
    draw_points(axes, [100 * one.forecast for one in bins], marks)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks([tick for tick in TICKS if low <= tick <= high])
        axis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick:g}"))
        axis.set_minor_formatter(NullFormatter())
        axis.set_tick_params(which="minor", length=0)
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    axes.set_xlabel("forecast,\nper cent per day")
    axes.grid()


def _described(title: str, bins: Sequence[Bin]) -> str:
    if not bins:
        return f"{title}: too few forecasts."
    return (
        f"{title}: lowest decile forecast {numbers.percent(bins[0].forecast)}, realised "
        f"{numbers.percent(bins[0].realised)}; highest decile forecast "
        f"{numbers.percent(bins[-1].forecast)}, realised {numbers.percent(bins[-1].realised)}."
    )
