"""Cells of one quantity, pale where it is low and dark where it is high."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from dipmaster.core.kernels import Floats
from dipmaster.report.kit.drawing import NAVY, ink_on, list_rows

COLOURS = LinearSegmentedColormap.from_list("low_to_high", ["white", NAVY])
FIGURE_SIZE = 5.4  # points
UNKNOWN: dict[str, Any] = {"facecolor": "white", "edgecolor": "#b5b5b5", "hatch": "/////"}


def find_limits(values: Floats) -> tuple[float, float]:
    """Lowest and highest of what is known; apart from one another even where all are equal."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def draw_cells(
    axes: Axes,
    values: Floats,
    rows: Sequence[str],
    limits: tuple[float, float],
    text: Callable[[float], str] | None = None,
) -> None:
    """A cell a value, the first row on top; what is not known is hatched.

    Parameters
    ----------
    values
        Shape (rows, columns); NaN where not known.
    limits
        White and darkest value.
    text
        How a figure is printed into its cell; None for none.
    """
    low, high = limits
    count, width = values.shape
    mesh = axes.pcolormesh(
        np.arange(width + 1) - 0.5,
        np.arange(count + 1) - 0.5,
        np.ma.masked_invalid(values),
        cmap=COLOURS,
        vmin=low,
        vmax=high,
        edgecolors="white",
        linewidth=0.4,
    )
    for row, column in np.argwhere(~np.isfinite(values)):
        place = (float(column) - 0.5, float(row) - 0.5)
        axes.add_patch(Rectangle(place, 1, 1, linewidth=0, **UNKNOWN))
    list_rows(axes, rows)
    axes.set_ylim(count - 0.5, -0.5)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", length=0)
    if text is not None:
        _write(axes, values, text, mesh)


def _write(axes: Axes, values: Floats, text: Callable[[float], str], mesh: ScalarMappable) -> None:
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            axes.text(
                column,
                row,
                text(float(value)),
                ha="center",
                va="center",
                fontsize=FIGURE_SIZE,
                color=ink_on(mesh.to_rgba(np.array([value]))[0]),
            )
