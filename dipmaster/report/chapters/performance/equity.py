"""Equity of every phase out of sample, thinned without losing a peak or a trough."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.inputs import time_of
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    GREY,
    NAVY,
    STEEL,
    date_ticks,
    inline_svg,
    new_figure,
    thinned,
)
from dipmaster.results.evaluation.phase import PhaseFigures
from dipmaster.results.evaluation.record import SplitPeriod

ROOMY = 2  # panels that may be tall


def draw_equity(
    frames: Mapping[int, pd.DataFrame],
    figures: Mapping[int, PhaseFigures],
    period: SplitPeriod,
    names: Mapping[int, str],
) -> Markup:
    """A panel a phase, each on a scale of its own: net change of equity since the split.

    Parameters
    ----------
    frames
        Table EQUITY of each phase: a row a 5-minute bar, burn-in included.
    names
        Headings of the phases.
    """
    figure = new_figure(8 + _panel_mm(len(frames)) * len(frames))
    panels = figure.subplots(len(frames), 1, sharex=True, squeeze=False)[:, 0]
    for axes, number in zip(panels, frames, strict=True):
        _draw(axes, frames[number], period)
        axes.set_title(f"{names[number]}, net return since the split in per cent")
    date_ticks(panels[-1].xaxis)
    listed = "; ".join(
        f"phase {number} {numbers.percent(one.money.net_return_frac, signed=True)}, maximum "
        f"drawdown {numbers.percent(one.drawdown.max_frac)}"
        for number, one in figures.items()
    )
    return inline_svg(figure, f"Net return out of sample, marked at every 5-minute bar: {listed}.")


def _panel_mm(panels: int) -> float:
    """Height of one: all of them together leave room for the table above."""
    return 27.0 if panels <= ROOMY else min(17.0, 68.0 / panels)


def _draw(axes: Axes, frame: pd.DataFrame, period: SplitPeriod) -> None:
    times = frame["time"].to_numpy(dtype="datetime64[ms]")
    equity = frame["equity"].to_numpy(dtype=np.float64)
    first = min(int(np.searchsorted(times, time_of(period.out_of_sample_from))), times.size - 1)
    start = equity[max(first - 1, 0)]
    change = 100.0 * (equity[first:] / start - 1.0) if start > 0 else np.zeros(times.size - first)
    drawn = thinned(change)
    shown, values = times[first:][drawn], change[drawn]
    axes.fill_between(shown, values, 0.0, color=STEEL, alpha=0.35, linewidth=0)
    axes.plot(shown, values, color=NAVY, linewidth=1.0)
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    axes.grid(axis="y")
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.set_xlim(times[first], times[-1])
