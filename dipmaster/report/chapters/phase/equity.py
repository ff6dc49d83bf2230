"""Equity and drawdown over time, thinned without losing a peak or a trough."""

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter

from dipmaster.core.kernels import Floats
from dipmaster.report.inputs import time_of
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import GREY, NAVY, PALE, STEEL, inline_svg, new_figure, thinned
from dipmaster.results.evaluation.phase import DrawdownFigures
from dipmaster.results.evaluation.record import SplitPeriod


def equity(
    frame: pd.DataFrame,
    period: SplitPeriod,
    drawdown: DrawdownFigures,
    before: tuple[str, pd.DataFrame] | None = None,
) -> Markup:
    """Equity and drawdown over the whole run; the burn-in is shaded and restarts the peak.

    Parameters
    ----------
    frame
        Table EQUITY of the phase: a row a 5-minute bar.
    period, drawdown
        Only words and the boundary come from them.
    before
        Name and table EQUITY of the phase before, drawn dashed for comparison.
    """
    times = frame["time"].to_numpy(dtype="datetime64[ms]")
    values = frame["equity"].to_numpy(dtype=np.float64)
    boundary = _boundary(period, times)
    figure = new_figure(78)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    drawn = thinned(values)
    upper.plot(times[drawn], values[drawn] / 1000, color=NAVY, linewidth=1.1, label="this phase")
    upper.set_ylabel("equity, thousands")
    depth = -100.0 * _drawdown(values, int(np.searchsorted(times, boundary)))
    drawn = thinned(depth)
    lower.fill_between(times[drawn], depth[drawn], 0, color=STEEL, linewidth=0)
    lower.plot(times[drawn], depth[drawn], color=NAVY, linewidth=0.6)
    lower.set_ylabel("drawdown, per cent")
    if before is not None:
        _compared(upper, lower, *before, boundary)
    for axes in (upper, lower):
        _shade_burn_in(axes, times[0], boundary)
    _name_periods(upper, times, boundary)
    lower.xaxis.set_major_locator(AutoDateLocator(minticks=4, maxticks=9))
    lower.xaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))
    lower.set_xlim(times[0], times[-1])
    deepest = numbers.percent(drawdown.max_frac)
    return inline_svg(
        figure,
        "Equity and drawdown marked at every 5-minute bar, burn-in shaded. Deepest fall from a "
        f"peak out of sample: {deepest}.",
    )


def _compared(upper: Axes, lower: Axes, name: str, frame: pd.DataFrame, boundary: Any) -> None:
    """The same two curves of another phase, dashed."""
    times = frame["time"].to_numpy(dtype="datetime64[ms]")
    values = frame["equity"].to_numpy(dtype=np.float64)
    depth = -100.0 * _drawdown(values, int(np.searchsorted(times, boundary)))
    for axes, curve in ((upper, values / 1000), (lower, depth)):
        drawn = thinned(curve)
        axes.plot(times[drawn], curve[drawn], color=GREY, linewidth=0.8, linestyle=(0, (3, 2)),
                  label=name)  # fmt: skip
    upper.legend(loc="best", fontsize=7)


def _boundary(period: SplitPeriod, times: Any) -> Any:
    stamp = time_of(period.out_of_sample_from)
    return min(max(stamp, times[0]), times[-1])


def _drawdown(values: Floats, first: int) -> Floats:
    """Share below the running peak; at position `first` the mark before it is the new peak."""
    marks = np.maximum(values, 0.0)
    before = np.maximum.accumulate(marks[:first]) if first else marks[:0]
    after = np.maximum.accumulate(marks[max(first - 1, 0) :])[1 if first else 0 :]
    peaks = np.concatenate([before, after])
    return np.where(peaks > 0, 1.0 - marks / np.where(peaks > 0, peaks, 1.0), 0.0)


def _shade_burn_in(axes: Axes, start: Any, boundary: Any) -> None:
    axes.grid(axis="y")
    if boundary > start:
        axes.axvspan(start, boundary, facecolor=PALE, linewidth=0, zorder=0)
        axes.axvline(boundary, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)))


def _name_periods(axes: Axes, times: Any, boundary: Any) -> None:
    named = [(boundary, "out of sample")]
    if (boundary - times[0]) > (times[-1] - times[0]) / 8:
        named.append((times[0], "burn-in, on paper"))
    for start, words in named:
        axes.annotate(
            words,
            (start, 1.0),
            (3, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=7,
            color="#444444",
        )
