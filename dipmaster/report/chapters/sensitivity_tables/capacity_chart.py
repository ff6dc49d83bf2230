"""Net return against starting capital under market impact, a line a phase."""

from collections.abc import Sequence

from markupsafe import Markup

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import GREY, inline_svg, new_figure
from dipmaster.report.kit.phase_styles import phase_line
from dipmaster.results.sensitivity import PhaseCapacity


def select(phases: Sequence[PhaseCapacity]) -> list[PhaseCapacity]:
    """Those with a profit at some capital: the others would set the scale and have no capacity."""
    return [one for one in phases if any(p.performance.net_pnl > 0.0 for p in one.points)]


def draw(phases: Sequence[PhaseCapacity]) -> Markup:
    """Capital on a logarithmic axis; large losses run out of the frame, the table has them.

    Parameters
    ----------
    phases
        Of `select`, at least one.
    """
    figure = new_figure(42)
    axes = figure.subplots()
    for one in phases:
        axes.plot(*zip(*_trace(one), strict=True), **phase_line(one.phase))
    top = max(max(_percents(one)) for one in phases)
    axes.set_ylim(-1.5 * top, 1.2 * top)
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlabel("starting capital, quote currency")
    axes.set_title("Net return in per cent, market impact included")
    axes.legend(fontsize=6.4, frameon=False, loc="lower left")
    return inline_svg(figure, "Net return by capital. " + " ".join(map(_describe, phases)))


def _trace(one: PhaseCapacity) -> list[tuple[float, float]]:
    """The points and, between them, the capital at which the net profit is zero."""
    points = [
        (point.capital, percent) for point, percent in zip(one.points, _percents(one), strict=True)
    ]
    return sorted([*points, *([(one.zero_capital, 0.0)] if one.zero_capital is not None else [])])


def _percents(one: PhaseCapacity) -> list[float]:
    return [100.0 * (point.performance.net_return_frac or 0.0) for point in one.points]


def _describe(one: PhaseCapacity) -> str:
    parts = (
        f"{numbers.percent(point.performance.net_return_frac, 2)} at {numbers.money(point.capital)}"
        for point in one.points
    )
    return f"Phase {one.phase}: {', '.join(parts)}."
