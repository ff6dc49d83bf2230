"""What a chart of the HTML twin tells a pointer: its axes, and which strokes are data.

The values themselves are not written a second time: the page's script works them out from the
coordinates that are drawn and the ends of the axes.
"""

import json
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import PathCollection
from matplotlib.container import BarContainer
from matplotlib.dates import DateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter

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
    is_upright = bars.orientation == "vertical"
    for bar in bars.patches:
        if bar.get_zorder() > 0:
            size = bar.get_height() if is_upright else bar.get_width()
            _mark(bar, "upright" if is_upright else "flat", f"{size:.6g}", bars.get_label())


def _mark(artist: Artist, kind: str, value: str, label: Any) -> None:
    name = "" if str(label).startswith("_") else " ".join(str(label).split())
    artist.set_gid(f"series:{kind}|{value}|{name}")


def describe_axes(figure: Figure) -> str:
    """All axes as JSON: left, top, width and height in points, then what x and y mean.

    An axis is [kind, low, high, label] with kind "linear", "log" or "date" (days since 1970);
    where its ticks are names, a list of [position, name] follows. Axes on another scale are
    left out.
    """
    width, height = 72.0 * figure.get_size_inches()
    described = []
    for axes in figure.axes:
        if axes.get_xscale() in SCALES and axes.get_yscale() in SCALES:
            box = axes.get_position()
            corner = (box.x0 * width, (1.0 - box.y1) * height)
            frame = [round(part, 2) for part in (*corner, box.width * width, box.height * height)]
            described.append(
                [*frame, _describe_axis(axes, axes.xaxis), _describe_axis(axes, axes.yaxis)]
            )
    return json.dumps(described, ensure_ascii=False, separators=(",", ":"))


def _describe_axis(axes: Axes, axis: Axis) -> list[Any]:
    formatter = axis.get_major_formatter()
    kind = "date" if isinstance(formatter, DateFormatter) else axis.get_scale()
    low, high = (float(f"{end:.8g}") for end in axis.get_view_interval())
    described = [kind, low, high, " ".join(axis.get_label_text().split())]
    if isinstance(formatter, FixedFormatter):
        names = [" ".join(name.split()) for name in formatter.seq]
        described.append(list(zip(map(float, axis.get_majorticklocs()), names, strict=False)))
    return described
