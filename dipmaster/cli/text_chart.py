"""Numbers to bars and intervals in plain text, where a page shows no drawing.

Every line of a chart has the same width; a scale is shared by all lines that are compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dipmaster.report.kit.numbers import UNBOUNDED

WIDTH = 44
_FULL, _EIGHTHS = "█", "▏▎▍▌▋▊▉"
LINE, VALUE, LOW_END, HIGH_END, TARGET, CROSSED = "─", "●", "├", "┤", "┆", "┼"


@dataclass(frozen=True)
class Scale:
    """From the least to the largest value that is drawn."""

    low: float
    high: float

    def place(self, value: float) -> int:
        """Column of a value, from 0; what lies outside is put at the edge."""
        span = self.high - self.low
        share = 0.5 if span == 0.0 else (value - self.low) / span
        return round(min(max(share, 0.0), 1.0) * (WIDTH - 1))


def find_scale(values: Iterable[float | None]) -> Scale | None:
    """The scale that holds all values that bind; None where there is none.

    A bound beyond `UNBOUNDED` does not bind: its line ends at the edge.
    """
    drawn = [value for value in values if value is not None and abs(value) <= UNBOUNDED]
    return Scale(min(drawn), max(drawn)) if drawn else None


def draw_bar(value: float, largest: float, width: int = WIDTH) -> str:
    """A bar in eighths of a column; a value above 0 is never without any.

    Parameters
    ----------
    value, largest
        At least 0; the largest fills the width.
    """
    if value <= 0.0 or largest <= 0.0:
        return ""
    whole, eighths = divmod(max(round(8 * width * value / largest), 1), 8)
    return _FULL * whole + (_EIGHTHS[eighths - 1] if eighths else "")


def draw_interval(
    scale: Scale, value: float | None, low: float | None, high: float | None, target: float
) -> str:
    """Bounds as a line, the value as a dot, the target as a broken vertical line.

    Parameters
    ----------
    value, low, high
        None where they cannot be computed: then they are not drawn.
    """
    cells = [" "] * WIDTH
    if low is not None and high is not None:
        first, last = scale.place(low), scale.place(high)
        cells[first : last + 1] = LINE * (last - first + 1)
        cells[first], cells[last] = LOW_END, HIGH_END
    at = scale.place(target)
    cells[at] = TARGET if cells[at] == " " else CROSSED
    if value is not None:
        cells[scale.place(value)] = VALUE
    return "".join(cells)
