"""What random entries with the same exits and costs would have achieved."""

from collections.abc import Callable
from dataclasses import dataclass

from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers, table
from dipmaster.report.kit.table import Column, Table
from dipmaster.results.common import Band
from dipmaster.results.evaluation.phase import PhaseFigures


@dataclass(frozen=True)
class BesideRandom:
    """One figure of one phase beside the band of random portfolios."""

    phase: int
    title: str
    kind: str
    value: float | None
    band: Band


_FIGURES: tuple[tuple[str, str, str, Callable[[PhaseFigures], Band]], ...] = (
    ("Win rate", "percent", "win_rate", lambda one: one.random_entry.win_rate),
    ("Profit factor", "ratio", "profit_factor", lambda one: one.random_entry.profit_factor),
    ("Net return per trade", "bps", "", lambda one: one.random_entry.mean_net_bps),
)


def tabulate(inputs: ReportInputs) -> Table | None:
    """A row a figure and phase; None where no phase could be matched."""
    rows = [
        BesideRandom(phase, title, kind, _value(inputs, phase, metric), band_of(inputs.phase(phase)))
        for title, kind, metric, band_of in _FIGURES
        for phase in inputs.built
        if inputs.phase(phase).random_entry.win_rate.mean is not None
    ]
    return table.table(COLUMNS, rows) if rows else None


def _value(inputs: ReportInputs, phase: int, metric: str) -> float | None:
    if not metric:
        return inputs.phase(phase).per_trade.mean_net_bps
    gate = inputs.gates_of(phase).get(metric)
    return gate.value if gate else None


COLUMNS: tuple[Column[BesideRandom], ...] = (
    Column("Figure", lambda row: row.title, "l"),
    Column("Phase", lambda row: str(row.phase)),
    Column("Measured", lambda row: table.bold(numbers.show(row.value, row.kind)), "n"),
    Column("Random entries, mean", lambda row: numbers.show(row.band.mean, row.kind), "n"),
    Column("Range of random portfolios", lambda row: numbers.bounds(row.band, row.kind), "n"),
)
