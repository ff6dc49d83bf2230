"""A value with its bounds, wherever one is drawn: a dot on a line, in rows or upright."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from dipmaster.report.kit.drawing import (
    AGREEMENT,
    BRICK,
    DASHED,
    GREY,
    NAVY,
    PALE,
    STEEL,
    list_rows,
)
from dipmaster.report.kit.numbers import MISSING, Estimated

STRIP = 0.42


@dataclass(frozen=True)
class Mark:
    """A value and its bounds in the unit of the axis; what is None is not drawn.

    Attributes
    ----------
    fill
        Colour inside the dot.
    targets
        Drawn as strokes across.
    is_judged
        Whether a verdict was given; else a small grey diamond is drawn.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    fill: str = NAVY
    targets: tuple[float, ...] = ()
    is_judged: bool = True

    @property
    def numbers(self) -> list[float]:
        """All that is drawn."""
        parts = (self.value, self.low, self.high, *self.targets)
        return [part for part in parts if part is not None]


def mark_of(found: Estimated, scale: float = 1.0, fill: str = NAVY) -> Mark:
    """A value with its bounds, all of them multiplied by `scale`."""
    value, low, high = (_scaled(part, scale) for part in (found.value, found.low, found.high))
    return Mark(value, low, high, fill)


def percent_mark(value: float | None, low: float | None, high: float | None) -> Mark:
    """Fractions on an axis of per cent."""
    return Mark(_scaled(value, 100.0), _scaled(low, 100.0), _scaled(high, 100.0))


def _scaled(value: float | None, scale: float) -> float | None:
    return None if value is None else scale * value


def draw_rows(
    axes: Axes,
    marks: Sequence[Mark],
    limits: tuple[float, float],
    *,
    labels: Sequence[str] | None = None,
    neutral: float | None = None,
    strips: bool = True,
) -> None:
    """A mark a row, the first on top.

    Parameters
    ----------
    limits
        Of the axis.
    labels
        Of the rows; none where an axis that is shared has them.
    neutral
        Drawn as a dashed stroke through all rows; a dash stands there for a missing value.
    strips
        Whether each row has a pale strip behind it.
    """
    low, high = limits
    if neutral is not None:
        axes.axvline(neutral, color=GREY, linewidth=1.1, linestyle=DASHED)
    for place, mark in enumerate(marks):
        if strips:
            axes.barh(place, high - low, left=low, height=STRIP, color=PALE, linewidth=0, zorder=0)
        if mark.value is None and neutral is not None:
            axes.annotate(MISSING, (neutral, place), ha="center", va="center")
        _draw(axes, place, mark)
    axes.set_xlim(low, high)
    list_rows(axes, labels)


def _draw(axes: Axes, place: float, mark: Mark) -> None:
    for target in mark.targets:
        axes.plot([target] * 2, [place - 0.36, place + 0.36], color=BRICK, linewidth=1.6, zorder=2)
    if mark.low is not None and mark.high is not None:
        axes.plot([mark.low, mark.high], [place] * 2, color=NAVY, linewidth=1.6, zorder=3)
    if mark.value is not None:
        axes.plot(
            mark.value,
            place,
            marker="o" if mark.is_judged else "D",
            markersize=5.2 if mark.is_judged else 4.2,
            markerfacecolor=mark.fill,
            markeredgecolor=NAVY if mark.is_judged else GREY,
            markeredgewidth=1.1,
            linestyle="none",
            zorder=4,
            clip_on=False,
        )


def draw_points(axes: Axes, places: Sequence[float], marks: Sequence[Mark]) -> None:
    """Upright marks along the axis."""
    for place, mark in zip(places, marks, strict=True):
        if mark.low is not None and mark.high is not None:
            ends = [mark.low, mark.high]
            axes.plot([place] * 2, ends, color=STEEL, linewidth=1.8, solid_capstyle="butt")
        if mark.value is not None:
            axes.plot(place, mark.value, marker="o", color=NAVY, markersize=4.2)


def draw_reliability(axes: Axes, places: Sequence[float], marks: Sequence[Mark]) -> None:
    """Predicted probability against what came, both in per cent, over the line where they agree."""
    axes.plot([0, 100], [0, 100], color=GREY, linewidth=0.9, linestyle=AGREEMENT)
    draw_points(axes, places, marks)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    axes.grid()


def limits_around(marks: Sequence[Mark], neutral: float, pad_frac: float) -> tuple[float, float]:
    """Ends of an axis that holds all marks and the neutral value, with some room."""
    drawn = [neutral, *(number for mark in marks for number in mark.numbers)]
    low, high = min(drawn), max(drawn)
    pad = pad_frac * (high - low) or 1.0
    return low - pad, high + pad
