"""Forest plots: each gate's value and interval against the roadmap's targets, with scales."""

from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.report.chapters.decision.headline import PHASES
from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers
from dipmaster.report.kit.drawing import BRICK, GREY, NAVY, PALE, inline_svg, new_figure, quiet
from dipmaster.report.kit.gates import STATED, target_value

FILLS = {"PASS": NAVY, "INCONCLUSIVE": "#9fb3cc", "FAIL": "white"}
SCALES = {"win_rate": 100.0, "max_drawdown": 100.0, "excess_win_rate": 100.0}
UNITS = {
    "win_rate": "per cent of trades",
    "sharpe": "per year, from daily net returns",
    "profit_factor": "net wins / net losses, in money",
    "max_drawdown": "per cent of the peak",
    "excess_win_rate": "percentage points above matched random entries",
}


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


def entries(inputs: Inputs, metric: str) -> list[Entry]:
    """The roadmap's stated figure, then a line a phase."""
    scale = SCALES.get(metric, 1.0)
    lines = _stated(metric, scale)
    for phase in PHASES:
        gate = inputs.gates_of(phase).get(metric) if phase in inputs.built else None
        if gate is not None:
            lines.append(_measured(gate, phase, scale))
        elif metric in numbers.MATRIX_METRICS:
            wanted = scale * target_value(inputs.params.gates, phase, metric)
            lines.append(Entry(f"Phase {phase}", "not built", targets=(wanted,)))
    return lines


def _stated(metric: str, scale: float) -> list[Entry]:
    value, words = STATED.get(metric, (None, ""))
    if not words:
        return []
    return [Entry("Roadmap", f"{words} stated", value=None if value is None else value * scale)]


def gathered(lines: list[Entry]) -> list[Entry]:
    """The same with all phases that are not built on one line."""
    waiting = [line for line in lines if not line.verdict and line.targets]
    if len(waiting) < 2:
        return lines
    targets = tuple(line.targets[0] for line in waiting)
    rest = [line for line in lines if line not in waiting]
    return [*rest, Entry("Later phases", f"{len(waiting)} targets, not built", targets=targets)]


def _measured(gate: Json, phase: int, scale: float) -> Entry:
    def scaled(key: str) -> float | None:
        return None if gate[key] is None else float(gate[key]) * scale

    metric, wanted = gate["metric"], scaled("target")
    value = numbers.metric(metric, gate["value"])
    bounds = numbers.interval(metric, gate["low"], gate["high"])
    note = value if bounds == numbers.MISSING else f"{value}  ({bounds})"
    return Entry(
        label=f"Phase {phase}",
        note="cannot be computed" if gate["value"] is None else note,
        value=scaled("value"),
        low=scaled("low"),
        high=scaled("high"),
        targets=() if wanted is None else (wanted,),
        verdict=gate["verdict"],
    )


def small(inputs: Inputs) -> Markup:
    """Page one: the four metrics of the matrix, two by two."""
    figure = new_figure(68 if len(inputs.built) == 1 else 50)
    panels = figure.subplots(2, 2).ravel()
    for axes, metric in zip(panels, numbers.MATRIX_METRICS, strict=True):
        _panel(axes, metric, entries(inputs, metric))
    return inline_svg(figure, _alt(inputs, numbers.MATRIX_METRICS))


def large(inputs: Inputs) -> Markup:
    """The gates' chapter: every metric of gates.json over the full width."""
    metrics = [name for name in numbers.METRICS if any(g["metric"] == name for g in inputs.gates)]
    all_entries = [gathered(entries(inputs, metric)) for metric in metrics]
    heights = [len(lines) + 0.5 for lines in all_entries]
    figure = new_figure(4.0 * sum(heights) + 8.0 * len(metrics))
    panels = figure.subplots(len(metrics), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, metric, lines in zip(panels, metrics, all_entries, strict=True):
        _panel(axes, metric, lines)
        axes.set_title(f"{numbers.name_of(metric)}, {UNITS[metric]}")
    return inline_svg(figure, _alt(inputs, metrics))


def _panel(axes: Axes, metric: str, lines: list[Entry]) -> None:
    lines = lines or [Entry("Phase 0", "no gate")]
    axes.set_title(numbers.name_of(metric) + _unit(metric))
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


def _unit(metric: str) -> str:
    return {"win_rate": " (%)", "max_drawdown": " (%)", "excess_win_rate": " (points)"}.get(
        metric, ""
    )


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
            markerfacecolor=FILLS.get(line.verdict, "white"),
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


def _limits(metric: str, drawn: list[float]) -> tuple[float, float]:
    """Axis limits around everything drawn; shares stay within 0 and 100, ratios above 0."""
    low, high = min(drawn, default=0.0), max(drawn, default=1.0)
    pad = 0.06 * (high - low) or 1.0
    low, high = low - pad, high + pad
    if metric in ("profit_factor", "max_drawdown"):
        low = 0.0
    elif metric == "sharpe":
        low = min(low, 0.0)
    if metric in ("win_rate", "max_drawdown"):
        low, high = max(low, 0.0), min(high, 100.0)
    return low, high


def _alt(inputs: Inputs, metrics: "list[str] | tuple[str, ...]") -> str:
    said = [
        f"{numbers.name_of(metric)}: "
        + "; ".join(_told(inputs.gates_of(phase).get(metric), phase) for phase in inputs.built)
        for metric in metrics
    ]
    built = "" if FINAL_PHASE in inputs.built else " Later phases show their target only."
    return "Gate values with their intervals against targets. " + ". ".join(said) + "." + built


def _told(gate: Json | None, phase: int) -> str:
    """One phase's gate in words."""
    if gate is None:
        return f"phase {phase} not measured"
    note = _measured(gate, phase, 1.0).note
    if gate["target"] is None:
        return f"phase {phase} {note}"
    wanted = numbers.target(gate["metric"], gate["target"], gate["direction"])
    return f"phase {phase} {note}, target {wanted}"
