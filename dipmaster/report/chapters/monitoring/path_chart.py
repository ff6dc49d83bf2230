"""Win rate so far with bounds for every time, and calibration window by window."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    BRICK,
    DASHED,
    NAVY,
    STEEL,
    date_ticks,
    inline_svg,
    new_figure,
    quiet,
)
from dipmaster.results.monitoring.windows import CalibrationWindow, WinRatePoint

HEIGHT_MM = 44


def draw(
    path: Sequence[WinRatePoint],
    windows: Sequence[CalibrationWindow],
    threshold: float,
    tolerance: float,
) -> Markup:
    """Both beside each other.

    Parameters
    ----------
    path, windows
        At least one point with a value, at least one window.
    threshold, tolerance
        Of the win rate, and how far outcomes may lie below the confidence.
    """
    figure = new_figure(HEIGHT_MM)
    left, right = figure.subplots(1, 2)
    _draw_win_rate(left, [one for one in path if one.win_rate.value is not None], threshold)
    _draw_calibration(right, windows, tolerance)
    for axes in (left, right):
        date_ticks(axes.xaxis)
        axes.tick_params(axis="x", labelrotation=30)
        quiet(axes)
    last = path[-1]
    return inline_svg(
        figure,
        f"Win rate by episode so far: {numbers.estimate(last.win_rate, 'percent')} on {last.day} "
        f"after {numbers.count(last.trades)} trades, threshold {numbers.set_percent(threshold)}. "
        f"Calibration: observed less predicted {numbers.estimate(windows[-1].gap, 'points')} in "
        f"the newest window.",
    )


def _draw_win_rate(axes: Axes, path: Sequence[WinRatePoint], threshold: float) -> None:
    days = np.array([one.day for one in path], dtype="datetime64[D]")
    low, value, high = (
        100.0 * np.array([getattr(one.win_rate, name) for one in path], dtype=np.float64)
        for name in ("low", "value", "high")
    )
    axes.fill_between(days, low, high, color=STEEL, alpha=0.5, linewidth=0)
    axes.plot(days, value, color=NAVY, linewidth=1.1)
    axes.axhline(100.0 * threshold, color=BRICK, linewidth=0.9, linestyle=DASHED)
    axes.set_ylim(0, 100)
    axes.set_title("Win rate by episode so far, per cent", fontsize=7.5, loc="left")


def _draw_calibration(axes: Axes, windows: Sequence[CalibrationWindow], tolerance: float) -> None:
    known = [one for one in windows if one.gap.value is not None]
    days = np.array([one.to_day for one in known], dtype="datetime64[D]")
    value = 100.0 * np.array([one.gap.value for one in known], dtype=np.float64)
    bounds = 100.0 * np.array(
        [(one.gap.low, one.gap.high) for one in known], dtype=np.float64
    ).reshape(-1, 2)
    axes.vlines(days, bounds[:, 0], bounds[:, 1], color=STEEL, linewidth=1.6)
    axes.plot(days, value, color=NAVY, marker="o", markersize=3.2, linestyle="none")
    axes.axhline(-100.0 * tolerance, color=BRICK, linewidth=0.9, linestyle=DASHED)
    axes.set_title("Observed less predicted, points", fontsize=7.5, loc="left")
