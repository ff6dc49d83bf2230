"""Ablation: what each rule contributes to the mean net return of a candidate."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.ticker import MaxNLocator

from dipmaster.report.chapters.changes.ablation import RuleVariant
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import inline_svg, new_figure, note
from dipmaster.report.kit.interval_plot import draw_rows, limits_around, mark_of
from dipmaster.report.kit.verdicts import fill


def forest(rows: Sequence[RuleVariant]) -> Markup:
    """A line a rule: contribution with its interval, the figures and the effect beside it."""
    figure = new_figure(9 + 4.0 * len(rows))
    axes = figure.subplots()
    marks = [mark_of(row.contribution, fill=fill(row.verdict)) for row in rows]
    limits = limits_around(marks, 0.0, 0.08)
    draw_rows(axes, marks, limits, labels=[row.name for row in rows], neutral=0.0)
    for place, row in enumerate(rows):
        at = ("axes fraction", "data")
        note(axes, _described(row), (1.0, place), (5, 0), xycoords=at, va="center")
    axes.set_xlabel("contribution of the rule to the mean net return per candidate, bp")
    axes.xaxis.set_major_locator(MaxNLocator(7))
    listed = "; ".join(f"{row.name} {_described(row)}" for row in rows)
    return inline_svg(
        figure, f"Contribution of each rule to the mean net return per candidate: {listed}."
    )


def _described(row: RuleVariant) -> str:
    return f"{numbers.estimate(row.contribution, 'bps')}  {row.verdict}"
