"""Net profit against the fee, every phase; net return under other thresholds, one phase."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import (
    BRICK,
    DASHED,
    GREY,
    NAVY,
    ink_on,
    inline_svg,
    list_rows,
    new_figure,
    note,
)
from dipmaster.report.kit.phase_styles import phase_line
from dipmaster.report.kit.threshold_names import name_threshold
from dipmaster.results.sensitivity import CostSensitivity, ThresholdRun, ThresholdSensitivity

COLOURS = LinearSegmentedColormap.from_list("loss_to_gain", [BRICK, "white", NAVY])
CLIFF = "!"
LEAST_MM, ROW_MM = 46, 3.4


def draw(
    costs: CostSensitivity,
    traded: Sequence[int],
    thresholds: ThresholdSensitivity,
    number: int,
) -> Markup:
    """Costs left, thresholds right where any reaches the phase.

    Parameters
    ----------
    traded
        Phases with trades; at least one.
    number
        The phase of the heat map, one of them.
    """
    paths = list_paths(thresholds, number)
    figure = new_figure(max(LEAST_MM, 12 + ROW_MM * len(paths)))
    if paths:
        left, right = figure.subplots(1, 2, width_ratios=[1.0, 0.62])
        _draw_thresholds(right, thresholds, number, paths)
    else:
        left = figure.subplots()
    _draw_costs(left, costs, traded)
    return inline_svg(figure, _describe(costs, traded))


def _draw_costs(axes: Axes, costs: CostSensitivity, traded: Sequence[int]) -> None:
    for number in traded:
        points = costs.phase(number).at(costs.slippage_bps)
        known = [(point.fee_bps, point.net_bps) for point in points if point.net_bps is not None]
        even = costs.phase(number).break_even.fee_bps
        if even is not None:
            known = sorted([*known, (even, 0.0)])
            axes.plot([even], [0.0], marker="|", markersize=11, color="black", linestyle="none")
        axes.plot(*zip(*known, strict=True), **phase_line(number))
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    axes.axvline(costs.fee_bps, color=GREY, linewidth=0.8, linestyle=DASHED)
    axes.set_title("Net profit over notional bought, basis points")
    axes.set_xlabel("fee per side, basis points")
    axes.yaxis.set_major_locator(MaxNLocator(5))
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom, top + 0.3 * (top - bottom))  # for the legend
    axes.legend(fontsize=6, frameon=False, loc="upper right", ncols=2, handlelength=2.4)


def list_paths(thresholds: ThresholdSensitivity, number: int) -> list[str]:
    """Thresholds that change the phase, in the order of the results."""
    return list(dict.fromkeys(run.path for run in thresholds.reaching(number)))


def _draw_thresholds(
    axes: Axes, thresholds: ThresholdSensitivity, number: int, paths: Sequence[str]
) -> None:
    cells = [_pair(thresholds, number, path) for path in paths]
    change = np.array([[_change(run, number) for run in pair] for pair in cells])
    largest = float(np.nanmax(np.abs(change), initial=0.0)) or 1.0
    grid = axes.pcolormesh(
        np.arange(3) - 0.5,
        np.arange(len(paths) + 1) - 0.5,
        np.ma.masked_invalid(change),
        cmap=COLOURS,
        vmin=-largest,
        vmax=largest,
        edgecolors="white",
        linewidth=0.6,
    )
    for (row, column), value in np.ndenumerate(change):
        run = cells[row][column]
        if run is not None and np.isfinite(value):
            colour = ink_on(grid.to_rgba(np.array([value]))[0])
            words = _cell_text(run, number)
            axes.text(column, row, words, ha="center", va="center", fontsize=5.6, color=colour)
    base = thresholds.base[str(number)].performance.net_return_frac
    list_rows(axes, [name_threshold(path) for path in paths])
    axes.set_ylim(len(paths) - 0.5, -0.5)
    axes.tick_params(axis="y", labelsize=5.6)
    change_text = numbers.set_percent(thresholds.change_frac)
    axes.set_xticks([0, 1], [f"{numbers.MINUS}{change_text}", f"+{change_text}"])
    axes.tick_params(axis="x", length=0)
    axes.spines["bottom"].set_visible(False)
    title = f"Phase {number}, net return ({numbers.percent(base, 2)})"
    note(axes, title, (0.5, 1.0), (0, 5), xycoords="axes fraction", ha="center", fontsize=7.5)


def _pair(
    thresholds: ThresholdSensitivity, number: int, path: str
) -> tuple[ThresholdRun | None, ThresholdRun | None]:
    """The run below the value and the one above it; None where the range ends."""
    runs = [run for run in thresholds.runs if run.path == path and str(number) in run.phases]
    below = next((run for run in runs if run.value < run.base), None)
    above = next((run for run in runs if run.value > run.base), None)
    return below, above


def _change(run: ThresholdRun | None, number: int) -> float:
    change = None if run is None else run.phases[str(number)].change_net_return_frac
    return float("nan") if change is None else change


def _cell_text(run: ThresholdRun, number: int) -> str:
    cell = run.phases[str(number)]
    text = numbers.percent(cell.performance.net_return_frac, 2)
    return f"{text} {CLIFF}" if cell.cliffs else text


def _describe(costs: CostSensitivity, traded: Sequence[int]) -> str:
    parts = []
    for number in traded:
        points = costs.phase(number).at(costs.slippage_bps)
        ends = ", ".join(
            f"{numbers.bps(point.net_bps)} at a fee of {numbers.bps(point.fee_bps, signed=False)}"
            for point in (points[0], points[-1])
        )
        parts.append(f"Phase {number}: {ends}.")
    return "Net profit over the notional bought by fee per side. " + " ".join(parts)
