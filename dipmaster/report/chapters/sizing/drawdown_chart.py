"""Drawdowns of bootstrap years by phase against their limit."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import BRICK, NAVY, STEEL, inline_svg, list_rows, new_figure, note
from dipmaster.results.evaluation.sizing import DrawdownQuantiles

WIDTH_IN = 3.3  # beside its table
LOWEST, LOW, MEDIAN, HIGH, HIGHEST = 0.05, 0.25, 0.5, 0.75, 0.95


def ranges(drawdowns: Sequence[DrawdownQuantiles], names: Mapping[int, str]) -> Markup:
    """A row a phase: line from the 5 % to the 95 % quantile, bar between the quartiles, median.

    Parameters
    ----------
    names
        Headings of the phases.
    """
    figure = new_figure(18 + 9 * len(drawdowns), WIDTH_IN)
    axes = figure.subplots()
    for place, one in enumerate(drawdowns):
        at = {level: 100 * frac for level, frac in zip(one.levels, one.frac, strict=True)}
        axes.plot([at[LOWEST], at[HIGHEST]], [place] * 2, color=NAVY, linewidth=1.2)
        width = at[HIGH] - at[LOW]
        axes.barh(place, width, left=at[LOW], height=0.42, facecolor=STEEL, edgecolor=NAVY)
        axes.plot(at[MEDIAN], place, marker="o", markersize=4.6, color=NAVY, linestyle="none")
    limit = 100 * drawdowns[0].limit_frac
    axes.axvline(limit, color=BRICK, linewidth=1.2)
    note(axes, "limit", (limit, 1.0), (3, 2), xycoords=("data", "axes fraction"))
    list_rows(axes, [names[one.phase] for one in drawdowns])
    largest = max(100 * max(one.frac) for one in drawdowns)
    axes.set_xlim(0, 1.08 * max(limit, largest))
    axes.set_xlabel("largest drawdown of a year, per cent")
    listed = "; ".join(_describe(one, names[one.phase]) for one in drawdowns)
    return inline_svg(figure, f"Drawdown of bootstrap years against {limit:g} per cent: {listed}.")


def _describe(one: DrawdownQuantiles, name: str) -> str:
    at = dict(zip(one.levels, one.frac, strict=True))
    low, high = (numbers.percent(at[level], 2) for level in (LOWEST, HIGHEST))
    median = numbers.percent(at[MEDIAN], 2)
    return f"{name} median {median}, {numbers.pair(low, high)}"
