"""Mean exposure and turnover through time, a row of panels a phase."""

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator
from matplotlib.ticker import MaxNLocator

from dipmaster.report.inputs import time_of
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import NAVY, STEEL, date_ticks, inline_svg, new_figure
from dipmaster.results.evaluation.sizing import ExposureSeries

PANEL_MM = 15


def draw(
    series: Sequence[ExposureSeries], out_of_sample_from: str, names: Mapping[int, str]
) -> Markup:
    """Steps of runs of days: exposure left, turnover right, each phase on its own scale.

    Parameters
    ----------
    series
        At least one, each with at least one run.
    out_of_sample_from
        UTC; the first run begins there.
    names
        Headings of the phases.
    """
    figure = new_figure(6 + PANEL_MM * len(series))
    panels = figure.subplots(len(series), 2, sharex=True, squeeze=False)
    start = time_of(out_of_sample_from)
    for (left, right), one in zip(panels, series, strict=True):
        _steps(left, one, one.mean_frac, start, f"{names[one.phase]}, mean exposure")
        _steps(right, one, one.turnover, start, f"{names[one.phase]}, turnover")
        for axes in (left, right):
            axes.set_ylabel("per cent")
    described = "; ".join(_describe(one, names[one.phase]) for one in series)
    return inline_svg(
        figure, f"Mean exposure and turnover by {series[0].run_days} days. {described}."
    )


def _steps(
    axes: Axes, one: ExposureSeries, fracs: Sequence[float], start: np.datetime64, title: str
) -> None:
    days = one.run_days * np.arange(len(fracs) + 1)
    times = start + days.astype("timedelta64[D]")
    percent = 100.0 * np.array([*fracs, fracs[-1]])
    axes.fill_between(times, percent, step="post", color=STEEL, linewidth=0)
    axes.step(times, percent, where="post", color=NAVY, linewidth=0.8)
    axes.set_title(title, fontsize=7.5, pad=3)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(2))
    axes.grid(axis="y")
    date_ticks(axes.xaxis)
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=5))  # half a page wide


def _describe(one: ExposureSeries, name: str) -> str:
    largest, turnover = (numbers.percent(max(fracs), 2) for fracs in (one.mean_frac, one.turnover))
    idle = sum(frac == 0.0 for frac in one.mean_frac)
    return (
        f"{name}: highest {largest}, none in {idle} of {len(one.mean_frac)} runs, "
        f"highest turnover {turnover}"
    )
