"""From a matplotlib figure to an inline SVG with the same bytes every time.

Only the fonts that matplotlib carries in its own package are used, whatever
the machine has; text stays text, so that it can be searched and is set by the
PDF's own fonts. Colours differ in lightness and marks in shape and fill: the
charts are read in grey too.
"""

import gc
import io
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from markupsafe import Markup
from matplotlib import font_manager, style
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_rgb
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter

from dipmaster.core.kernels import Floats, Ints
from dipmaster.report.kit import numbers
from dipmaster.report.kit.hover import describe_axes, mark_series
from dipmaster.report.kit.svg import compact

NAVY = "#1f3a5f"
STEEL = "#8ea4bf"
GREY = "#6b6b6b"
PALE = "#ececec"
BRICK = "#b5442e"
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # weights of linear red, green and blue
EQUAL_CONTRAST = 0.179  # luminance with the same contrast to black and to white
DASHED = (0, (3, 2))
AGREEMENT = (0, (4, 2))
PAGE_WIDTH_IN = 7.0
MM = 1 / 25.4
STYLE = Path(__file__).parents[1] / "style"


def _forget_system_fonts() -> None:
    ours = Path(mpl.get_data_path())
    manager = font_manager.fontManager
    manager.ttflist = [font for font in manager.ttflist if ours in Path(font.fname).parents]


@contextmanager
def drawing() -> Iterator[None]:
    """Draw with the report's style and nothing of the user's own settings."""
    _forget_system_fonts()
    with (
        style.context(["default", str(STYLE / "charts.mplstyle")]),
        without_cycle_search(),
    ):
        yield


@contextmanager
def without_cycle_search() -> Iterator[None]:
    """Let no search for cycles interrupt: a page is millions of small objects that all stay."""
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()


def new_figure(height_mm: float, width_in: float = PAGE_WIDTH_IN) -> Figure:
    """A figure as wide as the text of a page."""
    layout = ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.03, wspace=0.04, hspace=0.06)
    figure = Figure(figsize=(width_in, height_mm * MM), layout=layout)
    FigureCanvasSVG(figure)
    return figure


def inline_svg(figure: Figure, alt: str) -> Markup:
    """The figure as an SVG element: its title says what it shows, its data where a pointer is."""
    out = io.StringIO()
    _lay_out(figure)
    mark_series(figure)
    no_metadata: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with mpl.rc_context({"svg.hashsalt": alt}):  # ids that no other chart of the page has
        figure.savefig(out, format="svg", metadata=no_metadata)
    head, body = compact(out.getvalue()).split(">", 1)
    axes = escape(describe_axes(figure), quote=False).replace("'", "&#39;")
    return Markup(f"{head} data-axes='{axes}' role=\"img\">\n <title>{escape(alt)}</title>{body}")


def _lay_out(figure: Figure) -> None:
    """Lay the figure out once and for all: `savefig` would draw it all a second time for that."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)


def quiet(axes: Axes) -> None:
    """Drop the frame but for the bottom."""
    axes.spines[["left", "right", "top"]].set_visible(False)


def list_rows(axes: Axes, names: Sequence[str] | None = None) -> None:
    """Rows one under another with their names beside them, the first on top.

    Parameters
    ----------
    names
        None where an axis that is shared has them.
    """
    if names is not None:
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    quiet(axes)


def note(axes: Axes, words: str, at: tuple[Any, Any], shift: tuple[int, int], **style: Any) -> None:
    """Small words beside a place, shifted by so many points."""
    axes.annotate(words, at, shift, **{"textcoords": "offset points", "fontsize": 7, **style})


def ink_on(colour: Any) -> str:
    """Black or white, whichever has the better contrast with a colour.

    Notes
    -----
    Relative luminance as WCAG 2.2 defines it; at 0.179 both have a contrast of 4.6.
    """
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return "black" if float((linear * LUMINANCE).sum()) > EQUAL_CONTRAST else "white"


def date_ticks(axis: Axis) -> None:
    """Days, not too many."""
    axis.set_major_locator(AutoDateLocator(minticks=4, maxticks=9))
    axis.set_major_formatter(DateFormatter("%Y-%m-%d"))


def count_ticks(axis: Axis) -> None:
    """Whole numbers with commas."""
    axis.set_major_formatter(FuncFormatter(lambda tick, _: numbers.count(tick)))


def gain_or_loss(lost: bool) -> dict[str, Any]:
    """Bar style: gains are filled, losses are hatched, so that grey print tells them apart."""
    if lost:
        return {"facecolor": "white", "edgecolor": BRICK, "hatch": "/////", "linewidth": 0.8}
    return {"facecolor": NAVY, "edgecolor": NAVY, "linewidth": 0.8}


def thinned(values: Floats, points: int = 500) -> Ints:
    """Positions to draw so that no peak or trough of a curve is lost.

    Parameters
    ----------
    values
        Shape (n,), without NaN.
    points
        Positions at most (and at least 4).

    Returns
    -------
    Ints
        Rising positions: the first, the last, and of each of ``points / 2 - 1``
        equal stretches the lowest and the highest; all where n is small.
    """
    if values.size <= points:
        return np.arange(values.size, dtype=np.int64)
    edges = np.linspace(0, values.size, points // 2, dtype=np.int64)
    positions = {0, values.size - 1}
    for start, stop in itertools.pairwise(edges):
        part = values[start:stop]
        positions |= {int(start + part.argmin()), int(start + part.argmax())}
    return np.array(sorted(positions), dtype=np.int64)
