"""Ablation: what each rule, switched the other way, changes in the mean net of a trade."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.chapters.changes.ablation import AblationGroup, Variant
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import inline_svg, new_figure
from dipmaster.report.kit.interval_plot import draw_rows, limits_around, mark_of
from dipmaster.report.kit.verdicts import fill


def forest(switched: Sequence[AblationGroup]) -> Markup:
    """A panel a set of entries, a line a rule, each panel on a scale of its own."""
    lines = max(len(entries.variants) for entries in switched)
    figure = new_figure(14 + 5.2 * lines)
    grid = figure.subplots(1, len(switched), sharey=True, squeeze=False)[0]
    for axes, entries in zip(grid, switched, strict=True):
        _panel(axes, entries.title, entries.variants)
    listed = ". ".join(
        f"{entries.title}: " + "; ".join(map(_described, entries.variants)) for entries in switched
    )
    return inline_svg(
        figure, f"Change of the mean net return of a trade with one rule switched. {listed}."
    )


def _described(row: Variant) -> str:
    change = row.change
    bounds = numbers.bounds(change, "bps")
    return f"{row.name} {numbers.bps(change.value)} ({bounds}), {row.effect}"


def _panel(axes: Axes, title: str, rows: Sequence[Variant]) -> None:
    marks = [mark_of(row.change, fill=fill(row.effect)) for row in rows]
    names = [row.name for row in rows]
    draw_rows(axes, marks, limits_around(marks, 0.0, 0.08), labels=names, neutral=0.0)
    axes.set_title(title)
    axes.set_xlabel("change of mean net by the switch, bp")
    axes.xaxis.set_major_locator(MaxNLocator(6))
