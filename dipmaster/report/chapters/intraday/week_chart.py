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
MAP_MM = 38


@dataclass(frozen=True)
class WeekMap:
    """One week of hours; `values` of shape (7, 24), NaN where not known."""

    title: str
    values: Floats

    @property
    def is_known(self) -> bool:
        """Whether there is anything to draw."""
        return bool(np.isfinite(self.values).any())


def build_week_map(title: str, cells: WeekOfHours, scale: float = 1.0) -> WeekMap:
    """Cells times a scale."""
    values: Floats = scale * np.array(cells, dtype=np.float64)
    return WeekMap(title, values)


def heat_maps(maps: list[WeekMap]) -> Markup:
    """One map under the other, each on its own scale."""
    figure = new_figure(MAP_MM * len(maps))
    for axes, week_map in zip(
        figure.subplots(len(maps), 1, squeeze=False)[:, 0], maps, strict=True
    ):
        draw_cells(axes, week_map.values, DAYS, find_limits(week_map.values), numbers.ratio)
        axes.set_xticks(range(24), [str(hour) for hour in range(24)])
        axes.set_title(f"{week_map.title}, by hour of day (UTC)")
    return inline_svg(figure, " ".join(map(_describe, maps)))


def _describe(week_map: WeekMap) -> str:
    low, high = (_place(week_map, find(week_map.values)) for find in (np.nanargmin, np.nanargmax))
    return f"{week_map.title}: lowest {low}; highest {high}."


def _place(week_map: WeekMap, cell: np.intp) -> str:
    day, hour = divmod(int(cell), 24)
    return f"{numbers.ratio(float(week_map.values.flat[cell]))} on {DAYS[day]} from {hour}:00 UTC"
