"""The achievement matrix: the roadmap's columns beside what was measured.

`lines` feeds page one (a cell a metric and phase), `rows` the full table.
"""

from dataclasses import dataclass

from dipmaster.core.params import Gates
from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.report.chapters.decision.headline import MARKS, PHASES
from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

STATED = {
    "win_rate": (0.773, "77.3" + numbers.NBSP + "%"),
    "sharpe": (0.367, "0.367"),
    "profit_factor": (0.77, "0.77"),
    "max_drawdown": (None, "“Variable”"),
}
"""The roadmap's column "Current": value to draw, words to print."""

STATED_NOTE = (
    "The roadmap's three “Current” figures contradict each other: a profit factor of 0.77 is a "
    "net loss, and a net loss has a Sharpe below zero, not 0.367. They are printed as stated and "
    "were not verified."
)


@dataclass(frozen=True)
class Cell:
    """One phase and metric of page one's matrix; ``built`` is false where nothing was run."""

    target: str
    built: bool
    value: str = ""
    interval: str = ""
    mark: str = ""
    verdict: str = ""
    css: str = ""


@dataclass(frozen=True)
class Line:
    """One metric of page one's matrix: the stated figure and a cell a phase."""

    name: str
    stated: str
    cells: tuple[Cell, ...]


def target_value(gates: Gates, phase: int, metric: str) -> float:
    """The roadmap's target of a phase; phase 0 is held against the final one."""
    targets = getattr(gates.targets, f"phase_{phase or FINAL_PHASE}")
    return float(getattr(targets, metric))


def direction(metric: str) -> str:
    """Whether a gate asks for at least ("min") or below ("max")."""
    return "max" if metric == "max_drawdown" else "min"


def lines(inputs: Inputs) -> list[Line]:
    """Page one's matrix."""
    return [
        Line(
            numbers.name_of(metric),
            STATED[metric][1],
            tuple(_cell(inputs, phase, metric) for phase in PHASES),
        )
        for metric in numbers.MATRIX_METRICS
    ]


def _cell(inputs: Inputs, phase: int, metric: str) -> Cell:
    wanted = target_value(inputs.params.gates, phase, metric)
    words = numbers.target(metric, wanted, direction(metric))
    gate = inputs.gates_of(phase).get(metric) if phase in inputs.built else None
    if gate is None:
        return Cell(target=words, built=False)
    return Cell(
        target=words,
        built=True,
        value=numbers.metric(metric, gate["value"]),
        interval=_short_interval(gate),
        mark=MARKS[gate["verdict"]],
        verdict=gate["verdict"],
        css=gate["verdict"].lower(),
    )


def _short_interval(gate: Json) -> str:
    if gate["value"] is None and gate["low"] is None:
        return "cannot be computed"
    bounds = numbers.interval(gate["metric"], gate["low"], gate["high"])
    if gate["metric"] == "max_drawdown" and gate["high"] is not None:
        return f"resampled: {bounds}"
    return bounds


@dataclass(frozen=True)
class Row:
    """One gate in full."""

    phase: int
    name: str
    target: str
    value: str
    interval: str
    n: str
    n_effective: str
    n_needed: str
    mark: str
    verdict: str
    reason: str


def rows(inputs: Inputs) -> list[Row]:
    """All gates of the phases built, in the file's order."""
    return [_row(gate) for gate in inputs.gates]


def _row(gate: Json) -> Row:
    metric = gate["metric"]
    return Row(
        phase=int(gate["phase"]),
        name=numbers.name_of(metric),
        target=numbers.target(metric, gate["target"], gate["direction"]),
        value=numbers.metric(metric, gate["value"]),
        interval=numbers.interval(metric, gate["low"], gate["high"]),
        n=numbers.count(gate["n"]),
        n_effective=numbers.count(gate["n_effective"]),
        n_needed=numbers.count(gate["n_needed"]),
        mark=MARKS[gate["verdict"]],
        verdict=gate["verdict"],
        reason=gate["reason"] or "",
    )
