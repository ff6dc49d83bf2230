"""Gates beside the roadmap's columns: targets, what the roadmap states, rows of the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dipmaster.core.params import Gates
from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.report.kit import numbers, table
from dipmaster.report.kit.table import Column
from dipmaster.results.gates import GateRow
from dipmaster.results.metrics import GATES, METRICS, Metric

ROADMAP_METRICS = tuple(metric for metric in GATES if metric.in_roadmap)
STATED: Mapping[str, tuple[float | None, str]] = {
    "win_rate": (0.773, "77.3" + numbers.NBSP + "%"),
    "sharpe": (0.367, "0.367"),
    "profit_factor": (0.77, "0.77"),
    "max_drawdown": (None, "“Variable”"),
}
"""The roadmap's column "Current": value to draw, words to print."""


@dataclass(frozen=True)
class Cell:
    """One phase and metric of the matrix; no gate where the phase is not built."""

    target: str
    gate: GateRow | None


@dataclass(frozen=True)
class MatrixRow:
    """One metric of the matrix: the stated figure and a cell a phase."""

    metric: Metric
    stated: str
    cells: tuple[Cell, ...]


def roadmap_phases(built: Sequence[int]) -> tuple[int, ...]:
    """Phases of the roadmap and those that were run, in order."""
    return tuple(sorted({*range(FINAL_PHASE + 1), *built}))


def target_of(gates: Gates, phase: int, metric: str) -> float:
    """The target of a phase; one without a column of its own is compared with the final one."""
    return float(getattr(gates.targets_of(phase), metric))


def matrix(rows: Sequence[GateRow], built: Sequence[int], gates: Gates) -> list[MatrixRow]:
    """A line a metric, a cell a phase of the roadmap."""
    by_metric = {(row.phase, row.metric): row for row in rows}
    return [
        MatrixRow(
            metric,
            STATED[metric.key][1],
            tuple(
                Cell(
                    numbers.target(
                        target_of(gates, phase, metric.key), metric.number_format, metric.direction
                    ),
                    by_metric.get((phase, metric.key)) if phase in built else None,
                )
                for phase in roadmap_phases(built)
            ),
        )
        for metric in ROADMAP_METRICS
    ]


def metric_of(gate: GateRow) -> Metric:
    """What a gate judges."""
    return METRICS[gate.metric]


def value_of(gate: GateRow) -> str:
    """Its value in print."""
    return numbers.show(gate.value, metric_of(gate).number_format)


def bounds_of(gate: GateRow) -> str:
    """Its bounds in print."""
    return numbers.bounds(gate, metric_of(gate).number_format)


def gate_target(gate: GateRow) -> str:
    """Its target in print."""
    return numbers.target(gate.target, metric_of(gate).number_format, gate.direction)


NAME: Column[GateRow] = Column("Metric", lambda gate: metric_of(gate).title, "l")
FIGURES: tuple[Column[GateRow], ...] = (
    Column("Target", gate_target, "n"),
    Column("Measured", lambda gate: table.bold(value_of(gate)), "n"),
    Column("Interval", bounds_of, "n"),
)
