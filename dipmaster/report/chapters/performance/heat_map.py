"""Net return by year and month, a panel a phase."""

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from dipmaster.core.kernels import Floats
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import BRICK, NAVY, ink_on, inline_svg, list_rows, new_figure
from dipmaster.results.evaluation.breakdowns import MonthRow

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
COLOURS = LinearSegmentedColormap.from_list("loss_to_gain", [BRICK, "white", NAVY])


def draw_months(phases: Mapping[int, Sequence[MonthRow]], names: Mapping[int, str]) -> Markup:
    """A row a year, a column a month; colours on a scale of each phase's own.

    Parameters
    ----------
    names
        Headings of the phases.
    """
    years = sorted({row.month[:4] for rows in phases.values() for row in rows})
    figure = new_figure(5 + len(phases) * (6 + 5 * len(years)))
    panels = figure.subplots(len(phases), 1, squeeze=False)[:, 0]
    for axes, (number, rows) in zip(panels, phases.items(), strict=True):
        _draw(axes, _grid(rows, years), years)
        axes.tick_params(axis="x", labelbottom=axes is panels[-1])
        axes.set_title(f"{names[number]}, net return by month in per cent")
    return inline_svg(figure, "Net return by month. " + " ".join(map(_describe, phases.items())))


def _describe(phase: tuple[int, Sequence[MonthRow]]) -> str:
    number, rows = phase
    lost = sum(row.return_frac < 0 for row in rows)
    return f"Phase {number} lost in {lost} of {len(rows)} months."


def _grid(rows: Sequence[MonthRow], years: Sequence[str]) -> Floats:
    """Shape (years, 12), per cent; NaN for months that the period does not have."""
    grid = np.full((len(years), 12), np.nan)
    for row in rows:
        grid[years.index(row.month[:4]), int(row.month[5:7]) - 1] = 100.0 * row.return_frac
    return grid


def _draw(axes: Axes, grid: Floats, years: Sequence[str]) -> None:
    largest = float(np.nanmax(np.abs(grid), initial=0.0)) or 1.0
    mesh = axes.pcolormesh(
        np.arange(13) - 0.5,
        np.arange(len(years) + 1) - 0.5,
        np.ma.masked_invalid(grid),
        cmap=COLOURS,
        vmin=-largest,
        vmax=largest,
        edgecolors="white",
        linewidth=1.0,
    )
    for (year, month), value in np.ndenumerate(grid):
        if not np.isnan(value):
            colour = ink_on(mesh.to_rgba(np.array([value]))[0])
            text = numbers.plain(float(value), 2 if largest < 10.0 else 1, signed=True)
            axes.text(month, year, text, ha="center", va="center", fontsize=6.4, color=colour)
    axes.set_xticks(range(12), MONTHS)
    axes.tick_params(axis="x", length=0)
    list_rows(axes, list(years))
    axes.spines["bottom"].set_visible(False)
