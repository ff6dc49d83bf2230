"""Volatility by hour and weekday: factors as they are at the end, and what was measured."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from dipmaster.core.kernels import Floats
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import inline_svg, new_figure
from dipmaster.report.kit.heat_map import draw_cells, find_limits
from dipmaster.results.volatility.intraday import WeekOfHours

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PANEL_MM = 38


@dataclass(frozen=True)
class Panel:
    """One week of hours; `values` of shape (7, 24), NaN where not known."""

    title: str
    values: Floats

    @property
    def is_known(self) -> bool:
        """Whether there is anything to draw."""
        return bool(np.isfinite(self.values).any())


def build_panel(title: str, cells: WeekOfHours, scale: float = 1.0) -> Panel:
    """Cells times a scale."""
    values: Floats = scale * np.array(cells, dtype=np.float64)
    return Panel(title, values)


def heat_maps(panels: list[Panel]) -> Markup:
    """A panel one under the other, each on its own scale."""
    figure = new_figure(PANEL_MM * len(panels))
    for axes, panel in zip(
        figure.subplots(len(panels), 1, squeeze=False)[:, 0], panels, strict=True
    ):
        draw_cells(axes, panel.values, DAYS, find_limits(panel.values), numbers.ratio)
        axes.set_xticks(range(24), [str(hour) for hour in range(24)])
        axes.set_title(f"{panel.title}, by hour of day (UTC)")
    return inline_svg(figure, " ".join(map(_describe, panels)))


def _describe(panel: Panel) -> str:
    low, high = (_place(panel, find(panel.values)) for find in (np.nanargmin, np.nanargmax))
    return f"{panel.title}: lowest {low}; highest {high}."


def _place(panel: Panel, cell: np.intp) -> str:
    day, hour = divmod(int(cell), 24)
    return f"{numbers.ratio(float(panel.values.flat[cell]))} on {DAYS[day]} from {hour}:00 UTC"
