"""Correlation of volatility through time: a row a pair or a coin, a column a month."""

import numpy as np
from markupsafe import Markup

from dipmaster.report.chapters.spillover.correlations import Grid
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import inline_svg, new_figure
from dipmaster.report.kit.heat_map import draw_cells, find_limits

ROW_MM, LOWEST_ROW_MM, TALLEST_MM = 3.8, 2.6, 170.0
MOST_FIGURES = (20, 26)  # rows and months up to which figures are written into the cells
MOST_TICKS = 13


def heat_map(grid: Grid) -> Markup:
    """White is the lowest of the grid, the darkest cell its highest."""
    count, width = grid.values.shape
    row_mm = min(ROW_MM, max(LOWEST_ROW_MM, TALLEST_MM / count))
    figure = new_figure(8 + row_mm * count)
    axes = figure.subplots()
    limits = find_limits(grid.values)
    written = count <= MOST_FIGURES[0] and width <= MOST_FIGURES[1]
    draw_cells(axes, grid.values, grid.rows, limits, numbers.ratio if written else None)
    step = -(-width // MOST_TICKS)
    axes.set_xticks(range(0, width, step), grid.months[::step])
    if count > MOST_FIGURES[0]:
        axes.tick_params(axis="y", labelsize=5.6)
    return inline_svg(figure, _describe(grid))


def _describe(grid: Grid) -> str:
    means = [
        f"{name} {numbers.ratio(float(np.nanmean(row)))}"
        for name, row in zip(grid.rows, grid.values, strict=True)
        if np.isfinite(row).any()
    ]
    return (
        f"Mean rolling correlation of volatility, {grid.months[0]} to {grid.months[-1]}. "
        f"Mean over the months: {'; '.join(means)}."
    )
