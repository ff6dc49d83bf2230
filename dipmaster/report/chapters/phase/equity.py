"""Equity and drawdown over time, thinned without losing a peak or a trough."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes

from dipmaster.core.kernels import Floats
from dipmaster.report.inputs import time_of
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    AGREEMENT,
    DASHED,
    GREY,
    NAVY,
    PALE,
    STEEL,
    date_ticks,
    inline_svg,
    new_figure,
    note,
    thinned,
)
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
    curves = _curves(frame, period)
    figure = new_figure(78)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    drawn = thinned(curves.depth)
    lower.fill_between(curves.times[drawn], curves.depth[drawn], 0, color=STEEL, linewidth=0)
    _draw(upper, curves.times, curves.thousands, color=NAVY, linewidth=1.1, label="this phase")
    _draw(lower, curves.times, curves.depth, color=NAVY, linewidth=0.6)
    if before is not None:
        other = _curves(before[1], period)
        style = {"color": GREY, "linewidth": 0.8, "linestyle": DASHED, "label": before[0]}
        _draw(upper, other.times, other.thousands, **style)
        _draw(lower, other.times, other.depth, **style)
        upper.legend(loc="best", fontsize=7)
    upper.set_ylabel("equity, thousands")
    lower.set_ylabel("drawdown, per cent")
    for axes in (upper, lower):
        _shade_burn_in(axes, curves)
    _name_periods(upper, curves)
    date_ticks(lower.xaxis)
    lower.set_xlim(curves.times[0], curves.times[-1])
    return inline_svg(
        figure,
        "Equity and drawdown marked at every 5-minute bar, burn-in shaded. Deepest fall from a "
        f"peak out of sample: {numbers.percent(drawdown.max_frac)}.",
    )


@dataclass(frozen=True)
class _Curves:
    """An account over time: thousands, per cent below the peak, and where the burn-in ends."""

    times: Any
    thousands: Floats
    depth: Floats
    boundary: Any


def _curves(frame: pd.DataFrame, period: SplitPeriod) -> _Curves:
    times = frame["time"].to_numpy(dtype="datetime64[ms]")
    values = frame["equity"].to_numpy(dtype=np.float64)
    boundary = min(max(time_of(period.out_of_sample_from), times[0]), times[-1])
    depth = -100.0 * _drawdown(values, int(np.searchsorted(times, boundary)))
    return _Curves(times, values / 1000, depth, boundary)


def _draw(axes: Axes, times: Any, curve: Floats, **style: Any) -> None:
    drawn = thinned(curve)
    axes.plot(times[drawn], curve[drawn], **style)


def _drawdown(values: Floats, first: int) -> Floats:
    """Share below the running peak; at position `first` the mark before it is the new peak."""
    marks = np.maximum(values, 0.0)
    before = np.maximum.accumulate(marks[:first]) if first else marks[:0]
    after = np.maximum.accumulate(marks[max(first - 1, 0) :])[1 if first else 0 :]
    peaks = np.concatenate([before, after])
    return np.where(peaks > 0, 1.0 - marks / np.where(peaks > 0, peaks, 1.0), 0.0)


def _shade_burn_in(axes: Axes, curves: _Curves) -> None:
    axes.grid(axis="y")
    if curves.boundary > curves.times[0]:
        axes.axvspan(curves.times[0], curves.boundary, facecolor=PALE, linewidth=0, zorder=0)
        axes.axvline(curves.boundary, color=GREY, linewidth=0.8, linestyle=AGREEMENT)


def _name_periods(axes: Axes, curves: _Curves) -> None:
    first, last = curves.times[0], curves.times[-1]
    periods = [(curves.boundary, "out of sample")]
    if (curves.boundary - first) > (last - first) / 8:
        periods.append((first, "burn-in, on paper"))
    for start, words in periods:
        at = ("data", "axes fraction")
        note(axes, words, (start, 1.0), (3, 3), xycoords=at, color="#444444")
