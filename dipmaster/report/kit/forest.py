"""Forest plots: each gate's value and interval against the roadmap's targets, with scales."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.core.params import Gates
from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.report.kit import gates, numbers
from dipmaster.report.kit.drawing import GREY, inline_svg, new_figure
from dipmaster.report.kit.interval_plot import Mark, draw_rows, mark_of
from dipmaster.report.kit.verdicts import fill
from dipmaster.results import GateRow
from dipmaster.results.metrics import GATES, METRICS, Metric


@dataclass(frozen=True)
class Entry:
    """One line of a panel, in the panel's own unit."""

    label: str
    note: str
    mark: Mark
    is_measured: bool = False


@dataclass(frozen=True)
class JudgedGates:
    """Gates of the phases built, and the targets of those that are not."""

    rows: Sequence[GateRow]
    built: Sequence[int]
    targets: Gates

    def gate(self, phase: int, metric: Metric) -> GateRow | None:
        """One gate of a phase that was built."""
        if phase not in self.built:
            return None
        wanted = (phase, metric.key)
        return next((row for row in self.rows if (row.phase, row.metric) == wanted), None)


def entries(judged: JudgedGates, metric: Metric) -> list[Entry]:
    """The roadmap's stated figure, then a line a phase."""
    lines = _stated(metric)
    for phase in gates.roadmap_phases(judged.built):
        gate = judged.gate(phase, metric)
        if gate is not None:
            lines.append(_measured(gate))
        elif metric.in_roadmap:
            wanted = gates.target_of(judged.targets, phase, metric.key)
            targets = () if wanted is None else (metric.scale * wanted,)
            lines.append(Entry(f"Phase {phase}", "not built", Mark(None, targets=targets)))
    return lines


def _stated(metric: Metric) -> list[Entry]:
    value, words = gates.STATED.get(metric.key, (None, ""))
    if not words:
        return []
    scaled = None if value is None else value * metric.scale
    return [Entry("Roadmap", f"{words} stated", Mark(scaled, fill="white", is_judged=False))]


def gathered(lines: list[Entry]) -> list[Entry]:
    """The same with all phases that are not built on one line."""
    waiting = [line for line in lines if not line.is_measured and line.mark.targets]
    if len(waiting) < 2:
        return lines
    rest = [line for line in lines if line not in waiting]
    targets = Mark(None, targets=tuple(line.mark.targets[0] for line in waiting))
    return [*rest, Entry("Later phases", f"{len(waiting)} targets, not built", targets)]


def _measured(gate: GateRow) -> Entry:
    scale = METRICS[gate.metric].scale
    mark = replace(mark_of(gate, scale, fill(gate.verdict)), targets=(gate.target * scale,))
    return Entry(f"Phase {gate.phase}", _note(gate), mark, is_measured=True)


def _note(gate: GateRow) -> str:
    if gate.value is None:
        return "cannot be computed"
    value, bounds = gates.value_of(gate), gates.bounds_of(gate)
    return value if bounds == numbers.MISSING else f"{value}  ({bounds})"


def small(judged: JudgedGates) -> Markup:
    """Page one: the four metrics of the matrix, two by two."""
    figure = new_figure(68 if len(judged.built) == 1 else 50)
    panels = figure.subplots(2, 2).ravel()
    for axes, metric in zip(panels, gates.ROADMAP_METRICS, strict=True):
        _panel(axes, metric, entries(judged, metric))
    return inline_svg(figure, _alt(judged, gates.ROADMAP_METRICS))


def large(judged: JudgedGates) -> Markup:
    """The gates' chapter: every metric of gates.json over the full width."""
    metrics = [one for one in GATES if any(row.metric == one.key for row in judged.rows)]
    all_entries = [gathered(entries(judged, metric)) for metric in metrics]
    heights = [len(lines) + 0.5 for lines in all_entries]
    figure = new_figure(4.0 * sum(heights) + 8.0 * len(metrics))
    panels = figure.subplots(len(metrics), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, metric, lines in zip(panels, metrics, all_entries, strict=True):
        _panel(axes, metric, lines)
        axes.set_title(f"{metric.title}, {metric.axis}")
    return inline_svg(figure, _alt(judged, metrics))


def _panel(axes: Axes, metric: Metric, lines: list[Entry]) -> None:
    lines = lines or [Entry("Phase 0", "no gate", Mark(None))]
    marks = [line.mark for line in lines]
    axes.set_title(metric.title + _unit(metric))
    limits = _limits(metric, _within_reach(marks))
    draw_rows(axes, marks, limits, labels=[line.label for line in lines])
    for row, line in enumerate(lines):
        axes.annotate(
            line.note,
            (1.0, row),
            (4, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=6.4,
            color="#222222" if line.is_measured else GREY,
        )
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))


def _unit(metric: Metric) -> str:
    return {"percent": " (%)", "points": " (points)"}.get(metric.number_format, "")


def _within_reach(marks: Sequence[Mark]) -> list[float]:
    """Numbers that set the axis; a bound far beyond all values and targets runs off its end."""
    firm = [number for mark in marks for number in replace(mark, low=None, high=None).numbers]
    reach = 10.0 * max(map(abs, firm), default=1.0)
    return [number for mark in marks for number in mark.numbers if abs(number) <= reach]


def _limits(metric: Metric, drawn: list[float]) -> tuple[float, float]:
    """Axis limits around everything drawn; shares stay within 0 and 100, ratios above 0."""
    low, high = min(drawn, default=0.0), max(drawn, default=1.0)
    pad = 0.06 * (high - low) or 1.0
    low, high = low - pad, high + pad
    least, most = metric.support
    if metric.zero_on_axis:
        low = 0.0 if least == 0.0 else min(low, 0.0)
    if least is not None:
        low = max(low, least * metric.scale)
    if most is not None:
        high = min(high, most * metric.scale)
    return low, high


def _alt(judged: JudgedGates, metrics: Sequence[Metric]) -> str:
    listed = [
        f"{metric.title}: "
        + "; ".join(_described(judged.gate(phase, metric), phase) for phase in judged.built)
        for metric in metrics
    ]
    built = "" if FINAL_PHASE in judged.built else " Later phases show their target only."
    return "Gate values with their intervals against targets. " + ". ".join(listed) + "." + built


def _described(gate: GateRow | None, phase: int) -> str:
    """One phase's gate in words."""
    if gate is None:
        return f"phase {phase} not measured"
    return f"phase {phase} {_note(gate)}, target {gates.gate_target(gate)}"
