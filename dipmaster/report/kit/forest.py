"""Gates against targets: a row a metric, a column a phase, each panel on a scale of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.report.kit import gates, numbers
from dipmaster.report.kit.drawing import inline_svg, new_figure
from dipmaster.report.kit.interval_plot import Mark, draw_rows, mark_of
from dipmaster.report.kit.verdicts import fill
from dipmaster.results.gates import GateRow
from dipmaster.results.metrics import GATES, Metric

WIDE_PANELS = 3  # beside each other; more are narrow, and so are their titles
NARROW_PANELS = 4  # more have room for the value alone: the table of all gates has the bounds
NARROW_SIZE = 6.2
TITLES_MM, ROW_MM, NARROW_ROW_MM = 6.0, 12.5, 9.4


@dataclass(frozen=True)
class JudgedGates:
    """Gates of the phases built."""

    rows: Sequence[GateRow]
    built: Sequence[int]

    def gate(self, phase: int, metric: Metric) -> GateRow | None:
        """One gate; None where the phase does not have it."""
        wanted = (phase, metric.key)
        return next((row for row in self.rows if (row.phase, row.metric) == wanted), None)

    @property
    def metrics(self) -> list[Metric]:
        """Those that any phase is judged on, in print order."""
        return [one for one in GATES if any(row.metric == one.key for row in self.rows)]


def forest(judged: JudgedGates) -> Markup:
    """Values, intervals and targets; no phase hides another, however far apart they are."""
    metrics, phases = judged.metrics, judged.built
    row_mm = ROW_MM if len(phases) <= WIDE_PANELS else NARROW_ROW_MM
    figure = new_figure(TITLES_MM + row_mm * len(metrics))
    panels = figure.subplots(len(metrics), len(phases), squeeze=False)
    for metric, row in zip(metrics, panels, strict=True):
        for phase, axes in zip(phases, row, strict=True):
            _panel(axes, metric, judged.gate(phase, metric), len(phases))
        row[0].set_ylabel(_name(metric), rotation=0, ha="right", va="center", fontsize=7.5)
    for phase, axes in zip(phases, panels[0], strict=True):
        title = f"Phase {phase}\n{axes.get_title(loc='left')}"
        size = NARROW_SIZE if len(phases) > WIDE_PANELS else None
        axes.set_title(title, loc="left", fontsize=size, pad=2 if size else None)
    return inline_svg(figure, _alt(judged))


def _name(metric: Metric) -> str:
    unit = {"percent": ", %", "points": ",\npoints"}.get(metric.number_format, "")
    return metric.title.replace(" ", "\n", 1) + unit


def _panel(axes: Axes, metric: Metric, gate: GateRow | None, panels: int) -> None:
    if gate is None:
        axes.set_axis_off()
        return
    mark = mark_of(gate, metric.scale, fill(gate.verdict))
    mark = replace(mark, targets=(gate.target * metric.scale,))
    draw_rows(axes, [mark], _limits(metric, mark), labels=[""])
    words = _note(gate) if panels <= NARROW_PANELS else gates.value_of(gate)
    is_narrow = panels > WIDE_PANELS
    words, size = (_without_unit(words), NARROW_SIZE) if is_narrow else (words, 7)
    axes.set_title(
        words, loc="left", fontsize=size, fontweight="normal", pad=2 if is_narrow else None
    )
    if is_narrow:
        axes.tick_params(axis="x", labelsize=NARROW_SIZE, pad=1.2, length=2)
    axes.xaxis.set_major_locator(MaxNLocator(4 if is_narrow else 5, steps=[1, 2, 5, 10]))


def _note(gate: GateRow) -> str:
    if gate.value is None:
        return "not computable"
    value, bounds = gates.value_of(gate), gates.bounds_of(gate)
    return value if bounds == numbers.MISSING else f"{value} ({bounds})"


def _without_unit(note: str) -> str:
    """The unit stands beside the row already."""
    return note.replace(f"{numbers.NBSP}points", "").replace(f"{numbers.NBSP}%", "")


def _limits(metric: Metric, mark: Mark) -> tuple[float, float]:
    """Axis limits around everything drawn; shares stay within 0 and 100, ratios above 0.

    A bound far beyond value and target runs off the end of the axis.
    """
    firm = [abs(number) for number in replace(mark, low=None, high=None).numbers]
    reach = 10.0 * max(firm, default=1.0)
    drawn = [number for number in mark.numbers if abs(number) <= reach]
    low, high = min(drawn, default=0.0), max(drawn, default=1.0)
    pad = 0.12 * (high - low) or 1.0
    least, most = metric.support
    low, high = low - pad, high + pad
    if least is not None:
        low = max(low, least * metric.scale)
    if most is not None:
        high = min(high, most * metric.scale)
    return low, high


def _alt(judged: JudgedGates) -> str:
    listed = [
        f"{metric.title}: "
        + "; ".join(_described(judged.gate(phase, metric), phase) for phase in judged.built)
        for metric in judged.metrics
    ]
    return "Gate values with their intervals against targets. " + ". ".join(listed) + "."


def _described(gate: GateRow | None, phase: int) -> str:
    """One phase's gate in words."""
    if gate is None:
        return f"phase {phase} not measured"
    return f"phase {phase} {_note(gate)}, target {gates.gate_target(gate)}"
