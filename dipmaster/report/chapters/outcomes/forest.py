"""Contributions in three metrics: a panel a metric, a row a phase, added and left out."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import DASHED, GREY, inline_svg, new_figure, note
from dipmaster.report.kit.interval_plot import Mark, draw_rows, limits_around, mark_of
from dipmaster.report.kit.verdicts import fill
from dipmaster.results.metrics import MEAN_NET_BPS, NET_RETURN, SHARPE, Metric, MetricChange
from dipmaster.results.outcomes import AdjustedChange, OutcomesResults, PhaseContribution

METRICS = (MEAN_NET_BPS, NET_RETURN, SHARPE)
REACH = 8.0  # times the middle row: what lies further runs off its panel


@dataclass(frozen=True)
class Row:
    """One phase, added to the one before it or left out of the last."""

    name: str
    contribution: PhaseContribution

    def change(self, metric: Metric) -> AdjustedChange:
        """Its change in one metric."""
        change: AdjustedChange = getattr(self.contribution, metric.key)
        return change


def list_rows(results: OutcomesResults) -> list[Row]:
    """Rows in which anything can be computed, those added first."""
    added = [Row(f"{one.phase} added", one) for one in results.added]
    left_out = [Row(f"{one.phase} left out", one) for one in results.left_out]
    return [row for row in (*added, *left_out) if any(_value(row, one) for one in METRICS)]


def _value(row: Row, metric: Metric) -> bool:
    return row.change(metric).comparison.value is not None


def draw(rows: Sequence[Row]) -> Markup:
    """All panels beside each other."""
    figure = new_figure(12 + 4.2 * len(rows))
    panels = figure.subplots(1, len(METRICS), squeeze=False, sharey=True)[0]
    for metric, axes in zip(METRICS, panels, strict=True):
        _draw_panel(axes, metric, rows, with_names=axes is panels[0])
    return inline_svg(figure, _describe(rows))


def _draw_panel(axes: Axes, metric: Metric, rows: Sequence[Row], *, with_names: bool) -> None:
    shown = show_change(metric)
    comparisons = [row.change(metric).comparison for row in rows]
    marks = [mark_of(one, shown.scale, fill(one.verdict)) for one in comparisons]
    limits = _limits(marks)
    within = [mark if is_within(mark, limits) else Mark(None) for mark in marks]
    names = [row.name for row in rows] if with_names else None
    draw_rows(axes, within, limits, labels=names)
    axes.axvline(0.0, color=GREY, linewidth=1.1, linestyle=DASHED)
    for place, (mark, comparison) in enumerate(zip(marks, comparisons, strict=True)):
        if not is_within(mark, limits):
            words = numbers.show(comparison.value, shown.number_format)
            _point_beyond(axes, place, words, mark.value or 0.0)
    axes.set_title(metric.title, loc="left", fontsize=7.5)
    axes.set_xlabel(shown.axis)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))


def _point_beyond(axes: Axes, place: int, words: str, value: float) -> None:
    """A value that would flatten all others, in words at its side of the panel."""
    at = ("axes fraction", "data")
    if value > 0.0:
        note(axes, f"{words} →", (1.0, place), (-1, 0), xycoords=at, ha="right", va="center")
    else:
        note(axes, f"← {words}", (0.0, place), (1, 0), xycoords=at, ha="left", va="center")


def is_within(mark: Mark, limits: tuple[float, float]) -> bool:
    """Whether a value lies in its panel; one that is missing does."""
    return mark.value is None or limits[0] <= mark.value <= limits[1]


def _limits(marks: Sequence[Mark]) -> tuple[float, float]:
    """Around all rows but those that would flatten the others."""
    reach = sorted(max(map(abs, mark.numbers), default=0.0) for mark in marks)
    middle = reach[len(reach) // 2]
    inner = [
        mark
        for mark in marks
        if not middle or max(map(abs, mark.numbers), default=0.0) <= REACH * middle
    ]
    return limits_around(inner, 0.0, 0.06)


def show_change(metric: Metric) -> MetricChange:
    """How the change of a metric is shown."""
    assert metric.change is not None
    return metric.change


def _describe(rows: Sequence[Row]) -> str:
    listed = "; ".join(
        f"{metric.title}: "
        + ", ".join(
            f"{row.name} "
            + numbers.estimate(row.change(metric).comparison, show_change(metric).number_format)
            for row in rows
        )
        for metric in METRICS
    )
    return f"Contribution of each phase with its interval. {listed}."
