"""Forest plots: each gate's value and interval against the roadmap's targets, with scales."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.core.params import Gates
from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.report.kit import gates, numbers
from dipmaster.report.kit.drawing import BRICK, GREY, NAVY, PALE, inline_svg, new_figure, quiet
from dipmaster.report.kit.verdicts import fill
from dipmaster.results import GateRow
from dipmaster.results.metrics import GATES, METRICS, Metric


@dataclass(frozen=True)
class Entry:
    """One line of a panel, in the panel's own unit; missing parts are not drawn."""

    label: str
    note: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    targets: tuple[float, ...] = ()
    verdict: str = ""

    @property
    def drawn(self) -> list[float]:
        """All numbers that must be inside the axis."""
        parts = (self.value, self.low, self.high)
        return [part for part in parts if part is not None] + list(self.targets)


@dataclass(frozen=True)
class Judged:
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


def entries(judged: Judged, metric: Metric) -> list[Entry]:
    """The roadmap's stated figure, then a line a phase."""
    lines = _stated(metric)
    for phase in gates.roadmap_phases(judged.built):
        gate = judged.gate(phase, metric)
        if gate is not None:
            lines.append(_measured(gate))
        elif metric.in_roadmap:
            wanted = gates.target_of(judged.targets, phase, metric.key)
            targets = () if wanted is None else (metric.scale * wanted,)
            lines.append(Entry(f"Phase {phase}", "not built", targets=targets))
    return lines


def _stated(metric: Metric) -> list[Entry]:
    value, words = gates.STATED.get(metric.key, (None, ""))
    if not words:
        return []
    scaled = None if value is None else value * metric.scale
    return [Entry("Roadmap", f"{words} stated", value=scaled)]


def gathered(lines: list[Entry]) -> list[Entry]:
    """The same with all phases that are not built on one line."""
    waiting = [line for line in lines if not line.verdict and line.targets]
    if len(waiting) < 2:
        return lines
    targets = tuple(line.targets[0] for line in waiting)
    rest = [line for line in lines if line not in waiting]
    return [*rest, Entry("Later phases", f"{len(waiting)} targets, not built", targets=targets)]


def _measured(gate: GateRow) -> Entry:
    def scaled(value: float | None) -> float | None:
        return None if value is None else value * METRICS[gate.metric].scale

    return Entry(
        label=f"Phase {gate.phase}",
        note=_note(gate),
        value=scaled(gate.value),
        low=scaled(gate.low),
        high=scaled(gate.high),
        targets=(gate.target * METRICS[gate.metric].scale,),
        verdict=gate.verdict,
    )


def _note(gate: GateRow) -> str:
    if gate.value is None:
        return "cannot be computed"
    value, bounds = gates.value_of(gate), gates.bounds_of(gate)
    return value if bounds == numbers.MISSING else f"{value}  ({bounds})"


def small(judged: Judged) -> Markup:
    """Page one: the four metrics of the matrix, two by two."""
    figure = new_figure(68 if len(judged.built) == 1 else 50)
    panels = figure.subplots(2, 2).ravel()
    for axes, metric in zip(panels, gates.ROADMAP_METRICS, strict=True):
        _panel(axes, metric, entries(judged, metric))
    return inline_svg(figure, _alt(judged, gates.ROADMAP_METRICS))


def large(judged: Judged) -> Markup:
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
    lines = lines or [Entry("Phase 0", "no gate")]
    axes.set_title(metric.title + _unit(metric))
    low, high = _limits(metric, _within_reach(lines))
    for row, line in enumerate(lines):
        axes.barh(row, high - low, left=low, height=0.42, color=PALE, linewidth=0, zorder=0)
        _draw(axes, row, line)
        axes.annotate(
            line.note,
            (1.0, row),
            (4, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=6.4,
            color="#222222" if line.verdict else GREY,
        )
    axes.set_yticks(range(len(lines)), [line.label for line in lines])
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    axes.tick_params(axis="y", length=0)
    quiet(axes)


def _unit(metric: Metric) -> str:
    return {"percent": " (%)", "points": " (points)"}.get(metric.number_format, "")


def _draw(axes: Axes, row: int, line: Entry) -> None:
    for place in line.targets:
        axes.plot([place] * 2, [row - 0.36, row + 0.36], color=BRICK, linewidth=1.6, zorder=2)
    if line.low is not None and line.high is not None:
        axes.plot([line.low, line.high], [row, row], color=NAVY, linewidth=1.6, zorder=3)
    if line.value is not None:
        axes.plot(
            line.value,
            row,
            marker="o" if line.verdict else "D",
            markersize=5.2 if line.verdict else 4.2,
            markerfacecolor=fill(line.verdict),
            markeredgecolor=NAVY if line.verdict else GREY,
            markeredgewidth=1.1,
            linestyle="none",
            zorder=4,
            clip_on=False,
        )


def _within_reach(lines: list[Entry]) -> list[float]:
    """Numbers that set the axis; a bound far beyond all values and targets runs off its end."""
    firm = [line.value for line in lines if line.value is not None]
    firm += [place for line in lines for place in line.targets]
    reach = 10.0 * max((abs(x) for x in firm), default=1.0)
    return [x for line in lines for x in line.drawn if abs(x) <= reach]


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


def _alt(judged: Judged, metrics: Sequence[Metric]) -> str:
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
