"""What a chart of the HTML twin tells a pointer: its axes, and which strokes are data.

The values themselves are not written a second time: the page's script works them out from the
coordinates that are drawn and the ends of the axes.
"""

import json
import re
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.collections import PathCollection
from matplotlib.container import BarContainer
from matplotlib.dates import DateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

_NUMBER = re.compile(r"[-+−]?[\d.,]+")
SCALES = ("linear", "log")


def mark_series(figure: Figure) -> None:
    """Give every curve, dot and bar an id from which the page reads kind, value and name.

    Lines that span an axis, grids and strips behind a row are no data.
    """
    for axes in figure.axes:
        for line in axes.lines:
            if line.get_transform() == axes.transData:
                _mark(line, "point", "", line.get_label())
        for collection in axes.collections:
            if isinstance(collection, PathCollection):
                _mark(collection, "point", "", collection.get_label())
        for bars in axes.containers:
            if isinstance(bars, BarContainer):
                _mark_bars(bars)


def _mark_bars(bars: BarContainer) -> None:
    is_vertical = bars.orientation == "vertical"
    for bar in bars.patches:
        if bar.get_zorder() > 0:
            size = bar.get_height() if is_vertical else bar.get_width()
            _mark(bar, "vertical" if is_vertical else "flat", f"{size:.6g}", bars.get_label())


def _mark(artist: Artist, kind: str, value: str, label: Any) -> None:
    name = "" if str(label).startswith("_") else " ".join(str(label).split())
    artist.set_gid(f"series:{kind}|{value}|{name}")


def describe_axes(figure: Figure) -> str:
    """All axes as JSON: left, top, width and height in points, then what x and y mean.

    An axis is [kind, low, high, label] with kind "linear", "log" or "date" (days since 1970);
    where its ticks are names, a list of [position, name] follows. A vertical axis without a label
    goes by the title of its panel. Axes on another scale are left out.
    """
    width, height = 72.0 * figure.get_size_inches()
    described = []
    for axes in figure.axes:
        if axes.get_xscale() in SCALES and axes.get_yscale() in SCALES:
            title = axes.get_title(loc="left")
            box = axes.get_position()
            corner = (box.x0 * width, (1.0 - box.y1) * height)
            frame = [round(part, 2) for part in (*corner, box.width * width, box.height * height)]
            described.append(
                [*frame, _describe_axis(axes.xaxis), _describe_axis(axes.yaxis, title)]
            )
    return json.dumps(described, ensure_ascii=False, separators=(",", ":"))


def _describe_axis(axis: Axis, title: str = "") -> list[Any]:
    kind = "date" if isinstance(axis.get_major_formatter(), DateFormatter) else axis.get_scale()
    low, high = (float(f"{end:.8g}") for end in axis.get_view_interval())
    described = [kind, low, high, " ".join((axis.get_label_text() or title).split())]
    names = _tick_names(axis)
    return [*described, names] if names else described


def _tick_names(axis: Axis) -> list[tuple[float, str]]:
    """Ticks that were put by hand, with their words; those of numbers are left to the scale."""
    if not isinstance(axis.get_major_locator(), FixedLocator):
        return []
    places = [float(place) for place in axis.get_majorticklocs()]
    words = [" ".join(word.split()) for word in axis.get_major_formatter().format_ticks(places)]
    if words and all(_NUMBER.fullmatch(word) for word in words):
        return []
    return list(zip(places, words, strict=True))
