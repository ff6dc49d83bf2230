"""Mean exposure through time, a panel a phase."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.ticker import MaxNLocator

from dipmaster.report.inputs import time_of
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import NAVY, STEEL, date_ticks, inline_svg, new_figure
from dipmaster.report.kit.phases import name_phase
from dipmaster.results.evaluation.sizing import ExposureSeries

PANEL_MM = 15


def draw(series: Sequence[ExposureSeries], out_of_sample_from: str) -> Markup:
    """Steps of runs of days, each phase on its own scale.

    Parameters
    ----------
    series
        At least one, each with at least one run.
    out_of_sample_from
        UTC; the first run begins there.
    """
    figure = new_figure(6 + PANEL_MM * len(series))
    panels = figure.subplots(len(series), 1, sharex=True, squeeze=False)[:, 0]
    for axes, one in zip(panels, series, strict=True):
        days = one.run_days * np.arange(len(one.mean_frac) + 1)
        times = time_of(out_of_sample_from) + days.astype("timedelta64[D]")
        percent = 100.0 * np.array([*one.mean_frac, one.mean_frac[-1]])
        axes.fill_between(times, percent, step="post", color=STEEL, linewidth=0)
        axes.step(times, percent, where="post", color=NAVY, linewidth=0.8)
        axes.set_title(name_phase(one.phase), fontsize=7.5, pad=3)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(2))
        axes.set_ylabel("per cent")
        axes.grid(axis="y")
        date_ticks(axes.xaxis)
    described = "; ".join(map(_describe, series))
    return inline_svg(figure, f"Mean exposure by {series[0].run_days} days. {described}.")


def _describe(one: ExposureSeries) -> str:
    largest = numbers.percent(max(one.mean_frac), 2)
    idle = sum(frac == 0.0 for frac in one.mean_frac)
    return (
        f"{name_phase(one.phase)}: highest {largest}, none in {idle} of {len(one.mean_frac)} runs"
    )
