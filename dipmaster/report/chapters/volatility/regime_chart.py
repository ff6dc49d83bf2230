"""Regimes over the price of one coin, shaded in greys, and strips that compare detectors."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from dipmaster.core.kernels import Floats, Ints
from dipmaster.report.kit.drawing import (
    GREY,
    NAVY,
    date_ticks,
    inline_svg,
    list_rows,
    new_figure,
    thinned,
)

SHADES: tuple[dict[str, Any], ...] = (
    {"facecolor": "#f7f7f7"},
    {"facecolor": "#d9d9d9"},
    {"facecolor": "#a8a8a8", "hatch": "////", "edgecolor": "#7d7d7d"},
)
NAMES = ("low", "normal", "high")
HEIGHT = 0.72


def over_price(
    times: pd.DatetimeIndex, close: Floats, used: Ints, strips: Sequence[tuple[str, Ints]]
) -> Markup:
    """The price with the regime behind it, a strip a detector below.

    Parameters
    ----------
    times, close, used
        Shape (n,): open times, price, class the strategy sees (-1 not known).
    strips
        Name and classes of each strip, shape (n,).
    """
    stamps = times.tz_localize(None).to_numpy(dtype="datetime64[ms]")
    figure = new_figure(58 + 5 * len(strips))
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[40, 6 * len(strips) + 4])
    for state, start, stop in spells(used):
        upper.axvspan(stamps[start], stamps[stop - 1], linewidth=0, zorder=0, **SHADES[state])
    drawn = thinned(close)
    upper.plot(stamps[drawn], close[drawn], color=NAVY, linewidth=0.9)
    upper.set_ylabel("price")
    for row, (_, classes) in enumerate(strips):
        _strip(lower, row, stamps, classes)
    list_rows(lower, [name for name, _ in strips])
    lower.set_xlim(stamps[0], stamps[-1])
    date_ticks(lower.xaxis)
    _legend(upper)
    return inline_svg(figure, "Price with the volatility regime shaded behind it. " + _shares(used))


def spells(classes: Ints) -> list[tuple[int, int, int]]:
    """Runs of one known class as (class, first position, position after the last)."""
    if not classes.size:
        return []
    starts = np.flatnonzero(np.diff(classes, prepend=classes[0] - 1))
    stops = np.append(starts[1:], classes.size)
    return [
        (int(classes[start]), int(start), int(stop))
        for start, stop in zip(starts, stops, strict=True)
        if classes[start] >= 0
    ]


def _strip(axes: Axes, row: int, stamps: Any, classes: Ints) -> None:
    for state, shade in enumerate(SHADES):
        spans = [
            (stamps[start], stamps[stop - 1] - stamps[start])
            for named, start, stop in spells(classes)
            if named == state
        ]
        axes.broken_barh(spans, (row - HEIGHT / 2, HEIGHT), linewidth=0, **shade)


def _legend(axes: Axes) -> None:
    handles = [
        Patch(label=name, linewidth=0.5, **{"edgecolor": GREY, **shade})
        for name, shade in zip(NAMES, SHADES, strict=True)
    ]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, fontsize=7,
        borderaxespad=0.1, handlelength=1.6,
    )  # fmt: skip


def _shares(used: Ints) -> str:
    known = used[used >= 0]
    if not known.size:
        return "No regime is known."
    return ", ".join(
        f"{name} {100 * float((known == state).mean()):.0f} per cent of the time"
        for state, name in enumerate(NAMES)
    )
